// A model's specification as JSON text (spec_json.hpp).
#include "models/spec_json.hpp"

#include "core/error.hpp"
#include "models/json_reader.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace picker {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<LayerKind, const char*>, 8> kinds{{{LayerKind::convolution, "convolution"},
                                                                  {LayerKind::max_pool, "max-pool"},
                                                                  {LayerKind::mean_pool, "mean-pool"},
                                                                  {LayerKind::dropout, "dropout"},
                                                                  {LayerKind::dense, "dense"},
                                                                  {LayerKind::add, "add"},
                                                                  {LayerKind::group_norm, "group-norm"},
                                                                  {LayerKind::deconvolution, "deconvolution"}}};
constexpr std::array<std::pair<Activation, const char*>, 4> activations{{{Activation::none, "none"},
                                                                         {Activation::relu, "relu"},
                                                                         {Activation::sigmoid, "sigmoid"},
                                                                         {Activation::softmax, "softmax"}}};
constexpr std::array<std::pair<PatchRule, const char*>, 4> patch_rules{{{PatchRule::dense, "dense"},
                                                                        {PatchRule::per_patch, "per-patch"},
                                                                        {PatchRule::windows, "windows"},
                                                                        {PatchRule::whole, "whole"}}};
constexpr std::array<std::pair<PeakRule, const char*>, 4> peak_rules{{{PeakRule::window_maximum, "window-maximum"},
                                                                      {PeakRule::two_pass_box, "two-pass-box"},
                                                                      {PeakRule::blobs, "blobs"},
                                                                      {PeakRule::cells, "cells"}}};
constexpr std::array<std::pair<Optimiser, const char*>, 2> optimisers{
    {{Optimiser::momentum, "momentum"}, {Optimiser::adam, "adam"}}};
constexpr std::array<std::pair<Loss, const char*>, 3> losses{
    {{Loss::cross_entropy, "cross-entropy"}, {Loss::half_square, "half-square"}, {Loss::detection, "detection"}}};

template <typename Enum, std::size_t N>
const char* name_of(const std::array<std::pair<Enum, const char*>, N>& names, Enum value) {
    for (const auto& [candidate, name] : names) {
        if (candidate == value) {
            return name;
        }
    }
    fail(Status::internal, "a specification holds a value without a name");
}

NetworkSpec network_from(const JsonReader& reader) {
    NetworkSpec network;
    network.input_size = reader.integer("input_size", 1, 4096);
    for (const JsonReader& entry : reader.list("layers", 256)) {
        Layer layer;
        layer.kind = entry.choice("kind", kinds);
        layer.kernel = entry.integer("kernel", 0, 4096);
        layer.channels = entry.integer("channels", 0, 65536);
        layer.activation = entry.choice("activation", activations);
        layer.rate = entry.number("rate", 0.0, 1.0);
        if (entry.has("from")) {
            layer.from = entry.integer("from", 0, 255);
        }
        layer.stride = entry.has("stride") ? entry.integer("stride", 1, 4096) : 1;
        layer.padding = entry.has("padding") ? entry.integer("padding", 0, 4096) : 0;
        layer.bias = !entry.has("bias") || entry.boolean("bias");
        layer.groups = entry.has("groups") ? entry.integer("groups", 1, 65536) : 0;
        network.layers.push_back(layer);
    }
    return network;
}

TrainingDefaults training_from(const JsonReader& reader) {
    constexpr int many = 1'000'000'000;
    TrainingDefaults training;
    training.learning_rate = reader.number("learning_rate", 0.0, 1e6);
    training.momentum = reader.number("momentum", 0.0, 1.0);
    training.weight_decay_dense = reader.number("weight_decay_dense", 0.0, 1e6);
    training.decay_factor = reader.number("decay_factor", 0.0, 1.0);
    training.decay_every = reader.integer("decay_every", 0, many);
    training.plateau_factor = reader.number("plateau_factor", 0.0, 1.0);
    training.plateau_patience = reader.integer("plateau_patience", 0, many);
    training.batch = reader.integer("batch", 1, 1'000'000);
    training.epochs = reader.integer("epochs", 1, many);
    training.patience = reader.integer("patience", 0, many);
    training.validation_fraction = reader.number("validation_fraction", 0.0, 1.0);
    training.negatives_per_positive = reader.number("negatives_per_positive", 0.0, 1e6);
    training.negative_distance = reader.number("negative_distance", 0.0, 1e3);
    training.flips = reader.boolean("flips");
    training.rotations = reader.boolean("rotations");
    training.loss = reader.choice("loss", losses);
    training.initialisation = reader.string("initialisation");
    if (reader.has("four_turns")) {
        training.four_turns = reader.boolean("four_turns");
    }
    if (reader.has("beta")) {
        training.beta = reader.number("beta", 1e-3, 1e3);
    }
    if (reader.has("optimiser")) {
        training.optimiser = reader.choice("optimiser", optimisers);
    }
    if (reader.has("crop")) {
        training.crop = reader.integer("crop", 0, 4096);
    }
    if (reader.has("heat")) {
        training.heat = reader.number("heat", 0.0, 10.0);
    }
    training.calibrates = reader.has("calibrates") && reader.boolean("calibrates");
    if (reader.has("cycle")) {
        training.cycle = reader.integer("cycle", 0, many);
    }
    if (reader.has("offset_weight")) {
        training.offset_weight = reader.number("offset_weight", 0.0, 1e9);
    }
    if (reader.has("heads")) {
        const JsonReader heads = reader.object("heads");
        training.heads = {heads.number("learning_rate", 0.0, 1e6), heads.integer("epochs", 1, many),
                          heads.number("bias_weight", 0.0, 1e6)};
    }
    return training;
}

