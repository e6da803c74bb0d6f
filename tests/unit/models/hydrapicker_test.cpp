// HydraPicker's networks: counts of the paper and the code, shapes, the field that a cell sees, first weights.
#include "models/heads.hpp"
#include "unit/check.hpp"

#include <cmath>

namespace {

// Pixels that one cell depends on, but for the norms, which look at everything.
int receptive_field(const picker::NetworkSpec& spec) {
    int field = 1, stride = 1;
    for (const picker::Layer& layer : spec.layers) {
        if (layer.kind == picker::LayerKind::convolution) {
            field += (layer.kernel - 1) * stride;
            stride *= layer.stride;
        }
    }
    return field;
}

} // namespace

DOCTEST_TEST_CASE("parameters of HydraPicker: the body, and either head") {
    const picker::ModelSpec paper = picker::architecture("hydrapicker").spec();
    const picker::ModelSpec code = picker::architecture("hydrapicker-code").spec();
    for (const picker::ModelSpec& spec : {paper, code}) {
        DOCTEST_CHECK(picker::head_offset(spec) == 480704);
        DOCTEST_CHECK(spec.network.input_size == 368);
        DOCTEST_CHECK(spec.recipe.diameter_pixels == 21.0);
        DOCTEST_CHECK(spec.training.batch == 4);
        DOCTEST_CHECK(spec.training.cycle == 40);
        DOCTEST_CHECK(spec.training.heads.bias_weight > 0.0);
    }
    DOCTEST_CHECK(picker::parameter_count(paper.network) - 480704 == 6300291);
    DOCTEST_CHECK(picker::parameter_count(code.network) - 480704 == 6309508);
}

DOCTEST_TEST_CASE("shapes of HydraPicker: cells of 16 pixels, each seeing 91") {
    const picker::ModelSpec spec = picker::architecture("hydrapicker").spec();
    DOCTEST_CHECK(picker::cell_size(spec.network) == 16);
    DOCTEST_CHECK(spec.step == 16);
    const auto shapes = picker::layer_shapes(spec.network);
    std::vector<int> channels, sizes; // behind the head's convolutions
    for (std::size_t i = static_cast<std::size_t>(spec.head_layer); i < shapes.size(); ++i) {
        if (spec.network.layers[i].kind == picker::LayerKind::convolution) {
            channels.push_back(shapes[i].channels);
            sizes.push_back(shapes[i].size);
        }
    }
    DOCTEST_CHECK(channels == std::vector<int>{128, 256, 512, 1024, 3});
    DOCTEST_CHECK(sizes == std::vector<int>{184, 92, 46, 23, 23});
    // 1, 14 convolutions of the body with 2 each, and 2, 4, 8, 16 and 32 of the head.
    DOCTEST_CHECK(receptive_field(spec.network) == 91);
}

DOCTEST_TEST_CASE("first weights of HydraPicker") {
    const picker::Model model = picker::create_model("hydrapicker", 4);
    const auto shapes = picker::parameter_shapes(model.spec.network);
    const auto of = [&](const picker::ParameterShape& shape) {
        return std::span(model.parameters).subspan(shape.offset, shape.count());
    };
    for (const picker::ParameterShape& shape : shapes) {
        DOCTEST_CAPTURE(shape.name);
        double squares = 0.0;
        for (const float value : of(shape)) {
            squares += static_cast<double>(value) * value;
        }
        const double deviation = std::sqrt(squares / static_cast<double>(shape.count()));
        if (shape.is_norm) {
            DOCTEST_CHECK(deviation == (shape.is_bias ? 0.0 : 1.0));
        } else if (shape.name == "conv5.weight") { // of the body: He, by 64 * 9 outputs
            DOCTEST_CHECK(deviation == doctest::Approx(std::sqrt(2.0 / 576)).epsilon(0.02));
        } else if (shape.name == "conv18.weight") { // of the head: uniform within 1 / sqrt(512 * 9)
            DOCTEST_CHECK(deviation == doctest::Approx(1.0 / std::sqrt(3.0 * 512 * 9)).epsilon(0.02));
        }
    }
    // Nearly every cell starts empty: a logit of -4.
    const auto last = of(shapes.back());
    DOCTEST_CHECK(last[0] == -4.0F);
    DOCTEST_CHECK(std::abs(last[1]) < 0.1F);
}
