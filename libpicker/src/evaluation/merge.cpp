// Pick sets as one (merge.hpp). Membership is looked up after the particles are chosen, so that it depends on positions
// alone and not on the order in which the sets were read.
#include "evaluation/merge.hpp"

#include "core/error.hpp"
#include "evaluation/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace picker {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void check(const std::vector<PickSet>& sets, const MergeOptions& options) {
    if (sets.empty()) {
        fail(Status::invalid_argument, "no pick sets to merge; give at least one");
    }
    if (!(options.distance > 0.0 && std::isfinite(options.distance))) {
        fail(Status::invalid_argument, "picks within ", options.distance,
             " pixels would be one particle; give a distance above 0");
    }
    const auto count = static_cast<int>(sets.size());
    if (options.rule == MergeRule::consensus && (options.sets < 1 || options.sets > count)) {
        fail(Status::invalid_argument, "a particle cannot be in ", options.sets, " of ", count,
             " pick sets; ask for 1 to ", count);
    }
    for (const PickSet& set : sets) {
        check_coordinates(*set.picks, "picks");
    }
}

// "score1" and what it was called before, "score_1".
bool is_score_of_a_set(std::string_view name) {
    if (!name.starts_with("score")) {
        return false;
    }
    name.remove_prefix(name.starts_with("score_") ? 6 : 5);
    return !name.empty() && name.find_first_not_of("0123456789") == name.npos;
}

// What an earlier merge added: it is about other sets.
bool is_of_a_merge(std::string_view name) {
    return name == "sets" || name == "mergeSources" || is_score_of_a_set(name);
}

// Rows of `all` that are particles: each takes the picks within the distance that come later.
std::vector<std::size_t> particles_of(const Picks& all, const std::vector<std::size_t>& order,
                                      const Neighbours& neighbours) {
    std::vector<std::size_t> particles;
    std::vector<char> taken(all.size(), 0);
    for (const std::size_t row : order) {
        if (taken[row] == 0) {
            particles.push_back(row);
            neighbours.visit(all.x[row], all.y[row], [&](std::size_t other, double) { taken[other] = 1; });
        }
    }
    return particles;
}

// The row of the nearest pick within the distance of each particle, -1 where there is none.
std::vector<std::ptrdiff_t> nearest(const Picks& particles, const Neighbours& neighbours) {
    std::vector<std::ptrdiff_t> rows;
    for (std::size_t i = 0; i < particles.size(); ++i) {
        std::ptrdiff_t best = -1;
        double least = std::numeric_limits<double>::infinity();
        neighbours.visit(particles.x[i], particles.y[i], [&](std::size_t row, double squared) {
            const auto candidate = static_cast<std::ptrdiff_t>(row);
            if (squared < least || (squared == least && candidate < best)) {
                least = squared;
                best = candidate;
            }
        });
        rows.push_back(best);
    }
    return rows;
}

bool is_kept(const MergeOptions& options, std::size_t sets, double having, bool in_first) {
    switch (options.rule) {
    case MergeRule::unite:
        return true;
    case MergeRule::intersect:
        return having == static_cast<double>(sets);
    case MergeRule::subtract:
        return in_first && having == 1.0;
    case MergeRule::consensus:
        return having >= options.sets;
    }
    return false;
}

} // namespace

Picks merge_picks(const std::vector<PickSet>& sets, const MergeOptions& options, MergeCounts* counts) {
    check(sets, options);
    MatchOptions within;
    within.radius = options.distance;
    Picks all;
    std::vector<std::size_t> order;
    for (const PickSet& set : sets) {
        for (const std::size_t row : order_by_score(*set.picks)) {
            order.push_back(all.size() + row);
        }
        all.append(*set.picks);
    }
    all.remove_columns(is_of_a_merge);
    Picks particles = all.subset(particles_of(all, order, Neighbours(all, within)));
    std::vector<double> having(particles.size(), 0.0);
    std::vector<std::string> sources(particles.size());
    std::vector<char> in_first(particles.size(), 0);
    for (std::size_t s = 0; s < sets.size(); ++s) {
        const Picks& picks = *sets[s].picks;
        const std::vector<std::ptrdiff_t> rows = nearest(particles, Neighbours(picks, within));
        std::vector<double> scores(particles.size(), nan);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i] >= 0) {
                having[i] += 1.0;
                in_first[i] = s == 0 ? 1 : in_first[i];
                sources[i] += (sources[i].empty() ? "" : "+") + sets[s].name;
                scores[i] = picks.score[static_cast<std::size_t>(rows[i])];
            }
        }
        particles.ensure_column(text("score", s + 1), nan) = std::move(scores);
    }
    particles.ensure_column("sets", 0.0) = having;
    particles.ensure_text_column("mergeSources") = std::move(sources);
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < particles.size(); ++i) {
        if (is_kept(options, sets.size(), having[i], in_first[i] != 0)) {
            kept.push_back(i);
        }
    }
    if (counts != nullptr) {
        counts->picks += static_cast<std::int64_t>(all.size());
        counts->particles += static_cast<std::int64_t>(particles.size());
        counts->kept += static_cast<std::int64_t>(kept.size());
    }
    return particles.subset(kept);
}

} // namespace picker
