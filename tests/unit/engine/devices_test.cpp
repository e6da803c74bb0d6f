// Which devices there are, and what is said of those that there are not.
#include "core/error.hpp"
#include "engine/device_name.hpp"
#include "engine/engine.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

DOCTEST_TEST_CASE("the CPU is always the first, and auto never fails") {
    const picker::Engine& engine = picker::engine();
    const auto devices = engine.devices();
    DOCTEST_REQUIRE(!devices.empty());
    DOCTEST_CHECK(devices.front().name == "cpu");
    for (std::size_t i = 1; i < devices.size(); ++i) {
        DOCTEST_CHECK(engine.choose_device(devices[i].name) == devices[i].name);
        DOCTEST_CHECK(!devices[i].description.empty());
    }
    DOCTEST_CHECK(engine.choose_device("") == "cpu");
    DOCTEST_CHECK(engine.choose_device("cpu") == "cpu");
    DOCTEST_CHECK(engine.choose_device("auto") == (devices.size() > 1 ? "cuda:0" : "cpu"));
    DOCTEST_CHECK(engine.create(networks::small_softmax(), "auto") != nullptr);
}

DOCTEST_TEST_CASE("a GPU that is not there: why, and the way out") {
    const picker::Engine& engine = picker::engine();
    const auto devices = engine.devices();
    for (const char* name : {"cuda:999", "cuda"}) {
        if (devices.size() > 1 && std::string(name) == "cuda") {
            continue;
        }
        std::string message;
        try {
            (void)engine.create(networks::small_softmax(), name);
        } catch (const picker::Error& error) {
            DOCTEST_CHECK(error.status() == picker::Status::backend);
            message = error.what();
        }
        DOCTEST_CAPTURE(message);
        DOCTEST_CHECK(message.find(picker::name_of(picker::parse_device(name))) != message.npos);
        DOCTEST_CHECK(message.find("cpu") != message.npos);
        if (devices.size() == 1) {
            DOCTEST_CHECK(message.find("CUDA") != message.npos);
        }
    }
    DOCTEST_CHECK_THROWS_WITH((void)engine.choose_device("gpu"), doctest::Contains("give auto"));
}
