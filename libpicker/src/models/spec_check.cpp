// That the parts of a model's specification hold together (model.hpp).
#include "core/error.hpp"
#include "models/initialise.hpp"
#include "models/model.hpp"

namespace picker {
namespace {

// What training on maps and picking from blobs take for granted.
void check_segmenter(const ModelSpec& spec) {
    if (spec.training.crop > 0 && !is_whole(spec.network) &&
        (spec.network.input_size % 2 == 0 || total_stride(spec.network) != 1)) {
        fail(Status::invalid_argument,
             "it learns from maps, but its window has no middle pixel, or its network has pools");
    }
    if (spec.training.crop > 0 && is_map(spec.network) && spec.training.loss != Loss::half_square) {
        fail(Status::invalid_argument, "its map is no probability, and its loss wants one");
    }
    const bool discs = spec.training.crop > 0 && spec.training.heat == 0.0;
    if ((spec.peak_rule == PeakRule::blobs || discs) && !(spec.aperture > 0.0)) {
        fail(Status::invalid_argument, "it has blobs without an aperture");
    }
}

// A detector is one in everything: network, loss, preparation and candidates.
void check_detector(const ModelSpec& spec) {
    const int cell = cell_size(spec.network);
    if (spec.peak_rule != PeakRule::cells || spec.training.loss != Loss::detection || spec.recipe.pixel_size > 0.0) {
        fail(Status::invalid_argument, "its network is a detector, but the rest of it is not for one");
    }
    if (spec.training.crop < cell || spec.training.crop % cell != 0) {
        fail(Status::invalid_argument, "it learns from crops of ", spec.training.crop,
             " pixels, which are no cells of ", cell);
    }
    const auto head = static_cast<std::size_t>(spec.head_layer);
    for (std::size_t i = head; head > 0 && i < spec.network.layers.size(); ++i) {
        if (spec.network.layers[i].kind == LayerKind::add && spec.network.layers[i].from < spec.head_layer - 1) {
            fail(Status::invalid_argument, "its head adds a layer from within its body");
        }
    }
    if (head >= spec.network.layers.size()) {
        fail(Status::invalid_argument, "its head has no layers");
    }
}

// That the network is run over the micrograph in the way that it can be.
void check_patch_rule(const ModelSpec& spec) {
    const bool whole = is_whole(spec.network);
    if (whole != (spec.patch_rule == PatchRule::whole) || (whole && (spec.padded || spec.rotations != 1)) ||
        (whole && (spec.step != cell_size(spec.network) || spec.training.crop % grid_multiple(spec.network) != 0)) ||
        (spec.patch_rule == PatchRule::dense && has_padding(spec.network))) {
        fail(Status::invalid_argument,
             "its network pads, or does not, otherwise than the rest of it takes for granted");
    }
}

} // namespace

void check_spec(const ModelSpec& spec) {
    check_network(spec.network);
    check_recipe(spec.recipe);
    check_initialisation(spec.training.initialisation);
    check_patch_rule(spec);
    if (!is_sound(spec.calibration)) {
        fail(Status::invalid_argument, "its calibration is no line that rises from 0 to 1");
    }
    if (is_detector(spec.network)) {
        check_detector(spec);
    } else if (spec.peak_rule == PeakRule::cells || spec.training.loss == Loss::detection || spec.head_layer > 0) {
        fail(Status::invalid_argument, "its network is no detector, but the rest of it is for one");
    } else {
        check_segmenter(spec);
    }
}

} // namespace picker
