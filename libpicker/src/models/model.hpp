// A model: an architecture's specification, its parameters, and what it was trained on. No LibTorch here.
#pragma once

#include "core/random.hpp"
#include "engine/engine.hpp"
#include "engine/network_spec.hpp"
#include "evaluation/calibration.hpp"
#include "signal/recipe.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace picker {

// How patches reach the network.
enum class PatchRule {
    dense,     // windows of the prepared micrograph, as they are: the whole image at once
    per_patch, // DeepPicker's literal recipe: cut, 8-bit, resize, standardise each window by itself
    windows,   // the same windows one by one, for networks that pad them
    whole      // networks that take the micrograph in one piece (is_whole)
};

// How candidates are found in a score map.
enum class PeakRule {
    window_maximum, // the maximum of a window, refined below the grid
    two_pass_box,   // DeepEM: two passes of box maxima, on the grid
    blobs,          // PARSED: bright spots of about `aperture`, with mass, size and eccentricity
    cells           // HydraPicker: every cell is a candidate, at its offset
};

// How a batch's gradient becomes a step.
enum class Optimiser {
    momentum, // velocity = momentum * velocity - rate * gradient
    adam      // Kingma & Ba 2015: beta .9 and .999, epsilon 1e-8
};

// Training the specialised heads of a network that has been trained with one (HydraPicker 2019, section 3.2).
struct HeadTraining {
    double learning_rate = 0.0; // of momentum SGD
    int epochs = 0;
    // Of the bias loss, the mean over heads of the norm of what they differ by from the general one (eq. 4): all that
    // the general head learns by.
    double bias_weight = 0.0;
};

// Settings of training that belong to the architecture; each can be overridden by TrainingOptions.
struct TrainingDefaults {
    double learning_rate = 0.01;
    double momentum = 0.9;
    double weight_decay_dense = 0.0; // L2 on dense weights only
    double decay_factor = 1.0;       // learning rate times this ...
    int decay_every = 0;             // ... every so many epochs; 0 never
    double plateau_factor = 1.0;     // learning rate times this after ...
    int plateau_patience = 0;        // ... so many epochs without improvement; 0 never
    int batch = 100;
    int epochs = 200;
    int patience = 10; // epochs without improvement before stopping
    double validation_fraction = 0.1;
    double negatives_per_positive = 1.0;
    double negative_distance = 0.6;      // least distance of a negative from every positive, in windows
    bool flips = true, rotations = true; // random mirrors and angles, new in every epoch
    bool four_turns = false; // DeepEM: each sample four times in an epoch, a quarter turn apart, instead of any angle
    double beta = 1.0;       // of the F-score that chooses the threshold
    Loss loss = Loss::cross_entropy;
    Optimiser optimiser = Optimiser::momentum;
    // Above 0 the network learns maps and not windows: crops of so many working pixels, where a pixel is particle (1)
    // within half an `aperture` of a particle's centre (map_samples.hpp).
    // Of a detector the edge of the crops that it learns from, new in every epoch (detector_loop.hpp).
    int crop = 0;
    // Above 0 a map rises to each particle's centre as a Gaussian of this deviation, in diameters, instead of being a
    // disc of the aperture: its maxima then are sharp, and lie on the centres.
    double heat = 0.0;
    bool calibrates = false; // the validation micrographs also tell what scores mean (ModelSpec::calibration)
    int cycle = 0; // epochs in which the learning rate falls to 0 as a cosine, before it starts again; 0: it does not
    double offset_weight = 0.0; // of a detector's mean absolute error of offsets, in crops
    HeadTraining heads;
    std::string initialisation = "truncated-normal-0.05"; // or "torch7", "glorot-uniform", "he-fan-out"
};