// Keys that came with a later version are written only where they say something, so that a model which does without
// keeps its text, and with it its hash.
template <typename Value> void add_unless(Json& json, const char* key, const Value& value, const Value& usual) {
    if (value != usual) {
        json[key] = value;
    }
}

Json network_json(const NetworkSpec& network) {
    Json layers = Json::array();
    for (const Layer& layer : network.layers) {
        Json entry{{"kind", name_of(kinds, layer.kind)},
                   {"kernel", layer.kernel},
                   {"channels", layer.channels},
                   {"activation", name_of(activations, layer.activation)},
                   {"rate", layer.rate}};
        const Layer usual;
        add_unless(entry, "from", layer.from, usual.from);
        add_unless(entry, "stride", layer.stride, usual.stride);
        add_unless(entry, "padding", layer.padding, usual.padding);
        add_unless(entry, "bias", layer.bias, usual.bias);
        add_unless(entry, "groups", layer.groups, usual.groups);
        layers.push_back(entry);
    }
    return {{"input_size", network.input_size}, {"layers", layers}};
}

Json training_json(const TrainingDefaults& training) {
    Json json = {{"learning_rate", training.learning_rate},
                 {"momentum", training.momentum},
                 {"weight_decay_dense", training.weight_decay_dense},
                 {"decay_factor", training.decay_factor},
                 {"decay_every", training.decay_every},
                 {"plateau_factor", training.plateau_factor},
                 {"plateau_patience", training.plateau_patience},
                 {"batch", training.batch},
                 {"epochs", training.epochs},
                 {"patience", training.patience},
                 {"validation_fraction", training.validation_fraction},
                 {"negatives_per_positive", training.negatives_per_positive},
                 {"negative_distance", training.negative_distance},
                 {"flips", training.flips},
                 {"rotations", training.rotations},
                 {"loss", name_of(losses, training.loss)},
                 {"initialisation", training.initialisation}};
    const TrainingDefaults usual;
    add_unless(json, "four_turns", training.four_turns, usual.four_turns);
    add_unless(json, "beta", training.beta, usual.beta);
    if (training.optimiser != usual.optimiser) {
        json["optimiser"] = name_of(optimisers, training.optimiser);
    }
    add_unless(json, "crop", training.crop, usual.crop);
    add_unless(json, "heat", training.heat, usual.heat);
    add_unless(json, "calibrates", training.calibrates, usual.calibrates);
    add_unless(json, "cycle", training.cycle, usual.cycle);
    add_unless(json, "offset_weight", training.offset_weight, usual.offset_weight);
    if (training.heads.epochs > 0) {
        json["heads"] = {{"learning_rate", training.heads.learning_rate},
                         {"epochs", training.heads.epochs},
                         {"bias_weight", training.heads.bias_weight}};
    }
    return json;
}

} // namespace

std::string spec_to_json(const ModelSpec& spec) {
    Json steps = Json::array();
    for (const RecipeStep& step : spec.recipe.steps) {
        steps.push_back({{"name", step.name}, {"value", step.value}, {"second", step.second}});
    }
    Json recipe{{"diameter_pixels", spec.recipe.diameter_pixels}, {"steps", steps}};
    add_unless(recipe, "pixel_size", spec.recipe.pixel_size, 0.0);
    Json json{{"architecture", spec.architecture},
              {"network", network_json(spec.network)},
              {"recipe", recipe},
              {"patch_rule", name_of(patch_rules, spec.patch_rule)},
              {"window_diameters", spec.window_diameters},
              {"step", spec.step},
              {"peak_window", spec.peak_window},
              {"min_distance", spec.min_distance},
              {"default_threshold", spec.default_threshold},
              {"training", training_json(spec.training)}};
    // What a model does without is not written, so that its text, and with it model_hash, stays what it was.
    if (spec.peak_rule != PeakRule::window_maximum) {
        json["peak_rule"] = name_of(peak_rules, spec.peak_rule);
    }
    if (spec.peak_rule == PeakRule::two_pass_box) {
        json["first_range"] = spec.first_range;
        json["second_range"] = spec.second_range;
    }
    add_unless(json, "aperture", spec.aperture, 0.0);
    add_unless(json, "enhance", spec.enhance, false);
    add_unless(json, "padded", spec.padded, false);
    add_unless(json, "head_layer", spec.head_layer, 0);
    if (spec.deviation_gate) {
        json["deviation_low"] = spec.deviation_low;
        json["deviation_high"] = spec.deviation_high;
    }
    add_unless(json, "rotations", spec.rotations, 1);
    if (!spec.calibration.empty()) {
        json["calibration"] = {{"scores", spec.calibration.scores}, {"probabilities", spec.calibration.probabilities}};
        add_unless(json, "automatic_threshold", spec.automatic_threshold, false);
    }
    return json.dump(-1, ' ', true);
}

