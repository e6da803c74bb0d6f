// Statuses and this thread's message; versions, features, devices; limits of picker_control.
#include "capi/support.hpp"

#include <cstring>
#include <set>
#include <thread>

using namespace capi;

DOCTEST_TEST_CASE("a thread that has not failed has no message, and messages do not cross threads") {
    MicrographOwner out;
    refused(picker_micrograph_read(out.out(), "no-such-folder/here.mrc"), PICKER_NOT_FOUND,
            {"no-such-folder/here.mrc"});
    const std::string here = picker_last_error();
    std::string before = "?";
    std::string there;
    std::thread([&] {
        before = picker_last_error();
        picker_model* model = nullptr;
        if (picker_model_create(&model, "perceptron", 0) == PICKER_NOT_FOUND) {
            there = picker_last_error();
        }
    }).join();
    DOCTEST_CHECK(before.empty());
    DOCTEST_CHECK(contains(there, "perceptron"));
    DOCTEST_CHECK(picker_last_error() == here);
}

DOCTEST_TEST_CASE("a call that succeeds leaves the message; the next failure replaces it") {
    PicksOwner picks;
    refused(picker_picks_read(picks.out(), "a.star", "punched-cards"), PICKER_NOT_FOUND,
            {"punched-cards", "star", ";"});
    const std::string first = picker_last_error();
    ok(picker_picks_create(picks.out()));
    DOCTEST_CHECK(picker_last_error() == first);
    refused(picker_picks_append(nullptr, nullptr, nullptr, nullptr, 0), PICKER_INVALID_ARGUMENT, {"picks", "NULL"});
    DOCTEST_CHECK(picker_last_error() != first);
}

DOCTEST_TEST_CASE("a message longer than the buffer is cut between characters") {
    const std::string name(4000, 'x');
    ModelOwner model;
    DOCTEST_CHECK(picker_model_create(model.out(), name.c_str(), 0) == PICKER_NOT_FOUND);
    DOCTEST_CHECK(std::strlen(picker_last_error()) > 1000);
    for (const std::string pad : {"", "a", "b"}) { // whatever the place of the cut in the three bytes
        std::string wide = pad;
        for (int i = 0; i < 2000; ++i) {
            wide += "\xe2\x82\xac";
        }
        DOCTEST_CHECK(picker_model_create(model.out(), wide.c_str(), 0) == PICKER_NOT_FOUND);
        const std::string message = picker_last_error();
        const std::size_t last = message.rfind('\xe2');
        DOCTEST_CHECK((last != std::string::npos && message.size() - last == 3));
    }
}

DOCTEST_TEST_CASE("status names") {
    DOCTEST_CHECK(picker_status_name(PICKER_OK) == std::string("PICKER_OK"));
    DOCTEST_CHECK(picker_status_name(PICKER_BAD_FILE) == std::string("PICKER_BAD_FILE"));
    DOCTEST_CHECK(picker_status_name(PICKER_INTERNAL) == std::string("PICKER_INTERNAL"));
    std::set<std::string> names;
    for (int status = PICKER_OK; status <= PICKER_INTERNAL; ++status) {
        names.insert(picker_status_name(status));
    }
    DOCTEST_CHECK(names.size() == 11);
    for (const int status : {-1, 11, INT32_MAX, INT32_MIN}) {
        DOCTEST_CHECK(picker_status_name(status) == std::string("unknown status"));
    }
}

