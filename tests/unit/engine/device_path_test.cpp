// The way that networks go on a GPU, gone on the CPU: LibTorch's general operations in place of our own loops, tensors
// that are copied in and out, and the kernels' steps. Against the CPU's own way.
#include "torch/torch_network.hpp"
#include "unit/engine/compare_picks.hpp"
#include "unit/engine/compare_places.hpp"

namespace {

std::unique_ptr<picker::Network> on_cpu(const picker::NetworkSpec& spec) {
    return std::make_unique<picker::TorchNetwork>(spec);
}

std::unique_ptr<picker::Network> like_a_device(const picker::NetworkSpec& spec) {
    return std::make_unique<picker::TorchNetwork>(spec, picker::Place::like_a_device());
}

} // namespace

DOCTEST_TEST_CASE("scores, outputs and gradients are those of the CPU") {
    compare::networks_agree(on_cpu, like_a_device, 2e-5);
}

DOCTEST_TEST_CASE("maxima are those of the map") {
    compare::maxima_are_of_the_outputs(like_a_device);
}

DOCTEST_TEST_CASE("picks are those of the CPU") {
    const picker::Model model = picker::load_model(PICKER_SOURCE_DIR "/libpicker/models/general.safetensors");
    const auto scorer = [&](std::unique_ptr<picker::Network> network) {
        network->set_parameters(model.parameters);
        return picker::Scorer(model, std::move(network));
    };
    compare::scorers_agree(scorer(on_cpu(model.spec.network)), scorer(like_a_device(model.spec.network)));
}

DOCTEST_TEST_CASE("damaged weights are told") {
    compare::damaged_weights_are_told(like_a_device);
}

DOCTEST_TEST_CASE("on the CPU nobody looks for maxima") {
    const auto network = on_cpu(networks::small_whole_map());
    network->set_parameters(compare::parameters_of(networks::small_whole_map()));
    DOCTEST_CHECK(!network->finds_maxima());
    std::vector<picker::MapMaximum> maxima;
    const std::vector<float> image(16 * 16, 1.0F);
    DOCTEST_CHECK(!network->map_maxima(image.data(), 16, 16, {16, 16, 1, 1, 0.0}, maxima));
}
