// Coordinates and lists that are no good, and disks that are full, through the C API.
#include "capi/support.hpp"

#include <csignal>
#include <sys/resource.h>

using namespace capi;

namespace {

void check_refused(const std::string& path, picker_status status, std::initializer_list<std::string_view> parts) {
    PicksOwner picks;
    refused(picker_picks_read(picks.out(), path.c_str(), nullptr), status, {path});
    refused(picker_picks_read(picks.out(), path.c_str(), nullptr), status, parts);
    DOCTEST_CHECK(picks.get() == nullptr);
}

// Files may not grow beyond `bytes` while this lives: the same to a writer as a disk that is full.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    ~FullDisk() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int);
};

libpicker::Picks many() {
    libpicker::Picks picks;
    for (int i = 0; i < 5000; ++i) {
        picks.add(i, 2 * i, 0.5);
    }
    return picks;
}

} // namespace

DOCTEST_TEST_CASE("coordinate files that are missing, unknown, damaged") {
    const TempFolder folder;
    check_refused(folder / "nowhere.star", PICKER_NOT_FOUND, {";"});
    const std::string unknown = folder / "p.papyrus";
    write_bytes(unknown, "1 2\n");
    check_refused(unknown, PICKER_NOT_FOUND, {"star", "box", "csv"});
    const std::string star = folder / "p.star";
    write_bytes(star, "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n10 20\n30 forty\n");
    check_refused(star, PICKER_BAD_FILE, {"forty", "7"}); // the value and its line
    write_bytes(star, "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n10 20\n30\n");
    check_refused(star, PICKER_BAD_FILE, {"7"});
    write_bytes(star, "data_\n\nloop_\n_rlnDefocusU #1\n15000\n");
    check_refused(star, PICKER_NOT_FOUND, {"rlnCoordinateX", "rlnDefocusU"});
    const std::string box = folder / "p.box";
    write_bytes(box, "1 2 64 64\n3 4 x 64\n");
    check_refused(box, PICKER_BAD_FILE, {"2", "x"});
    const std::string csv = folder / "p.csv";
    write_bytes(csv, "x,y\n1,2\n3\n");
    check_refused(csv, PICKER_BAD_FILE, {"3"});
}

DOCTEST_TEST_CASE("patterns that match nothing, two micrographs of one stem, picks of unknown micrographs") {
    const TempFolder folder;
    const std::string nothing = folder / "*.mrc";
    const char* pattern = nothing.c_str();
    InputsOwner inputs;
    refused(picker_inputs_create(inputs.out(), &pattern, 1, 0), PICKER_NOT_FOUND, {nothing});
    refused(picker_inputs_create(inputs.out(), &pattern, 0, 0), PICKER_INVALID_ARGUMENT, {"no micrographs", "STAR"});

    const auto sample = libpicker::simulate(small_simulation(), 0);
    std::filesystem::create_directory(folder / "one");
    std::filesystem::create_directory(folder / "two");
    const std::string first = folder / "one/m.mrc";
    const std::string second = folder / "two/m.mrc";
    sample.micrograph.write(first);
    sample.micrograph.write(second);
    const char* clash[2] = {first.c_str(), second.c_str()};
    refused(picker_inputs_create(inputs.out(), clash, 2, 0), PICKER_MISMATCH, {first, second, ";"});
    ok(picker_inputs_create(inputs.out(), clash, 2, 1));
    DOCTEST_CHECK(picker_inputs_count(inputs.get()) == 2);

    ok(picker_inputs_create(inputs.out(), clash, 1, 0));
    const std::string strangers = folder / "strangers.star";
    write_bytes(strangers, "data_\n\nloop_\n_rlnMicrographName #1\n_rlnCoordinateX #2\n_rlnCoordinateY #3\n"
                           "elsewhere.mrc 1 2\n");
    const char* picks = strangers.c_str();
    ok(picker_inputs_match_picks(inputs.get(), &picks, 1));
    DOCTEST_CHECK(picker_inputs_has_picks(inputs.get(), 0) == 0);
    DOCTEST_REQUIRE(picker_inputs_unmatched_count(inputs.get()) == 1);
    DOCTEST_CHECK(contains(picker_inputs_unmatched(inputs.get(), 0), "elsewhere"));
    refused(picker_inputs_match_picks(inputs.get(), &picks, 0), PICKER_INVALID_ARGUMENT, {"no picks"});
    const std::string absent = folder / "absent.star";
    picks = absent.c_str();
    refused(picker_inputs_match_picks(inputs.get(), &picks, 1), PICKER_NOT_FOUND, {absent});
}

