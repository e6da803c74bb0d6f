// Base64 against the examples of RFC 4648, section 10.
#include "core/base64.hpp"
#include "unit/check.hpp"

DOCTEST_TEST_CASE("base64 of the RFC's examples, and of all bytes") {
    const char* pairs[][2] = {{"", ""},
                              {"f", "Zg=="},
                              {"fo", "Zm8="},
                              {"foo", "Zm9v"},
                              {"foob", "Zm9vYg=="},
                              {"fooba", "Zm9vYmE="},
                              {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : pairs) {
        DOCTEST_CHECK(picker::base64(plain) == coded);
    }
    DOCTEST_CHECK(picker::base64(std::string("\xFB\xFF\xBF\x00", 4)) == "+/+/AA==");
}
