// Compares two files by what they hold.
#pragma once

#include "starfile/starfile.hpp"
#include "unit/check.hpp"

inline void check_same(const starfile::File& a, const starfile::File& b) {
    DOCTEST_REQUIRE(a.blocks.size() == b.blocks.size());
    for (std::size_t i = 0; i < a.blocks.size(); ++i) {
        const starfile::Block &x = a.blocks[i], &y = b.blocks[i];
        DOCTEST_CHECK(x.name() == y.name());
        DOCTEST_CHECK(x.version() == y.version());
        DOCTEST_CHECK(x.is_loop() == y.is_loop());
        DOCTEST_REQUIRE(x.columns() == y.columns());
        DOCTEST_REQUIRE(x.rows() == y.rows());
        for (std::size_t column = 0; column < x.columns(); ++column) {
            DOCTEST_CHECK(x.label(column) == y.label(column));
            for (std::size_t row = 0; row < x.rows(); ++row) {
                DOCTEST_REQUIRE(x.value(row, column) == y.value(row, column));
            }
        }
    }
}
