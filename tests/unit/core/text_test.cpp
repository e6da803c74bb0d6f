// text(): its words, and that it is whole or an exception wherever memory runs out.
#include "core/error.hpp"
#include "unit/check.hpp"

#include <cstdlib>
#include <new>
#include <string>

namespace {

// Allocations of this thread that still succeed; negative: all of them.
thread_local int granted = -1;

} // namespace

// This program's own allocator: the standard one, but for a thread that has been given a number.
void* operator new(std::size_t size) {
    if (granted == 0) {
        throw std::bad_alloc();
    }
    granted -= granted > 0 ? 1 : 0;
    if (void* block = std::malloc(size > 0 ? size : 1)) {
        return block;
    }
    throw std::bad_alloc();
}

void operator delete(void* block) noexcept {
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}

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
        granted = refused;
        try {
            result = picker::text(middle, 12345, end, 0.5);
            done = true;
        } catch (const std::bad_alloc&) {
            done = false;
        }
        granted = -1;
        DOCTEST_CHECK((result == (done ? whole : ""))); // in brackets, or doctest prints both
    }
    DOCTEST_CHECK(refused > 3);
}