DOCTEST_TEST_CASE("version, features, devices") {
    std::ifstream file(PICKER_SOURCE_DIR "/VERSION");
    std::string version;
    std::getline(file, version);
    DOCTEST_CHECK(picker_version() == version);
    DOCTEST_CHECK(picker_abi_version() == PICKER_ABI_VERSION);
    DOCTEST_CHECK(picker_has_feature("tiff") == 1);
    DOCTEST_CHECK(picker_has_feature("png") == 1);
    DOCTEST_CHECK(picker_has_feature("cuda") == (picker_device_count() > 1 ? 1 : 0));
    DOCTEST_CHECK(picker_has_feature("teleportation") == 0);
    DOCTEST_CHECK(picker_has_feature("") == 0);
    DOCTEST_REQUIRE(picker_device_count() >= 1);
    DOCTEST_CHECK(picker_device_name(0) == std::string("cpu"));
    DOCTEST_CHECK(picker_device_description(0) == std::string());
    for (int i = 1; i < picker_device_count(); ++i) {
        DOCTEST_CHECK(picker_device_name(i) == "cuda:" + std::to_string(i - 1));
        DOCTEST_CHECK(picker_device_description(i) != std::string());
    }
    for (const int none : {-1, picker_device_count(), INT32_MAX, INT32_MIN}) {
        DOCTEST_CHECK(picker_device_name(none) == nullptr);
        DOCTEST_CHECK(picker_device_description(none) == nullptr);
    }
}

DOCTEST_TEST_CASE("threads and devices that do not exist are refused") {
    const auto settings = small_simulation();
    const auto sample = libpicker::simulate(settings, 0);
    const auto model = libpicker::Model::create("deeppicker");
    auto options = make<picker_pick_options>();
    options.diameter = 160;
    auto control = make<picker_control>();
    PicksOwner picks;
    control.threads = -1;
    refused(picker_pick(picks.out(), model.get(), sample.micrograph.get(), &options, &control), PICKER_INVALID_ARGUMENT,
            {"threads", "-1", "0 (one per core)"});
    control.threads = 0;
    control.device = 300;
    refused(picker_pick(picks.out(), model.get(), sample.micrograph.get(), &options, &control), PICKER_UNSUPPORTED,
            {"device", "300", "0 (cpu)"});
    control.device = 0;
    for (const char* name : {"gpu", "cuda:", "cuda:-1", "CPU"}) {
        control.device_name = name;
        refused(picker_pick(picks.out(), model.get(), sample.micrograph.get(), &options, &control),
                PICKER_INVALID_ARGUMENT, {name, "auto, cpu, cuda, or cuda:N"});
    }
    // One that is not here: why, and what to do instead.
    control.device_name = "cuda:300";
    refused(picker_pick(picks.out(), model.get(), sample.micrograph.get(), &options, &control), PICKER_BACKEND, {});
    if (picker_has_feature("torch") != 0) {
        DOCTEST_CHECK(std::string(picker_last_error()).find("cuda:300") != std::string::npos);
        DOCTEST_CHECK(std::string(picker_last_error()).find("cpu") != std::string::npos);
    }
}

DOCTEST_TEST_CASE("a device by name; a program that names none stays on the CPU") {
    if (picker_has_feature("torch") == 0) {
        DOCTEST_MESSAGE("skipped: no LibTorch");
        return;
    }
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const auto model = libpicker::Model::create("deeppicker");
    auto options = make<picker_pick_options>();
    options.diameter = 160;
    options.has_threshold = 1;
    options.threshold = 0.1;
    libpicker::Control control;
    const auto scores_of = [](const libpicker::Picks& picks) {
        const double* scores = picks.column("score");
        return std::vector<double>(scores, scores + picks.size());
    };
    const auto unnamed = scores_of(model.pick(sample.micrograph, options, control));
    control.device_name = "cpu";
    const auto named = scores_of(model.pick(sample.micrograph, options, control));
    DOCTEST_CHECK(!unnamed.empty());
    DOCTEST_CHECK(unnamed == named);
    if (picker_device_count() == 1) {
        control.device_name = "auto";
        control.device = 77; // a name goes first
        DOCTEST_CHECK(scores_of(model.pick(sample.micrograph, options, control)) == named);
    }
}

DOCTEST_TEST_CASE("without LibTorch, what needs it says so and how to get it") {
    if (picker_has_feature("torch") != 0) {
        DOCTEST_MESSAGE("skipped: LibTorch is here");
        return;
    }
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const auto model = libpicker::Model::create("deeppicker");
    auto options = make<picker_pick_options>();
    options.diameter = 160;
    PicksOwner picks;
    refused(picker_pick(picks.out(), model.get(), sample.micrograph.get(), &options, nullptr), PICKER_BACKEND,
            {"LibTorch", "libpicker_torch.so", "install"});
}
