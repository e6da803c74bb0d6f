// DeepEM's design rule and what a new model may have otherwise than its architecture.
#include "core/error.hpp"
#include "models/deepem_design.hpp"
#include "models/model.hpp"
#include "models/spec_json.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <string>

using namespace picker;

namespace {

using Sizes = std::array<int, deepem_stages>;

// Whether any kernels fit, by trying all: written apart from the library's search.
bool possible(int box, const Sizes& pools) {
    for (int a = 1; a <= box; ++a) {
        const int c1 = box - a + 1;
        if (c1 % pools[0] != 0 || 10 * c1 < 7 * box || 10 * c1 > 9 * box) {
            continue;
        }
        const int s2 = c1 / pools[0];
        for (int b = 1; b <= s2; ++b) {
            const int c3 = s2 - b + 1;
            if (c3 % pools[1] != 0 || 10 * c3 < 7 * s2 || 10 * c3 > 9 * s2) {
                continue;
            }
            const int s4 = c3 / pools[1];
            for (int c = 1; c <= s4; ++c) {
                const int c5 = s4 - c + 1;
                if (c5 % pools[2] == 0 && 10 * c5 >= 7 * s4 && 10 * c5 <= 9 * s4) {
                    return true;
                }
            }
        }
    }
    return false;
}

std::string refusal(const ModelOptions& options, const char* architecture = "deepem") {
    try {
        (void)create_model(architecture, 1, options);
    } catch (const Error& error) {
        DOCTEST_CHECK(error.status() == Status::invalid_argument);
        return error.what();
    }
    return "";
}

bool says(const std::string& message, const std::string& part) {
    const bool found = message.find(part) != std::string::npos;
    if (!found) {
        DOCTEST_MESSAGE(message);
    }
    return found;
}

} // namespace

DOCTEST_TEST_CASE("derived kernels keep 70 to 90 % at each convolution, or the nearest boxes are named") {
    int derived = 0;
    for (int box = 24; box <= 400; ++box) {
        const Sizes pools = default_pools(box);
        DOCTEST_CAPTURE(box);
        if (!possible(box, pools)) {
            int below = box - 1, above = box + 1;
            while (below > 0 && !possible(below, pools)) {
                --below;
            }
            while (!possible(above, pools)) {
                ++above;
            }
            std::string message;
            try {
                (void)derive_kernels(box, pools);
            } catch (const Error& error) {
                message = error.what();
            }
            DOCTEST_CHECK(says(message, text("a box of ", box, " pixels")));
            DOCTEST_CHECK(says(message, below > 0 ? text("are ", below, " and ", above) : text("is ", above)));
            continue;
        }
        ++derived;
        const Sizes kernels = derive_kernels(box, pools);
        const NetworkSpec network = deepem_network({box, kernels, pools, {6, 12, 12}, Activation::sigmoid});
        check_network(network); // divisibility
        const auto shapes = layer_shapes(network);
        int before = box;
        for (std::size_t stage = 0; stage < 3; ++stage) {
            const int after = shapes[2 * stage].size;
            DOCTEST_CHECK(10 * after >= 7 * before);
            DOCTEST_CHECK(10 * after <= 9 * before);
            before = shapes[2 * stage + 1].size;
        }
    }
    DOCTEST_CHECK(derived > 300);
}

DOCTEST_TEST_CASE(
    "the published kernels of 19S and inflammasome are allowed by the rule, those of KLH and 26S break it") {
    const auto allowed = [](int box, const Sizes& kernels, const Sizes& pools) {
        const auto all = allowed_kernels(box, pools);
        return std::find(all.begin(), all.end(), kernels) != all.end();
    };
    DOCTEST_CHECK(allowed(160, {20, 10, 4}, {3, 2, 2}));
    DOCTEST_CHECK(allowed(112, {15, 10, 7}, {2, 2, 2}));
    DOCTEST_CHECK(!allowed(272, {51, 21, 10}, {3, 2, 2})); // C5 keeps 67 %
    DOCTEST_CHECK(!allowed(150, {31, 15, 10}, {2, 2, 2})); // C5 keeps 61 %
}