struct ModelSpec {
    std::string architecture; // "deeppicker", "deeppicker-tf", ...
    NetworkSpec network;
    Recipe recipe; // working scale and preprocessing
    PatchRule patch_rule = PatchRule::dense;
    // Edge of the network's window in particle diameters. With a fixed working pixel size (recipe.pixel_size) the
    // window is input_size such pixels, and this is only what it was meant for; see window_length.
    double window_diameters = 1.2;
    int step = 4;              // working pixels between windows
    int rotations = 1;         // 4: a score is the mean over the window's quarter turns (DeepEM)
    double peak_window = 0.8;  // local-maximum window, in windows
    double min_distance = 0.4; // between picks, in windows
    double default_threshold = 0.5;
    PeakRule peak_rule = PeakRule::window_maximum;
    double first_range = 0.0, second_range = 0.0; // of the two passes, to each side, in windows
    double aperture = 0.0; // of PeakRule::blobs, in particle diameters; also of the discs that training draws
    bool enhance = false;  // the map is divided by mean + 3 deviations of its positive values before blobs are located
    // The micrograph is extended by half a window, mirrored, so that the map covers all of it.
    bool padded = false;
    // The network's layers from this on are a head, of which a model may have several (heads.hpp); 0: it has none.
    int head_layer = 0;
    // DeepEM's gate: the deviation of a candidate's window, over the median deviation of the micrograph's windows. With
    // `deviation_gate` the training fills in the range; until then both are 0, which means none.
    bool deviation_gate = false;
    double deviation_low = 0.0, deviation_high = 0.0;
    // Scores become probabilities by what the validation micrographs of the training have shown. Fitted where
    // training.calibrates says so.
    Calibration calibration;
    bool automatic_threshold = false; // the default: by the probabilities of each micrograph, and not default_threshold
    TrainingDefaults training;
};

// Error(invalid_argument) for parts that contradict each other, as in a damaged file.
void check_spec(const ModelSpec& spec);

// Edge of the network's window, in the unit of `diameter` (the particle's longest axis); `pixel_size` is that unit in
// angstrom. Error(invalid_argument) where the working pixel size is fixed and pixel_size is 0.
double window_length(const ModelSpec& spec, double diameter, double pixel_size);

// What a new model may have otherwise than its architecture says. Zero, unset and empty leave the architecture's.
struct ModelOptions {
    std::optional<Activation> activation;  // relu or sigmoid, of all layers but the last
    int window = 0;                        // edge of the network's input, working pixels
    std::vector<int> kernels, pools, maps; // one entry per stage
    int step = 0;                          // working pixels between windows
};

struct ArchitectureInfo {
    const char* name;
    const char* summary; // one line
    const char* source;  // "DeepPicker 2016, section 4.3; parameters of the authors' Torch7 code"
    ModelSpec (*spec)();
    NetworkSpec (*adapt)(const NetworkSpec&, const ModelOptions&) = nullptr; // null: the network is as it is
};

std::span<const ArchitectureInfo> architectures();
const ArchitectureInfo& architecture(std::string_view name); // Error(not_found) listing the names
std::string architectures_markdown();                        // the table of docs/models.md

// What a model knows of one set of particles beside what it knows of all.
struct Head {
    std::string name;
    std::vector<float> parameters; // those of the network from ModelSpec::head_layer on
    double threshold = 0.5;
    double diameter = 0.0; // angstrom, longest axis; 0: of several
};

struct Model {
    ModelSpec spec;
    std::vector<float> parameters; // of the network; with heads, its own last layers are the general head
    std::vector<Head> heads;       // the specialised ones
    bool trained = false;
    double diameter = 0.0;   // angstrom, longest axis, of the training particles; 0 before training
    double pixel_size = 0.0; // angstrom, of the training micrographs (the first of several)
    std::map<std::string, std::string> provenance; // "trained-on", "seed", "date", "version", ... free text
};

// Initialised from our own random numbers. Error(invalid_argument) for options that the architecture has no use for,
// or whose sizes do not fit together, naming the nearest that do.
Model create_model(std::string_view architecture, std::uint64_t seed, const ModelOptions& options = {});
// Takes the parameters of the first layers over from a model whose first layers are the same, as far as they are;
// returns how many layers with parameters that are. Error(mismatch) where not even the first is.
int take_layers(Model& model, const Model& from);
// A model that scores every `step` working pixels. Error(invalid_argument) for a step that is absurd, and for
// detectors, whose cells are fixed.
Model with_step(Model model, int step);

// Checkpoints: .safetensors, tensors and JSON metadata. Loading never executes anything and refuses damaged or foreign
// files with Error(bad_file | mismatch) naming file and reason. Saving is atomic.
void save_model(const std::filesystem::path& path, const Model& model);
Model load_model(const std::filesystem::path& path);
std::string metadata_json(const Model& model); // specification, recipe, training and provenance, for people and tools
std::string model_hash(const Model& model);    // 16 hex digits over specification and parameters

} // namespace picker
