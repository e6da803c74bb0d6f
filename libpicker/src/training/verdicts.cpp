// Reading a reviewed round back (review.hpp).
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "io/atomic_file.hpp"
#include "io/star_file.hpp"
#include "io/star_micrographs.hpp"
#include "training/review.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace picker {
namespace {

constexpr double same_place = 1.0; // pixels; programs that box in whole pixels round by half of one

enum class Judgement { particle, nonparticle, undecided };

Picks picks_of(const nlohmann::json& rows) {
    Picks picks;
    for (const nlohmann::json& row : rows) {
        picks.add(row.at(0).get<double>(), row.at(1).get<double>(), row.at(2).get<double>());
    }
    return picks;
}

[[noreturn]] void fail_at(Status status, const starfile::Block& block, std::size_t row, const std::string& what) {
    fail(status, block.source(), ":", block.line(row), ": ", what);
}

Judgement verdict_of(const starfile::Block& block, std::size_t row, std::optional<std::size_t> column,
                     Judgement fallback) {
    if (!column) {
        return fallback;
    }
    const double value = block.number(row, *column);
    if (value == 1.0) {
        return Judgement::particle;
    }
    if (value == 0.0) {
        return Judgement::nonparticle;
    }
    if (value == -1.0) {
        return Judgement::undecided;
    }
    fail_at(Status::mismatch, block, row,
            text("the verdict is ", block.value(row, *column),
                 "; it is 1 (particle), 0 (not a particle) or -1 (undecided)"));
}

std::size_t proposed_row(const Picks& proposed, double x, double y, const starfile::Block& block, std::size_t row) {
    std::size_t best = 0;
    double distance = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < proposed.size(); ++i) {
        if (const double d = std::hypot(proposed.x[i] - x, proposed.y[i] - y); d < distance) {
            distance = d;
            best = i;
        }
    }
    if (!(distance <= same_place)) {
        fail_at(Status::mismatch, block, row,
                text("nothing was proposed at ", x, ", ", y,
                     "; restore the row, or delete it and give further particles ", "as coordinates of their own"));
    }
    return best;
}

// The verdict on every proposed place of one file.
std::vector<Judgement> read_side(const std::filesystem::path& path, const Picks& proposed, Judgement kept,
                                 Judgement deleted) {
    if (!std::filesystem::exists(path)) {
        fail(Status::not_found, "the verdicts ", path.string(),
             " are missing; restore the file (one without rows says ", "that every place was deleted)");
    }
    std::vector<Judgement> out(proposed.size(), deleted);
    std::vector<bool> seen(proposed.size(), false);
    const starfile::File file = read_star_file(path);
    for (const starfile::Block& block : file.blocks) {
        const auto x = block.find("rlnCoordinateX");
        const auto y = block.find("rlnCoordinateY");
        if (!x || !y) {
            continue;
        }
        const auto column = block.find("pickerVerdict");
        for (std::size_t row = 0; row < block.rows(); ++row) {
            const std::size_t place = proposed_row(proposed, block.number(row, *x), block.number(row, *y), block, row);
            if (seen[place]) {
                fail_at(Status::mismatch, block, row, "this place has a row already; delete one of the two");
            }
            seen[place] = true;
            out[place] = verdict_of(block, row, column, kept);
        }
    }
    return out;
}

void sort_out(const Picks& proposed, const std::vector<Judgement>& verdicts, Verdicts::Item& item) {
    for (std::size_t i = 0; i < proposed.size(); ++i) {
        Picks& target = verdicts[i] == Judgement::particle      ? item.particles
                        : verdicts[i] == Judgement::nonparticle ? item.nonparticles
                                                                : item.undecided;
        target.add(proposed.x[i], proposed.y[i], proposed.score[i]);
    }
}

std::size_t count(const std::vector<Judgement>& verdicts, Judgement one) {
    return static_cast<std::size_t>(std::count(verdicts.begin(), verdicts.end(), one));
}

