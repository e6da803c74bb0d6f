// The pick table: columns stay aligned through subset, append and sort.
#include "core/picks.hpp"
#include "unit/check.hpp"

#include <cmath>

using picker::Picks;

DOCTEST_TEST_CASE("columns follow their rows") {
    Picks picks;
    picks.add(1, 10, 0.5);
    picks.add(2, 20, 0.9);
    picks.ensure_column("psi", 0.0) = {11, 22};
    picks.ensure_text_column("rlnNote") = {"a", "b"};
    picks.add(3, 30, 0.7);
    DOCTEST_CHECK(std::isnan((*picks.column("psi"))[2]));
    picks.sort_by_score();
    DOCTEST_CHECK(picks.x == std::vector<double>{2, 3, 1});
    DOCTEST_CHECK((*picks.column("psi"))[0] == 22);
    DOCTEST_CHECK(*picks.text_column("rlnNote") == std::vector<std::string>{"b", "", "a"});
    DOCTEST_CHECK(picks.column("x") == &picks.x);
    DOCTEST_CHECK(picks.column("absent") == nullptr);
}

DOCTEST_TEST_CASE("append unites columns and fills gaps") {
    Picks a, b;
    a.add(1, 1, 0.1);
    a.ensure_column("class", 0.0) = {4};
    b.add(2, 2, 0.2);
    b.ensure_text_column("rlnNote") = {"n"};
    a.append(b);
    DOCTEST_REQUIRE(a.size() == 2);
    DOCTEST_CHECK((*a.column("class"))[0] == 4);
    DOCTEST_CHECK(std::isnan((*a.column("class"))[1]));
    DOCTEST_CHECK(*a.text_column("rlnNote") == std::vector<std::string>{"", "n"});
}

DOCTEST_TEST_CASE("equal scores are ordered by row, then column; missing scores come last") {
    Picks picks;
    picks.add(5, 2, 0.5);
    picks.add(1, 2, 0.5);
    picks.add(9, 1, 0.5);
    picks.add(0, 0, std::nan(""));
    picks.sort_by_score();
    DOCTEST_CHECK(picks.x == std::vector<double>{9, 1, 5, 0});
    DOCTEST_CHECK_FALSE(picks.has_scores());
}
