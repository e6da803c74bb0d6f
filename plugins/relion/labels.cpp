// The tables of parameters (labels.hpp).
#include "labels.hpp"

#include "arguments.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace relion {
namespace {

using Labels = std::vector<Label>;

const Labels& common_labels() {
    static const Labels labels = {
        {"o", Takes::one, "the job's folder; RELION gives it"},
        {"in_mics", Takes::one, "STAR file of micrographs: the tab's \"Input micrographs\""},
        {"j", Takes::one, "threads: the Running tab"},
        {"pixel_size", Takes::one, "angstrom per pixel; overrides the STAR file"},
        {"mask", Takes::one, "images of places to leave out (carbon, ice): a folder, or files between commas"},
        {"device", Takes::one, "where networks run: auto, cpu, cuda or cuda:N [auto: a GPU where there is one]"},
        {"help", Takes::nothing, "this text"},
        {"version", Takes::nothing, "the version"},
        {"pipeline_control", Takes::ignored, ""},
        {"in_movies", Takes::refused, "Input movies"},
        {"in_3dref", Takes::refused, "Input 3D reference"},
        {"in_mask", Takes::refused, "Input 3D mask"},
    };
    return labels;
}

const Labels& pick_labels() {
    static const Labels labels = {
        {"model", Takes::one, "a trained model, MODEL.safetensors (required)"},
        {"diameter", Takes::one, "longest axis of the particle, angstrom; auto: from three micrographs [as trained]"},
        {"threshold", Takes::one, "picks have this figure of merit or more, 0 to 1, or auto [the model's]"},
        {"fdr", Takes::one, "instead of a threshold: at most this share of false picks"},
        {"expect", Takes::one, "so many particles are on a micrograph, about: moves its threshold"},
        {"invert", Takes::nothing, "(no value) light particles (negative stain): negate the micrographs first"},
        {"keep", Takes::one, "also write candidates down to this figure of merit [the threshold]"},
        {"min_distance", Takes::one, "angstrom between picks; the better of two stays [the model's]"},
        {"edge", Takes::one, "no pick nearer to the border, angstrom [0]"},
        {"top_per_micrograph", Takes::one, "the best N of each micrograph"},
        {"top", Takes::one, "the best N of all micrographs"},
        {"head", Takes::one, "of a model with heads (hydrapicker), the one that picks [general]"},
        {"aperture", Takes::one, "angstrom, diameter of the blobs that a segmenter's map shows (parsed) [the model's]"},
        {"step", Takes::one, "working pixels between the places that are scored [the model's]"},
        {"clean", Takes::one, "take areas of the score map out that are too large: paper, lua or off [off]"},
        {"carbon", Takes::one, "on: no pick at the edge of the carbon film; off [off]"},
        {"extreme_pixels", Takes::one, "drop picks with unusually many extreme pixels: paper, lua or off [off]"},
        {"deviation", Takes::one, "LOW,HIGH: standard deviation of a pick's window; off: any [the model's]"},
        {"overlaps", Takes::one, "keep, or drop both of two picks that overlap [keep]"},
        {"overlap_distance", Takes::one, "picks nearer than this overlap, angstrom [the diameter]"},
        {"report", Takes::nothing, "(no value) also report.html, the run as a page with pictures and a live threshold"},
        {"overwrite", Takes::nothing, "(no value) Continue does everything again, also with other settings"},
        {"in_parts", Takes::refused, "Input particles"},
        {"in_coords", Takes::refused, "Input coordinates"},
    };
    return labels;
}

const Labels& train_labels() {
    static const Labels labels = {
        {"in_coords", Takes::one, "the particles: the tab's \"Input coordinates\", or"},
        {"in_parts", Takes::one, "STAR file of particles: the tab's \"Input particles\""},
        {"classes", Takes::one, "N,N,...: with in_parts, only the particles of these 2D classes"},
        {"negatives", Takes::one, "coordinates that are no particles (ice, carbon): files separated by commas"},
        {"diameter", Takes::one, "longest axis of the particle, angstrom (required without 'from')"},
        {"architecture", Takes::one, "what to train; picker models lists them [deeppicker]"},
        {"from", Takes::one, "go on from a trained model, MODEL.safetensors, instead"},
        {"initialise_from", Takes::one, "begin with the first layers of a model of another architecture (parsed-s2)"},
        {"validation", Takes::one, "share of the micrographs that choose the threshold and are not trained on [0.2]"},
        {"epochs", Takes::one, "at most [the architecture's]"},
        {"patience", Takes::one, "epochs without improvement before stopping; 0: never [the architecture's]"},
        {"batch", Takes::one, "samples in a step [the architecture's]"},
        {"learning_rate", Takes::one, "at the start [the architecture's]"},
        {"negatives_per_positive", Takes::one, "negative samples for each positive one [1]"},
        {"max_particles", Takes::one, "use at most so many"},
        {"beta", Takes::one, "of the F-score that chooses the threshold; above 1 weights recall [1]"},
        {"loss", Takes::one, "default (what nobody picked is no particle) or nnpu (it is unknown) [default]"},
        {"prior", Takes::one, "with loss nnpu: share of random windows that are particles [as if all were labelled]"},
        {"overlaps", Takes::one, "particles with a near neighbour: keep or drop (both) [keep]"},
        {"overlap_distance", Takes::one, "with overlaps drop: how near, angstrom [the diameter]"},
        {"no_augmentation", Takes::nothing, "(no value) no flips and rotations"},
        {"head", Takes::one, "hydrapicker: train one new head of this name, and the body"},
        {"freeze", Takes::nothing, "(no value) with head: body and general head stay as they are (few-shot)"},
        {"bias_weight", Takes::one, "with head: how much the heads are drawn to the general one [the architecture's]"},
        {"crop", Takes::one, "hydrapicker: edge of the crops that it learns from, working pixels [368]"},
        {"memory", Takes::one, "MiB of samples in memory; the rest is on disk, in the job's folder [1024]"},
        {"seed", Takes::one, "of all random choices [0]"},
        {"overwrite", Takes::nothing, "(no value) Continue starts from the beginning, also with other settings"},
    };
    return labels;
}

const Labels& labels_of(Mode mode) {
    return mode == Mode::pick ? pick_labels() : train_labels();
}

const Label* find(const Labels& labels, const std::string& name) {
    const auto found =
        std::find_if(labels.begin(), labels.end(), [&](const Label& label) { return label.name == name; });
    return found == labels.end() ? nullptr : &*found;
}

void describe(const Labels& labels, std::string& text) {
    for (const Label& label : labels) {
        if (label.takes == Takes::one || label.takes == Takes::nothing) {
            std::string left = std::string("  --") + label.name;
            left.resize(std::max<std::size_t>(left.size() + 2, 26), ' ');
            text += left + label.help + "\n";
        }
    }
}

} // namespace

