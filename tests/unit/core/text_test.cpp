// text(): its words, and that it is whole or an exception wherever memory runs out.
#include "core/error.hpp"
#include "unit/check.hpp"
#include "unit/core/scarce_memory.hpp"

#include <new>
#include <string>

DOCTEST_TEST_CASE("text: parts of any type, in the classic form of numbers") {
    DOCTEST_CHECK(picker::text("a", 3, 'b', 1234567.0, std::string("c"), 0.25F, true) == "a3b1.23457e+06c0.251");
    DOCTEST_CHECK(picker::text("") == "");
}

DOCTEST_TEST_CASE("text: whole, or std::bad_alloc, whichever allocation fails") {
    const std::string middle(700, 'm'), end(3000, 'e'); // two growths of the stream, and the string handed out
    const std::string whole = middle + "12345" + end + "0.5";
    int refused = 0;
    for (bool done = false; !done; ++refused) {
        DOCTEST_REQUIRE(refused < 100);
        std::string result;
        granted_allocations = refused;
        try {
            result = picker::text(middle, 12345, end, 0.5);
            done = true;
        } catch (const std::bad_alloc&) {
            done = false;
        }
        granted_allocations = -1;
        DOCTEST_CHECK((result == (done ? whole : ""))); // in brackets, or doctest prints both
    }
    DOCTEST_CHECK(refused > 3);
}
