// Proposing a round for review (review.hpp).
#include "training/review.hpp"

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/micrograph_file.hpp"
#include "io/picks_file.hpp"
#include "training/pick_items.hpp"
#include "training/trained_on.hpp"
#include "version.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <starfile/starfile.hpp>
#include <utility>

namespace picker {
namespace {

constexpr double paper_threshold = 0.5;
constexpr std::size_t least_negatives = 5; // of a micrograph: where nothing was found, near misses are of most use

// Where each micrograph that must not come again was used.
std::map<std::string, std::string> used_before(const Model& model, const ReviewOptions& options) {
    std::map<std::string, std::string> used;
    for (const std::string& stem : trained_stems(model)) {
        used.emplace(stem, "the training of the model");
    }
    for (const auto& folder : options.earlier) {
        for (const ReviewItem& item : read_review_round(folder).items) {
            used.emplace(item.stem, "the round " + folder.string());
        }
    }
    return used;
}

void check_round(const Model& model, const std::vector<InputMicrograph>& inputs, const ReviewOptions& options) {
    if (!(options.negatives >= 0.0 && options.negatives <= 1000.0)) {
        fail(Status::invalid_argument, "the number of proposed negatives for each positive is ", options.negatives,
             "; give 0 to 1000");
    }
    if (options.output.empty()) {
        fail(Status::invalid_argument, "no folder to write the round to; give one");
    }
    if (std::filesystem::exists(options.output / "round.json")) {
        fail(Status::mismatch, options.output.string(),
             " holds a round already, with verdicts perhaps; choose another ", "folder");
    }
    const auto used = used_before(model, options);
    for (const InputMicrograph& input : inputs) {
        if (const auto found = used.find(input.stem); found != used.end()) {
            fail(Status::mismatch, input.path.string(), " was in ", found->second,
                 " already; a round needs micrographs that the model has not seen: leave it out");
        }
    }
}

Dataset dataset_of(const Model& model, const std::vector<InputMicrograph>& inputs, const PickSettings& settings) {
    Dataset dataset;
    for (const InputMicrograph& input : inputs) {
        DatasetItem item;
        item.path = input.path;
        item.pixel_size = settings.pixel_size > 0.0 ? settings.pixel_size : input.pixel_size;
        item.diameter = pick_diameter(model, settings);
        dataset.add(std::move(item));
    }
    return dataset;
}

nlohmann::json rows_of(const Picks& picks) {
    nlohmann::json rows = nlohmann::json::array();
    for (std::size_t i = 0; i < picks.size(); ++i) {
        rows.push_back({picks.x[i], picks.y[i], picks.score[i]});
    }
    return rows;
}

void write_side(const std::filesystem::path& folder, const ReviewRound& round, bool positives) {
    std::filesystem::create_directories(folder);
    starfile::Block list("coordinate_files");
    list.set_version(30001);
    list.add_column("rlnMicrographName");
    list.add_column("rlnMicrographCoordinates");
    for (const ReviewItem& item : round.items) {
        Picks picks = positives ? item.positives : item.negatives;
        picks.ensure_column("verdict", positives ? 1.0 : 0.0);
        const std::filesystem::path path = folder / (item.stem + ".star");
        write_picks(path, picks, {});
        list.add_row({item.name, path.string()});
    }
    starfile::File file;
    file.blocks.push_back(std::move(list));
    write_whole(folder / "autopick.star", starfile::to_string(file));
}

// round.json comes last: a folder without it is no round.
void write_round(const std::filesystem::path& folder, const Model& model, const ReviewRound& round) {
    write_side(folder / "positives", round, true);
    write_side(folder / "negatives", round, false);
    nlohmann::json micrographs = nlohmann::json::array();
    for (const ReviewItem& item : round.items) {
        micrographs.push_back({{"path", item.path.string()},
                               {"name", item.name},
                               {"stem", item.stem},
                               {"pixel_size", item.pixel_size},
                               {"positives", rows_of(item.positives)},
                               {"negatives", rows_of(item.negatives)}});
    }
    const nlohmann::json json = {{"program", "libpicker"},
                                 {"version", PICKER_VERSION_STRING},
                                 {"format", 1},
                                 {"architecture", model.spec.architecture},
                                 {"model", round.model},
                                 {"threshold", round.threshold},
                                 {"diameter", round.diameter},
                                 {"positives", round.positives()},
                                 {"negatives", round.negatives()},
                                 {"micrographs", micrographs}};
    write_whole(folder / "round.json", json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::size_t total(const std::vector<ReviewItem>& items, Picks ReviewItem::*side) {
    std::size_t sum = 0;
    for (const ReviewItem& item : items) {
        sum += (item.*side).size();
    }
    return sum;
}

} // namespace

std::size_t ReviewRound::positives() const {
    return total(items, &ReviewItem::positives);
}

std::size_t ReviewRound::negatives() const {
    return total(items, &ReviewItem::negatives);
}

ReviewRound propose_review(const Model& model, const std::vector<InputMicrograph>& inputs, const ReviewOptions& options,
                           const Control& control, const Engine& with) {
    check_round(model, inputs, options);
    PickSettings settings = options.picking;
    settings.threshold = settings.threshold.value_or(paper_threshold);
    settings.keep = 0.0;
    ReviewRound round;
    round.model = model_hash(model);
    round.threshold = *settings.threshold;
    round.diameter = pick_diameter(model, settings);
    const Dataset dataset = dataset_of(model, inputs, settings);
    std::vector<std::size_t> all(inputs.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = i;
    }
    const std::vector<Picks> picks = pick_items(model, with, dataset, all, settings, control);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::size_t high = count_at(picks[i], round.threshold);
        const auto low = static_cast<std::size_t>(std::llround(options.negatives * static_cast<double>(high)));
        const std::size_t last = std::min(picks[i].size(), high + std::max(low, least_negatives));
        round.items.push_back({inputs[i].path, inputs[i].name, inputs[i].stem, dataset.pixel_size(i),
                               slice(picks[i], 0, high), slice(picks[i], high, last)});
    }
    write_round(options.output, model, round);
    return round;
}

ReviewRound propose_review(const Model& model, const std::vector<InputMicrograph>& inputs, const ReviewOptions& options,
                           const Control& control) {
    return propose_review(model, inputs, options, control, engine());
}

} // namespace picker
