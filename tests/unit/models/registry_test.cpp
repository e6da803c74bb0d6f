// The architectures: counts, values of the paper and the code, and the generated table.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "models/model.hpp"
#include "models/spec_json.hpp"
#include "unit/check.hpp"

#include <algorithm>
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

// DeepEM 2017, Table 1: maps and edges of C1, S2, C3, S4, C5, S6.
DOCTEST_TEST_CASE("the four published configurations of DeepEM") {
    struct Published {
        const char* name;
        int box;
        std::size_t parameters;
        std::vector<int> edges;
        double pixel_size; // angstrom
    };
    for (const Published& p : {Published{"deepem-klh", 272, 62761, {222, 74, 54, 27, 18, 9}, 2.2},
                               Published{"deepem-klh-step20", 272, 62761, {222, 74, 54, 27, 18, 9}, 2.2},
                               Published{"deepem-19s", 160, 12703, {141, 47, 38, 19, 16, 8}, 1.96},
                               Published{"deepem-26s", 150, 36985, {120, 60, 46, 23, 14, 7}, 3.44},
                               Published{"deepem-inflammasome", 112, 16225, {98, 49, 40, 20, 14, 7}, 3.44}}) {
        DOCTEST_CAPTURE(p.name);
        const picker::ModelSpec spec = picker::architecture(p.name).spec();
        DOCTEST_CHECK(spec.network.input_size == p.box);
        DOCTEST_CHECK(picker::parameter_count(spec.network) == p.parameters);
        DOCTEST_CHECK(spec.recipe.pixel_size == p.pixel_size);
        const auto shapes = picker::layer_shapes(spec.network);
        const std::vector<int> maps{6, 6, 12, 12, 12, 12};
        DOCTEST_REQUIRE(shapes.size() == 7);
        for (std::size_t i = 0; i < 6; ++i) {
            DOCTEST_CHECK(shapes[i].size == p.edges[i]);
            DOCTEST_CHECK(shapes[i].channels == maps[i]);
        }
        DOCTEST_CHECK(shapes[6].channels == 1);
        // Each convolution is followed by a sigmoid, each pool is a mean without a parameter of its own.
        for (std::size_t i = 0; i < 6; i += 2) {
            DOCTEST_CHECK(spec.network.layers[i].activation == picker::Activation::sigmoid);
            DOCTEST_CHECK(spec.network.layers[i + 1].kind == picker::LayerKind::mean_pool);
        }
        DOCTEST_CHECK(spec.rotations == 4);
        DOCTEST_CHECK(spec.training.learning_rate == 1.0);
        DOCTEST_CHECK(spec.training.momentum == 0.0);
        DOCTEST_CHECK(spec.training.batch == 50);
        DOCTEST_CHECK(spec.training.epochs == 20);
        DOCTEST_CHECK(spec.training.beta == 2.0);
        DOCTEST_CHECK(spec.training.loss == picker::Loss::half_square);
        DOCTEST_CHECK(spec.training.four_turns);
    }
    DOCTEST_CHECK(picker::architecture("deepem-klh").spec().step == 12);
    DOCTEST_CHECK(picker::architecture("deepem-klh-step20").spec().step == 20);
}

// The authors' h5 file: five kernels of 9, three of 3, 353,313 parameters; a value depends on 47 x 47 pixels.
DOCTEST_TEST_CASE("the network that PARSED's authors ship") {
    const picker::ModelSpec spec = picker::architecture("parsed").spec();
    DOCTEST_CHECK(picker::parameter_count(spec.network) == 353313);
    DOCTEST_CHECK(spec.network.input_size == 1 + 5 * 8 + 3 * 2);
    DOCTEST_CHECK(picker::layer_shapes(spec.network).back().size == 1);
    DOCTEST_CHECK(picker::is_map(spec.network));
    DOCTEST_CHECK(spec.recipe.pixel_size == 15.0);
    DOCTEST_CHECK(picker::window_length(spec, 300.0, 5.0) == doctest::Approx(141.0)); // 705 A, whatever the particle
}