DOCTEST_TEST_CASE("boxes need an edge") {
    const TempFolder folder;
    const auto picks = many();
    refused(picker_picks_write(picks.get(), (folder / "p.box").c_str(), nullptr, nullptr), PICKER_INVALID_ARGUMENT,
            {"box size"});
    refused(picker_picks_write(picks.get(), (folder / "p.txt").c_str(), nullptr, nullptr), PICKER_NOT_FOUND,
            {"p.txt", "star"});
    DOCTEST_CHECK(folder.files() == 0);
}

DOCTEST_TEST_CASE("a full disk: the old file stays whole, no part of the new one is left") {
    const TempFolder folder;
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const auto model = libpicker::Model::create("deeppicker");
    const auto picks = many();
    const std::string star = folder / "p.star";
    const std::string image = folder / "m.mrc";
    const std::string checkpoint = folder / "m.safetensors";
    for (const std::string& path : {star, image, checkpoint}) {
        write_bytes(path, "as it was");
    }
    {
        const FullDisk disk(4096);
        refused(picker_picks_write(picks.get(), star.c_str(), nullptr, nullptr), PICKER_IO, {star});
        refused(picker_micrograph_write(sample.micrograph.get(), image.c_str()), PICKER_IO, {image});
        refused(picker_model_save(model.get(), checkpoint.c_str()), PICKER_IO, {checkpoint});
    }
    for (const std::string& path : {star, image, checkpoint}) {
        DOCTEST_CHECK(read_bytes(path) == "as it was");
    }
    DOCTEST_CHECK(folder.files() == 3);
}

DOCTEST_TEST_CASE("/dev/full and /dev/null stay devices") {
    if (!std::filesystem::is_character_file("/dev/full")) {
        DOCTEST_MESSAGE("skipped: there is no /dev/full here");
        return;
    }
    const auto picks = many();
    DOCTEST_CHECK(picker_picks_write(picks.get(), "/dev/full", "star", nullptr) == PICKER_IO);
    DOCTEST_CHECK(contains(picker_last_error(), "/dev/full"));
    DOCTEST_CHECK(std::filesystem::is_character_file("/dev/full"));
}

DOCTEST_TEST_CASE("outputs below a regular file") {
    const TempFolder folder;
    const std::string file = folder / "file";
    write_bytes(file, "a regular file");
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const auto model = libpicker::Model::create("deeppicker");
    const auto picks = many();
    const std::string star = file + "/p.star";
    refused(picker_picks_write(picks.get(), star.c_str(), nullptr, nullptr), PICKER_IO, {star});
    const std::string checkpoint = file + "/m.safetensors";
    refused(picker_model_save(model.get(), checkpoint.c_str()), PICKER_IO, {checkpoint});
    const std::string picture = file + "/p.png";
    refused(picker_draw(picture.c_str(), sample.micrograph.get(), sample.truth.get(), nullptr, 20, 0), PICKER_IO,
            {picture});
    // A run whose output folder cannot be made.
    sample.micrograph.write(folder / "m.mrc");
    sample.truth.write(folder / "m.star");
    const std::string output = file + "/out";
    const std::string source = folder.string();
    auto pick = make<picker_pick_options>();
    pick.diameter = 160;
    auto run = make<picker_run_options>();
    run.pick = &pick;
    run.output = output.c_str();
    run.source = PICKER_SOURCE_CANDIDATES;
    run.source_folder = source.c_str();
    ReportOwner report;
    const libpicker::Inputs inputs({folder / "m.mrc"});
    refused(picker_pick_files(report.out(), model.get(), inputs.get(), &run, nullptr), PICKER_IO, {output, ";"});
    DOCTEST_CHECK(read_bytes(file) == "a regular file");
}