DOCTEST_TEST_CASE("a model with a box, activation, maps and step of its own") {
    ModelOptions options;
    options.window = 120;
    options.activation = Activation::relu;
    options.maps = {4, 8, 10};
    options.step = 6;
    const Model model = create_model("deepem", 3, options);
    const ModelSpec& spec = model.spec;
    DOCTEST_CHECK(spec.architecture == "deepem");
    DOCTEST_CHECK(spec.network.input_size == 120);
    DOCTEST_CHECK(spec.recipe.diameter_pixels == doctest::Approx(80.0)); // the window stays 1.5 diameters
    DOCTEST_CHECK(spec.step == 6);
    DOCTEST_CHECK(spec.network.layers[0].activation == Activation::relu);
    DOCTEST_CHECK(spec.network.layers[4].activation == Activation::relu);
    DOCTEST_CHECK(spec.network.layers[6].activation == Activation::sigmoid); // the output stays a probability
    DOCTEST_CHECK(spec.network.layers[0].channels == 4);
    DOCTEST_CHECK(spec.network.layers[2].channels == 8);
    DOCTEST_CHECK(spec.network.layers[4].channels == 10);
    DOCTEST_CHECK(model.parameters.size() == parameter_count(spec.network));
    DOCTEST_CHECK(spec_to_json(spec_from_json(spec_to_json(spec), "test")) == spec_to_json(spec));
    ModelOptions kernels;
    kernels.window = 68;
    kernels.kernels = {9, 7, 3};
    kernels.pools = {2, 2, 2};
    DOCTEST_CHECK(create_model("deepem", 3, kernels).spec.step == 8); // the network's own grid
    ModelOptions box;
    box.window = 200;
    const ModelSpec klh = create_model("deepem-klh", 3, box).spec;
    DOCTEST_CHECK(klh.recipe.pixel_size == 2.2);
    DOCTEST_CHECK(window_length(klh, 400.0, 1.0) == doctest::Approx(440.0));
}

DOCTEST_TEST_CASE("what does not fit is refused with what would") {
    ModelOptions options;
    options.window = 67;
    options.kernels = {9, 7, 3};
    options.pools = {2, 2, 2};
    DOCTEST_CHECK(says(refusal(options), "nearest input sizes that work are 60 and 68"));
    options.kernels = {9, 7};
    DOCTEST_CHECK(says(refusal(options), "3 stages, but 2 kernels"));
    options.kernels = {9, 7, 0};
    DOCTEST_CHECK(says(refusal(options), "kernel of 0 pixels"));
    ModelOptions pools;
    pools.pools = {2, 0, 2};
    DOCTEST_CHECK(says(refusal(pools), "a pool of 0 pixels"));
    ModelOptions maps;
    maps.maps = {6, -1, 12};
    DOCTEST_CHECK(says(refusal(maps), "-1 outputs"));
    ModelOptions small;
    small.window = 12;
    DOCTEST_CHECK(says(refusal(small), "no kernels fit a box of 12 pixels"));
    ModelOptions huge;
    huge.window = 100000;
    DOCTEST_CHECK(says(refusal(huge), "100000 pixels; give 1 to 1024"));
    ModelOptions negative;
    negative.window = -5;
    DOCTEST_CHECK(says(refusal(negative), "-5 pixels"));
    ModelOptions step;
    step.step = 4000;
    DOCTEST_CHECK(says(refusal(step), "step between windows is 4000"));
    ModelOptions fixed;
    fixed.activation = Activation::relu;
    DOCTEST_CHECK(says(refusal(fixed, "deeppicker"), "the network of deeppicker is fixed"));
    ModelOptions only_step;
    only_step.step = 2;
    DOCTEST_CHECK(create_model("deeppicker", 1, only_step).spec.step == 2);
}

// A checkpoint of an earlier version has none of the keys that DeepEM brought.
DOCTEST_TEST_CASE("specifications without the new keys load, and keep their text") {
    const ModelSpec old = architecture("deeppicker").spec();
    const std::string json = spec_to_json(old);
    for (const char* key : {"rotations\":4", "four_turns", "beta", "pixel_size"}) {
        DOCTEST_CHECK(json.find(key) == std::string::npos);
    }
    const ModelSpec read = spec_from_json(json, "old");
    DOCTEST_CHECK(read.rotations == 1);
    DOCTEST_CHECK(read.recipe.pixel_size == 0.0);
    DOCTEST_CHECK(!read.training.four_turns);
    DOCTEST_CHECK(read.training.beta == 1.0);
    const ModelSpec klh = spec_from_json(spec_to_json(architecture("deepem-klh").spec()), "new");
    DOCTEST_CHECK(klh.rotations == 4);
    DOCTEST_CHECK(klh.recipe.pixel_size == 2.2);
    DOCTEST_CHECK(klh.training.four_turns);
    DOCTEST_CHECK(klh.training.beta == 2.0);
}

// FNV-1a of the specification and the parameters, as version 0.1.0 wrote them.
DOCTEST_TEST_CASE("the hash of a model is what it was in 0.1.0") {
    DOCTEST_CHECK(model_hash(create_model("deeppicker", 1)) == "bac60522b677ddcd");
}