// Table S2 of the supplement: the segmenter's 112,098 parameters, and a classifier with the same first layers.
DOCTEST_TEST_CASE("the networks of PARSED's supplement") {
    picker::Model segmenter = picker::create_model("parsed-s2", 1);
    const picker::Model classifier = picker::create_model("parsed-s2-classifier", 2);
    DOCTEST_CHECK(segmenter.parameters.size() == 112098);
    // 28,064 of the common layers, 8 x 8 x 32 values to 128, to 128, to 2.
    DOCTEST_CHECK(classifier.parameters.size() == 28064 + 8 * 8 * 32 * 128 + 128 + 128 * 128 + 128 + 2 * 128 + 2);
    DOCTEST_CHECK(picker::layer_shapes(segmenter.spec.network).back().size == 192);
    const picker::Model before = segmenter;
    DOCTEST_CHECK(picker::take_layers(segmenter, classifier) == 4);
    DOCTEST_CHECK(
        std::equal(segmenter.parameters.begin(), segmenter.parameters.begin() + 28064, classifier.parameters.begin()));
    DOCTEST_CHECK(std::equal(segmenter.parameters.begin() + 28064, segmenter.parameters.end(),
                             before.parameters.begin() + 28064));
    picker::Model other = picker::create_model("deeppicker", 1);
    DOCTEST_CHECK_THROWS_WITH_AS(picker::take_layers(other, classifier), doctest::Contains("nothing to take over"),
                                 picker::Error);
}

// Counted by hand from the list in docs/models.md; small, and without a norm over the image.
DOCTEST_TEST_CASE("the compact network") {
    const picker::ModelSpec spec = picker::architecture("compact").spec();
    const auto convolution = [](int kernel, int from, int to) { return kernel * kernel * from * to + to; };
    const int encoder = convolution(5, 1, 16) + convolution(3, 16, 16) + convolution(3, 16, 32) +
                        convolution(3, 32, 32) + convolution(3, 32, 64) + 6 * convolution(3, 64, 64);
    const int decoder = convolution(2, 64, 64) + convolution(3, 64, 64) + convolution(2, 64, 32) +
                        convolution(3, 32, 32) + convolution(2, 32, 16) + convolution(3, 16, 16) +
                        convolution(3, 16, 2);
    DOCTEST_CHECK(picker::parameter_count(spec.network) == static_cast<std::size_t>(encoder + decoder));
    DOCTEST_CHECK(picker::parameter_count(spec.network) < 1'000'000);
    DOCTEST_CHECK(picker::layer_shapes(spec.network).back().size == spec.network.input_size);
    DOCTEST_CHECK(picker::grid_multiple(spec.network) == 8);
    for (const picker::Layer& layer : spec.network.layers) {
        DOCTEST_CHECK(layer.kind != picker::LayerKind::group_norm);
    }
}

// In angstrom, whatever the particle: 272 pixels of 2.2 A.
DOCTEST_TEST_CASE("a window of fixed pixel size does not follow the diameter") {
    const picker::ModelSpec klh = picker::architecture("deepem-klh").spec();
    DOCTEST_CHECK(picker::window_length(klh, 400.0, 1.0) == doctest::Approx(598.4));
    DOCTEST_CHECK(picker::window_length(klh, 20.0, 1.1) == doctest::Approx(544.0)); // pixels of 1.1 A
    DOCTEST_CHECK_THROWS_WITH_AS(picker::window_length(klh, 20.0, 0.0), doctest::Contains("give the pixel size"),
                                 picker::Error);
    const picker::ModelSpec any = picker::architecture("deepem").spec();
    DOCTEST_CHECK(picker::window_length(any, 20.0, 0.0) == doctest::Approx(30.0));
}

DOCTEST_TEST_CASE("every architecture holds together and says so itself") {
    for (const picker::ArchitectureInfo& info : picker::architectures()) {
        const picker::ModelSpec spec = info.spec();
        DOCTEST_CAPTURE(info.name);
        DOCTEST_CHECK(spec.architecture == info.name);
        DOCTEST_CHECK(&picker::architecture(info.name) == &info);
        picker::check_network(spec.network);
        picker::check_recipe(spec.recipe);
        picker::check_spec(spec);
        if (spec.patch_rule != picker::PatchRule::whole) { // a detector's input is a crop of any size
            DOCTEST_CHECK(std::abs(spec.recipe.diameter_pixels * spec.window_diameters - spec.network.input_size) <
                          1e-9);
        }
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
        DOCTEST_CHECK(message.find("deeppicker, deeppicker-tf, deeppicker-patch, deepem, deepem-klh") !=
                      std::string::npos);
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
