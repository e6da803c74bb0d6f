// The architectures: counts, values of the paper and the code, and the generated table.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "models/model.hpp"
#include "models/spec_json.hpp"
#include "unit/check.hpp"

#include <string>

DOCTEST_TEST_CASE("parameter counts of DeepPicker") {
    DOCTEST_CHECK(picker::parameter_count(picker::architecture("deeppicker").spec().network) == 33346);
    DOCTEST_CHECK(picker::parameter_count(picker::architecture("deeppicker-tf").spec().network) == 49922);
    DOCTEST_CHECK(picker::parameter_count(picker::architecture("deeppicker-patch").spec().network) == 49922);
}

DOCTEST_TEST_CASE("sizes along DeepPicker's network") {
    const auto shapes = picker::layer_shapes(picker::architecture("deeppicker").spec().network);
    const std::vector<int> sizes{56, 28, 24, 12, 10, 5, 4, 2, 2, 1, 1};
    DOCTEST_REQUIRE(shapes.size() == sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        DOCTEST_CHECK(shapes[i].size == sizes[i]);
    }
    DOCTEST_CHECK(shapes[7].channels * shapes[7].size * shapes[7].size == 256);
}

DOCTEST_TEST_CASE("every architecture holds together and says so itself") {
    for (const picker::ArchitectureInfo& info : picker::architectures()) {
        const picker::ModelSpec spec = info.spec();
        DOCTEST_CAPTURE(info.name);
        DOCTEST_CHECK(spec.architecture == info.name);
        DOCTEST_CHECK(&picker::architecture(info.name) == &info);
        picker::check_network(spec.network);
        picker::check_recipe(spec.recipe);
        DOCTEST_CHECK(std::abs(spec.recipe.diameter_pixels * spec.window_diameters - spec.network.input_size) < 1e-9);
        const picker::ModelSpec again = picker::spec_from_json(picker::spec_to_json(spec), "test");
        DOCTEST_CHECK(picker::spec_to_json(again) == picker::spec_to_json(spec));
    }
}

DOCTEST_TEST_CASE("an unknown architecture is answered with the known ones") {
    try {
        (void)picker::create_model("deepicker", 1);
        DOCTEST_CHECK(false);
    } catch (const picker::Error& error) {
        const std::string message = error.what();
        DOCTEST_CHECK(error.status() == picker::Status::not_found);
        DOCTEST_CHECK(message.find("\"deepicker\"") != std::string::npos);
        DOCTEST_CHECK(message.find("deeppicker, deeppicker-tf, deeppicker-patch") != std::string::npos);
    }
}

DOCTEST_TEST_CASE("the table in docs/models.md is the generated one") {
    const std::string page = picker::read_whole(PICKER_SOURCE_DIR "/docs/models.md");
    const std::string begin = "<!-- architectures:begin -->\n", end = "<!-- architectures:end -->";
    const std::size_t from = page.find(begin), to = page.find(end);
    DOCTEST_REQUIRE(from != std::string::npos);
    DOCTEST_REQUIRE(to != std::string::npos);
    DOCTEST_CHECK(page.substr(from + begin.size(), to - from - begin.size()) == picker::architectures_markdown());
}
