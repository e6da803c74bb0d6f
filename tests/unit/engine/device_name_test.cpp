// Names of devices.
#include "core/error.hpp"
#include "engine/device_name.hpp"
#include "unit/check.hpp"

using picker::DeviceName;
using picker::name_of;
using picker::parse_device;

DOCTEST_TEST_CASE("names of devices") {
    DOCTEST_CHECK(name_of(parse_device("")) == "cpu");
    DOCTEST_CHECK(name_of(parse_device("cpu")) == "cpu");
    DOCTEST_CHECK(name_of(parse_device("auto")) == "auto");
    DOCTEST_CHECK(name_of(parse_device("cuda")) == "cuda:0");
    DOCTEST_CHECK(name_of(parse_device("cuda:0")) == "cuda:0");
    DOCTEST_CHECK(name_of(parse_device("cuda:17")) == "cuda:17");
    DOCTEST_CHECK(parse_device("cuda:17").index == 17);
}

DOCTEST_TEST_CASE("everything else is refused, with what there is to choose") {
    for (const char* name : {"gpu", "CUDA", "cuda:", "cuda:x", "cuda:1x", "cuda:-1", "cuda: 1", "cuda1", "cpu:0",
                             " cpu", "cuda:99999999999999999999"}) {
        DOCTEST_CAPTURE(name);
        DOCTEST_CHECK_THROWS_WITH(parse_device(name), doctest::Contains("give auto, cpu, cuda, or cuda:N"));
    }
}