ModelSpec spec_from_json(std::string_view json, const std::string& file) {
    const Json parsed = parse_json(json, 8, text("the specification in ", file));
    const JsonReader reader(parsed, file, "specification");
    ModelSpec spec;
    spec.architecture = reader.string("architecture");
    spec.network = network_from(reader.object("network"));
    const JsonReader recipe = reader.object("recipe");
    spec.recipe.diameter_pixels = recipe.number("diameter_pixels", 1.0, 1e5);
    if (recipe.has("pixel_size")) {
        spec.recipe.pixel_size = recipe.number("pixel_size", 1e-3, 1e3);
    }
    for (const JsonReader& entry : recipe.list("steps", 64)) {
        spec.recipe.steps.push_back(
            {entry.string("name"), entry.number("value", -1e9, 1e9), entry.number("second", -1e9, 1e9)});
    }
    spec.patch_rule = reader.choice("patch_rule", patch_rules);
    spec.window_diameters = reader.number("window_diameters", 1e-3, 1e3);
    spec.step = reader.integer("step", 1, 4096);
    spec.peak_window = reader.number("peak_window", 0.0, 1e3);
    spec.min_distance = reader.number("min_distance", 0.0, 1e3);
    spec.default_threshold = reader.number("default_threshold", 0.0, 1.0);
    if (reader.has("rotations")) {
        spec.rotations = reader.integer("rotations", 1, 4);
        if (spec.rotations != 1 && spec.rotations != 4) {
            reader.complain("\"rotations\" is neither 1 nor 4");
        }
    }
    spec.training = training_from(reader.object("training"));
    if (reader.has("peak_rule")) {
        spec.peak_rule = reader.choice("peak_rule", peak_rules);
    }
    if (spec.peak_rule == PeakRule::two_pass_box) {
        spec.first_range = reader.number("first_range", 0.0, 1e3);
        spec.second_range = reader.number("second_range", 0.0, 1e3);
    }
    if (reader.has("aperture")) {
        spec.aperture = reader.number("aperture", 0.0, 10.0);
    }
    spec.enhance = reader.has("enhance") && reader.boolean("enhance");
    spec.padded = reader.has("padded") && reader.boolean("padded");
    spec.head_layer = reader.has("head_layer") ? reader.integer("head_layer", 1, 256) : 0;
    if (reader.has("deviation_low")) {
        spec.deviation_gate = true;
        spec.deviation_low = reader.number("deviation_low", 0.0, 1e6);
        spec.deviation_high = reader.number("deviation_high", spec.deviation_low, 1e6);
    }
    if (reader.has("calibration")) {
        const JsonReader calibration = reader.object("calibration");
        spec.calibration = {calibration.numbers("scores", 0.0, 1.0), calibration.numbers("probabilities", 0.0, 1.0)};
        spec.automatic_threshold = reader.has("automatic_threshold") && reader.boolean("automatic_threshold");
    }
    try { // what the parts check themselves
        check_spec(spec);
    } catch (const Error& error) {
        reader.complain(text("does not hold together: ", error.what()));
    }
    return spec;
}

nlohmann::ordered_json parse_json(std::string_view json, int max_depth, const std::string& what) {
    constexpr std::size_t most_keys = 20000; // each is looked for among all before it
    std::vector<std::set<std::string>> keys; // of the objects that are open
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
        if (depth > max_depth) {
            fail(Status::bad_file, what, " is nested more than ", max_depth,
                 " deep; it is damaged or foreign, use another copy");
        }
        if (event == Json::parse_event_t::object_start) {
            keys.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
            keys.pop_back();
        } else if (event == Json::parse_event_t::key && keys.back().size() == most_keys) {
            fail(Status::bad_file, what, " has more than ", most_keys,
                 " keys in one object; it is damaged or foreign, use "
                 "another copy");
        } else if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
            fail(Status::bad_file, what, " has the key \"", value.get<std::string>(), "\" twice; it is damaged");
        }
        return true;
    };
    try {
        return Json::parse(json.begin(), json.end(), watch);
    } catch (const Json::exception& error) {
        fail(Status::bad_file, what, " is not valid JSON (", error.what(), "); it is damaged or foreign");
    }
}

} // namespace picker
