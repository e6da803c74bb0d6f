// Comparing trainings (identity.hpp).
#include "training/identity.hpp"

#include "core/error.hpp"
#include "core/fnv.hpp"
#include "picking/run_journal.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace picker {
namespace {

using Json = nlohmann::ordered_json;

void add_coordinates(Fnv& hash, const Picks& picks) {
    hash.add(static_cast<std::uint64_t>(picks.size()));
    for (std::size_t i = 0; i < picks.size(); ++i) {
        hash.add(picks.x[i]);
        hash.add(picks.y[i]);
    }
}

// A file by name, size and time of change; an image in memory by its pixels.
void add_image(Fnv& hash, const std::filesystem::path& path, const Image* image) {
    if (image != nullptr) {
        hash.add(std::as_bytes(std::span(image->pixels)));
        hash.add(static_cast<std::uint64_t>(image->width));
        return;
    }
    hash.add(path.filename().string());
    if (!path.empty()) {
        const nlohmann::json stamp = file_stamp(path);
        hash.add(stamp.is_null() ? std::string("none") : stamp["size"].dump() + stamp["modified"].dump());
    }
}

void add_data(Json& json, const Dataset& dataset, const std::string& part) {
    Fnv micrographs, particles, negatives, avoided, masks, sizes;
    for (const DatasetItem& item : dataset.items) {
        add_image(micrographs, item.path, item.micrograph ? &item.micrograph->image : nullptr);
        add_coordinates(particles, item.positives);
        add_coordinates(negatives, item.negatives);
        add_coordinates(avoided, item.avoid);
        add_image(masks, item.mask_path, item.mask ? &item.mask->image : nullptr);
        sizes.add(item.pixel_size);
        sizes.add(item.diameter);
        sizes.add(item.molecule);
    }
    json[part + " micrographs"] = micrographs.digits();
    json[part + " particles"] = particles.digits();
    json[part + " negatives"] = negatives.digits();
    json[part + " places to avoid"] = avoided.digits();
    json[part + " masks"] = masks.digits();
    json[part + " pixel sizes, diameters or molecules"] = sizes.digits();
}

} // namespace

Json training_identity(const Model& model, const TrainingDefaults& settings, const TrainingOptions& options,
                       const Dataset& dataset, const Dataset& validation) {
    Json own = {{"architecture", model.spec.architecture},
                {"starting weights", model_hash(model)},
                {"seed", options.seed},
                {"epochs", settings.epochs},
                {"patience", settings.patience},
                {"batch", settings.batch},
                {"learning rate", settings.learning_rate},
                {"negatives per positive", settings.negatives_per_positive},
                {"validation fraction", settings.validation_fraction},
                {"flips", settings.flips},
                {"rotations", settings.rotations},
                {"four_turns", settings.four_turns},
                {"beta", settings.beta},
                {"most particles", options.max_positives},
                {"loss", options.positive_unlabelled ? "positive-unlabelled" : "the architecture's"},
                {"prior", options.prior},
                {"overlapping particles",
                 options.overlap_distance ? text("dropped within ", *options.overlap_distance) : "kept"}};
    if (options.keep_better_start) {
        own["weights it starts with"] = "kept where no epoch is better";
    }
    if (options.heads != HeadMode::general) {
        own["heads"] = options.heads == HeadMode::one ? "one" : "of each set";
        own["freeze"] = options.freeze;
        own["bias weight"] = settings.heads.bias_weight;
    }
    if (settings.loss == Loss::detection) {
        own["crop"] = settings.crop;
    }
    Json data = Json::object();
    add_data(data, dataset, "training");
    add_data(data, validation, "validation");
    return {{"settings", own}, {"data", data}};
}

} // namespace picker
