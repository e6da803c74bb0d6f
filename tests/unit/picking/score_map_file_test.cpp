// Score maps on disk: exact, readable as a plain MRC, and damage is refused.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "io/atomic_file.hpp"
#include "picking/score_map.hpp"
#include "unit/check.hpp"

#include <cstring>

using namespace picker;

namespace {

ScoreMap example() {
    ScoreMap map;
    map.scores = Image(7, 5);
    for (std::size_t i = 0; i < map.scores.size(); ++i) {
        map.scores.pixels[i] = 1.0F / static_cast<float>(i + 1);
    }
    map.origin_x = 100.0 / 3.0;
    map.origin_y = 31.4159265358979;
    map.step_x = 4.0 / 0.7;
    map.step_y = 4.0 / 0.7001;
    map.diameter = 151.515151515151515;
    map.width = 3838;
    map.height = 3710;
    map.pixel_size = 1.77;
    return map;
}

} // namespace

DOCTEST_TEST_CASE("a score map comes back exactly") {
    const fake::Folder folder;
    const auto path = folder.path() / "map.mrc";
    const ScoreMap map = example();
    write_score_map(path, map);
    const ScoreMap back = read_score_map(path);
    DOCTEST_CHECK(back.scores.pixels == map.scores.pixels);
    DOCTEST_CHECK(back.scores.width == 7);
    DOCTEST_CHECK(back.origin_x == map.origin_x);
    DOCTEST_CHECK(back.origin_y == map.origin_y);
    DOCTEST_CHECK(back.step_x == map.step_x);
    DOCTEST_CHECK(back.step_y == map.step_y);
    DOCTEST_CHECK(back.diameter == map.diameter);
    DOCTEST_CHECK(back.width == 3838);
    DOCTEST_CHECK(back.height == 3710);
    DOCTEST_CHECK(back.pixel_size == map.pixel_size);
}

DOCTEST_TEST_CASE("any MRC reader opens it: the header by hand, and our own image reader") {
    const fake::Folder folder;
    const auto path = folder.path() / "map.mrc";
    write_score_map(path, example());
    const std::string bytes = read_whole(path);
    const auto word = [&](std::size_t at) {
        std::int32_t value = 0;
        std::memcpy(&value, bytes.data() + at, 4);
        return value;
    };
    DOCTEST_CHECK(word(0) == 7);
    DOCTEST_CHECK(word(4) == 5);
    DOCTEST_CHECK(word(8) == 1);
    DOCTEST_CHECK(word(12) == 2);
    DOCTEST_CHECK(bytes.size() == 1024 + static_cast<std::size_t>(word(92)) + 7 * 5 * 4);
    DOCTEST_CHECK(bytes.substr(1024, 1) == "{");
    const Micrograph image = read_micrograph(path);
    DOCTEST_CHECK(image.image.pixels == example().scores.pixels);
    DOCTEST_CHECK(image.pixel_size == doctest::Approx(1.77 * 4.0 / 0.7));
}

DOCTEST_TEST_CASE("images that are no score map, and damaged ones, are refused by name") {
    const fake::Folder folder;
    const auto path = folder.path() / "map.mrc";
    write_image(path, Image(7, 5, 0.5F), 2.0);
    DOCTEST_CHECK_THROWS_WITH_AS(read_score_map(path), doctest::Contains("is an image but no score map"), Error);
    write_score_map(path, example());
    std::string bytes = read_whole(path);
    bytes[1024] = 'x';
    write_whole(path, bytes);
    DOCTEST_CHECK_THROWS_WITH_AS(read_score_map(path), doctest::Contains("damaged"), Error);
    bytes[1024] = '{';
    bytes.resize(bytes.size() - 3);
    write_whole(path, bytes);
    DOCTEST_CHECK_THROWS_WITH_AS(read_score_map(path), doctest::Contains("map.mrc"), Error);
    ScoreMap odd = example();
    odd.scores.at(3, 3) = 1.5F;
    write_score_map(path, odd);
    DOCTEST_CHECK_THROWS_WITH_AS(read_score_map(path), doctest::Contains("out of range"), Error);
}