std::string mode_name(Mode mode) {
    return mode == Mode::pick ? "pick" : "train";
}

const Label& label_of(Mode mode, const std::string& name) {
    for (const Labels* labels : {&common_labels(), &labels_of(mode)}) {
        if (const Label* label = find(*labels, name)) {
            return *label;
        }
    }
    if (mode == Mode::train && name == "model") {
        throw cli::UsageError("there is no parameter 'model' in training: to go on from a trained model, name it as "
                              "'from'; the new one is model.safetensors in the job's folder");
    }
    const Mode other = mode == Mode::pick ? Mode::train : Mode::pick;
    if (find(labels_of(other), name) != nullptr) {
        throw cli::UsageError("parameter '" + name + "' belongs to 'picker_relion " + mode_name(other) +
                              "', and this job is 'picker_relion " + mode_name(mode) +
                              "'; change the External executable, or remove the parameter");
    }
    std::vector<std::string> names;
    for (const Labels* labels : {&common_labels(), &labels_of(mode)}) {
        for (const Label& label : *labels) {
            names.emplace_back(label.name);
        }
    }
    const std::string near = cli::nearest(name, names);
    throw cli::UsageError("there is no parameter '" + name + "'" +
                          (near.empty() ? "." : "; did you mean '" + near + "'?") +
                          " Correct its label in the Params tab; picker_relion --help lists them");
}

std::string help_text() {
    std::string text =
        "picker_relion --o External/jobNNN/ --in_mics MICROGRAPHS.star --j N --model MODEL ...\n"
        "picker_relion train --o External/jobNNN/ --in_mics MICROGRAPHS.star --in_coords COORDINATES.star --j N ...\n"
        "Particle picking, and training for it, as External jobs of RELION, which writes these lines itself: put\n"
        "'picker_relion' or 'picker_relion train' into the box \"External executable\".\n\nBoth:\n";
    describe(common_labels(), text);
    text += "\nPicking:\n";
    describe(pick_labels(), text);
    text += "\nTraining:\n";
    describe(train_labels(), text);
    return text + "\nIn RELION's window: labels without dashes in the Params tab, one with each value.\n"
                  "Exit codes: 0 done, 1 failed, 2 aborted.\n";
}

} // namespace relion
