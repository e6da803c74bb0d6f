// A good guest: every group of C functions leaves the caller's process as it was, and prints nothing. LibTorch's own
// state (default generator, thread count) is looked at from inside by the engine's tests.
#include "capi/guest_state.hpp"
#include "capi/support.hpp"

#include <cfenv>
#include <locale>

using namespace capi;

namespace {

// Runs a group of calls twice; the process before and after must be the same.
template <typename Body> void as_guest(const char* group, Body&& body) {
    GuestState::capture(); // seeds the random numbers
    const GuestState before = GuestState::capture();
    const std::string printed = printed_by([&] {
        body();
        body();
    });
    const GuestState after = GuestState::capture();
    DOCTEST_CHECK_MESSAGE(printed.empty(), std::string(group), " printed: ", printed);
    for (const std::string& change : after.changes_since(before)) {
        DOCTEST_CHECK_MESSAGE(false, std::string(group), " changed the caller's ", change);
    }
}

struct Files {
    TempFolder folder;
    libpicker::Simulated sample = libpicker::simulate(small_simulation(), 0);
    std::string image = folder / "m.mrc", star = folder / "m.star";
    Files() {
        sample.micrograph.write(image);
        sample.truth.write(star);
    }
};

void mark_once() {
    static const bool marked = [] {
        mark_process();
        return true;
    }();
    (void)marked;
}

} // namespace

DOCTEST_TEST_CASE("the test itself sees changes") {
    mark_once();
    GuestState::capture();
    const GuestState before = GuestState::capture();
    DOCTEST_CHECK(GuestState::capture().changes_since(before).empty());
    std::rand();
    DOCTEST_CHECK(GuestState::capture().changes_since(before) == std::vector<std::string>{"random state"});
    std::setlocale(LC_NUMERIC, "C");
    fesetround(FE_UPWARD);
    const auto changes = GuestState::capture().changes_since(before);
    std::setlocale(LC_ALL, "C.UTF-8");
    fesetround(FE_TONEAREST);
    DOCTEST_CHECK(std::find(changes.begin(), changes.end(), "locale") != changes.end());
    DOCTEST_CHECK(std::find(changes.begin(), changes.end(), "rounding") != changes.end());
    DOCTEST_CHECK(printed_by([] { std::puts("seen"); }) == "seen\n");
}

DOCTEST_TEST_CASE("library, failures and messages") {
    mark_once();
    as_guest("library", [] {
        DOCTEST_CHECK(*picker_version() != '\0');
        DOCTEST_CHECK(picker_has_feature("png") == 1);
        MicrographOwner micrograph;
        DOCTEST_CHECK(picker_micrograph_read(micrograph.out(), "/no/such/file.mrc") != PICKER_OK);
        DOCTEST_CHECK(picker_simulate(nullptr, nullptr, nullptr, nullptr, 0) != PICKER_OK);
    });
}

DOCTEST_TEST_CASE("micrographs, picks and pictures") {
    mark_once();
    const Files files;
    as_guest("micrograph", [&] {
        const auto micrograph = libpicker::Micrograph::read(files.image);
        micrograph.info();
        for (const char* name : {"out.mrc", "out.tif", "out.png"}) {
            micrograph.write(files.folder / name);
            libpicker::Micrograph::read(files.folder / name);
        }
        write_bytes(files.folder / "bad.tif", read_bytes(files.folder / "out.tif").substr(0, 500));
        MicrographOwner bad; // libtiff and libpng like to print what they dislike
        DOCTEST_CHECK(picker_micrograph_read(bad.out(), (files.folder / "bad.tif").c_str()) != PICKER_OK);
        write_bytes(files.folder / "bad.png", read_bytes(files.folder / "out.png").substr(0, 500));
        DOCTEST_CHECK(picker_micrograph_read(bad.out(), (files.folder / "bad.png").c_str()) != PICKER_OK);
    });
    as_guest("picks", [&] {
        auto context = make<picker_picks_context>();
        context.box_size = 20;
        context.width = 192; // .cs holds fractions of these, and the name
        context.height = 160;
        context.micrograph = "m.mrc";
        for (std::int32_t i = 0; i < picker_format_count(); ++i) {
            if (picker_format_name(i) == std::string("eman")) { // read only
                continue;
            }
            const std::string path = files.folder / (std::string("p") + picker_format_extension(i));
            files.sample.truth.write(path, &context);
            libpicker::Picks::read(path);
        }
        auto rules = make<picker_select_rules>();
        rules.width = 192;
        rules.height = 160;
        files.sample.truth.select(rules);
        libpicker::draw(files.folder / "d.png", files.sample.micrograph, files.sample.truth, nullptr, 20);
    });
}