ReviewRound parse_round(const nlohmann::json& json, const std::filesystem::path& path) {
    ReviewRound round;
    if (whole_of<int>(json.at("format")) != 1) {
        fail(Status::unsupported, path.string(), " was written by a newer libpicker; update libpicker");
    }
    round.model = json.at("model").get<std::string>();
    round.threshold = json.at("threshold").get<double>();
    round.diameter = json.at("diameter").get<double>();
    for (const nlohmann::json& one : json.at("micrographs")) {
        ReviewItem item;
        item.path = find_listed(one.at("path").get<std::string>(), path);
        item.name = one.at("name").get<std::string>();
        item.stem = one.at("stem").get<std::string>();
        item.pixel_size = one.at("pixel_size").get<double>();
        item.positives = picks_of(one.at("positives"));
        item.negatives = picks_of(one.at("negatives"));
        round.items.push_back(std::move(item));
    }
    return round;
}

} // namespace

ReviewRound read_review_round(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / "round.json";
    if (!std::filesystem::exists(path)) {
        fail(Status::not_found, folder.string(), " holds no round for review (no round.json); give a folder that ",
             "`picker review` wrote");
    }
    const std::string text = read_whole(path);
    if (is_nested_deeper(text)) {
        fail(Status::bad_file, path.string(), " is damaged (nested more than 64 deep); make the round again");
    }
    try {
        return parse_round(nlohmann::json::parse(text), path);
    } catch (const nlohmann::json::exception& error) {
        fail(Status::bad_file, path.string(), " is damaged (", error.what(), "); make the round again");
    }
}

double Verdicts::accuracy() const {
    const std::size_t decided = confirmed + rejected;
    return decided > 0 ? static_cast<double>(confirmed) / static_cast<double>(decided) : std::nan("");
}

Verdicts read_verdicts(const std::filesystem::path& folder) {
    Verdicts out;
    out.round = read_review_round(folder);
    for (const ReviewItem& item : out.round.items) {
        with_star_errors([&] {
            const std::string file = item.stem + ".star";
            const auto high =
                read_side(folder / "positives" / file, item.positives, Judgement::particle, Judgement::nonparticle);
            const auto low =
                read_side(folder / "negatives" / file, item.negatives, Judgement::nonparticle, Judgement::undecided);
            Verdicts::Item answer;
            sort_out(item.positives, high, answer);
            sort_out(item.negatives, low, answer);
            out.items.push_back(std::move(answer));
            out.confirmed += count(high, Judgement::particle);
            out.rejected += count(high, Judgement::nonparticle);
            out.negatives_confirmed += count(low, Judgement::nonparticle);
            out.missed += count(low, Judgement::particle);
            out.undecided += count(high, Judgement::undecided) + count(low, Judgement::undecided);
        });
    }
    return out;
}

void add_verdicts(Dataset& dataset, const Verdicts& verdicts) {
    std::map<std::string, std::string> present; // by stem
    for (std::size_t k = 0; k < dataset.items.size(); ++k) {
        present.emplace(match_stem(dataset.name(k)), dataset.name(k));
    }
    for (const ReviewItem& item : verdicts.round.items) {
        if (const auto found = present.find(item.stem); found != present.end()) {
            fail(Status::mismatch, item.path.string(), " is in the training data already, as ", found->second,
                 "; a micrograph belongs to one round only: leave it out of the other data");
        }
    }
    for (std::size_t i = 0; i < verdicts.items.size(); ++i) {
        DatasetItem item;
        item.path = verdicts.round.items[i].path;
        item.pixel_size = verdicts.round.items[i].pixel_size;
        item.diameter = verdicts.round.diameter;
        item.positives = verdicts.items[i].particles;
        item.negatives = verdicts.items[i].nonparticles;
        item.avoid = verdicts.items[i].undecided;
        dataset.add(std::move(item));
    }
}

} // namespace picker