DOCTEST_TEST_CASE("inputs, models, data sets") {
    mark_once();
    const Files files;
    as_guest("inputs", [&] {
        libpicker::Inputs inputs({files.image});
        inputs.match_picks({files.star});
        inputs.picks(0);
    });
    as_guest("model", [&] {
        const auto model = libpicker::Model::create("deeppicker", 3);
        model.save(files.folder / "m.safetensors");
        libpicker::Model::load(files.folder / "m.safetensors").metadata();
    });
    as_guest("dataset", [&] {
        write_bytes(files.folder / "t.csv", "name,micrographs,picks,split\na,m.mrc,m.star,train\n");
        libpicker::Dataset data;
        data.add(files.sample.micrograph, files.sample.truth);
        data.add_rows(files.folder / "t.csv", "train");
    });
}

DOCTEST_TEST_CASE("simulation, evaluation, runs from candidates") {
    mark_once();
    const Files files;
    as_guest("simulate", [] { libpicker::simulate(small_simulation(), 4); });
    as_guest("evaluate", [&] {
        auto item = make<picker_evaluate_item>();
        item.predicted = item.truth = files.sample.truth.get();
        item.width = 192;
        item.height = 160;
        auto options = make<picker_evaluate_options>();
        options.diameter = 20;
        libpicker::Evaluation({item}, options).result();
    });
    as_guest("run", [&] {
        const std::string output = files.folder / "out";
        const std::string source = files.folder.string();
        auto pick = make<picker_pick_options>();
        pick.diameter = 160;
        auto run = make<picker_run_options>();
        run.pick = &pick;
        run.output = output.c_str();
        run.source = PICKER_SOURCE_CANDIDATES;
        run.source_folder = source.c_str();
        run.overwrite = 1;
        const auto model = libpicker::Model::create("deeppicker");
        libpicker::Control control;
        control.threads = 3;
        DOCTEST_CHECK(model.pick_files(libpicker::Inputs({files.image}), run, control).summary().done == 1);
    });
}

DOCTEST_TEST_CASE("loading LibTorch, training, scoring and picking") {
    mark_once();
    as_guest("has_feature", [] { picker_has_feature("torch"); });
    if (!has_torch("training")) {
        return;
    }
    if (!mark_openmp()) {
        DOCTEST_MESSAGE("this LibTorch has no OpenMP: its thread count is not looked at");
    }
    const Files files;
    auto model = libpicker::Model::create("deeppicker", 1);
    libpicker::Control control;
    control.threads = 2;
    as_guest("train", [&] {
        libpicker::Dataset data;
        data.add(files.sample.micrograph, files.sample.truth);
        auto options = make<picker_train_options>();
        options.diameter = 160;
        options.epochs = 1;
        model.train(data, &data, options, control);
    });
    as_guest("pick", [&] {
        auto options = make<picker_pick_options>();
        model.pick(files.sample.micrograph, options, control);
        model.score(files.sample.micrograph, options, control).write(files.folder / "scores.mrc");
        model.pick_from_scores(libpicker::Scores::read(files.folder / "scores.mrc"), options);
        ScoresOwner naive;
        ok(picker_score_naive(naive.out(), model.get(), files.sample.micrograph.get(), &options, nullptr));
    });
    as_guest("pick_files", [&] {
        const std::string output = files.folder / "picked";
        auto run = make<picker_run_options>();
        run.output = output.c_str();
        run.overwrite = 1;
        DOCTEST_CHECK(model.pick_files(libpicker::Inputs({files.image}), run, control).summary().done == 1);
    });
}

namespace {

struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

} // namespace

DOCTEST_TEST_CASE("a caller whose numbers have commas gets the same files") {
    const TempFolder folder;
    libpicker::Picks picks;
    picks.append({12345.5}, {0.25}, {0.5});
    const auto write_all = [&](const std::string& name) {
        std::string bytes;
        auto context = make<picker_picks_context>();
        context.box_size = 1234;
        context.width = 23456;
        context.height = 12;
        context.micrograph = "m.mrc";
        for (std::int32_t i = 0; i < picker_format_count(); ++i) {
            if (picker_format_name(i) == std::string("eman")) { // read only
                continue;
            }
            const std::string path = folder / (name + picker_format_extension(i));
            picks.write(path, &context);
            bytes += read_bytes(path);
            DOCTEST_CHECK(libpicker::Picks::read(path).size() == 1);
        }
        const auto model = libpicker::Model::create("deeppicker");
        return bytes + model.metadata();
    };
    const std::string before = write_all("a");
    const std::locale was = std::locale::global(std::locale(std::locale(), new Comma));
    const char* const german = std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
    const std::string with_commas = write_all("a");
    MicrographOwner micrograph;
    const float pixel = 0;
    const picker_status status = picker_micrograph_from_data(micrograph.out(), &pixel, -1234567, 1, 0.5, "m");
    const std::string message = picker_last_error();
    std::setlocale(LC_NUMERIC, "C");
    std::locale::global(was);
    if (german == nullptr) {
        DOCTEST_MESSAGE("the C locale de_DE.UTF-8 is not installed: only the C++ locale had commas");
    }
    DOCTEST_CHECK(with_commas == before);
    DOCTEST_CHECK(status == PICKER_INVALID_ARGUMENT);
    DOCTEST_CHECK_MESSAGE(contains(message, "-1234567 x 1"), message);
}
