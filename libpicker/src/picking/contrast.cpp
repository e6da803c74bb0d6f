// Reversed contrast (contrast.hpp).
#include "picking/contrast.hpp"

#include "core/error.hpp"
#include "io/micrograph_file.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

namespace picker {
namespace {

constexpr double least_particles = 10.0;
constexpr double least_gain = 2.0;
constexpr double most_false = 0.3;
constexpr std::size_t most_looked_at = 3;

Promise promise_of(const RunItem& item) {
    const double share = item.false_share.value_or(1.0);
    return {(1.0 - share) * static_cast<double>(item.picks), share};
}

Promise promise_of_negated(const RunContext& run, const InputMicrograph& input, const RunItem& item, WorkerPool& pool,
                           const Control& control) {
    PickSettings settings = run.options.settings;
    settings.invert = !settings.invert;
    settings.keep.reset(); // picks alone
    settings.pixel_size = item.pixel_size;
    MaskFiles masks;
    const auto mask = masks.load(run, item.stem);
    Micrograph micrograph = read_micrograph(input.path);
    micrograph.name = item.micrograph;
    const auto poll = [&] {
        control.report({"pick", 0, 1, 0, -1, std::numeric_limits<double>::quiet_NaN(), item.micrograph.c_str()});
    };
    return promise_of(
        pick(*run.scorer, std::move(micrograph), settings, mask.get(), pool, nullptr, nullptr, nullptr, poll));
}

// First, middle and last of a list.
std::set<std::size_t> spread(const std::vector<std::size_t>& list) {
    std::set<std::size_t> out;
    for (std::size_t i = 0; i < most_looked_at && !list.empty(); ++i) {
        out.insert(list[i * (list.size() - 1) / (most_looked_at - 1)]);
    }
    return out;
}

} // namespace

Promise promise_of(const Picks& picks) {
    const double right = std::accumulate(picks.score.begin(), picks.score.end(), 0.0);
    return {right, picks.empty() ? 1.0 : 1.0 - right / static_cast<double>(picks.size())};
}

bool promises_more(const Promise& negated, const Promise& as_it_is) {
    return negated.particles >= std::max(least_particles, least_gain * as_it_is.particles) &&
           negated.false_share <= most_false;
}

std::vector<std::size_t> look_for_reversed_contrast(const RunContext& run, const std::vector<InputMicrograph>& inputs,
                                                    RunReport& report, const Control& control) {
    std::vector<std::size_t> doubtful, noted;
    std::size_t done = 0;
    bool looked = false; // an earlier call did
    for (std::size_t i = 0; i < report.items.size(); ++i) {
        const RunItem& item = report.items[i];
        looked = looked || item.reversed.has_value();
        if (is_done(item)) {
            ++done;
            const Promise promise = promise_of(item);
            if (promise.particles < least_particles || promise.false_share > most_false) {
                doubtful.push_back(i);
            }
        }
    }
    const bool can_look = run.scorer != nullptr && run.options.source == CandidateSource::micrograph &&
                          !run.model->spec.calibration.empty();
    if (can_look && !looked && 2 * doubtful.size() >= done && !report.cancelled) {
        WorkerPool pool(control.worker_count(), [&run] { run.scorer->prepare_thread(); });
        for (const std::size_t i : spread(doubtful)) {
            RunItem& item = report.items[i];
            try {
                item.reversed =
                    promises_more(promise_of_negated(run, inputs[i], item, pool, control), promise_of(item));
                noted.push_back(i);
            } catch (const Error&) {
                break; // cancelled, or a file that has gone meanwhile: the picks stand
            }
        }
    }
    std::size_t yes = 0, all = 0;
    for (const RunItem& item : report.items) {
        all += item.reversed ? 1 : 0;
        yes += item.reversed.value_or(false) ? 1 : 0;
    }
    report.reversed = 2 * yes > all;
    if (report.reversed) {
        control.warn(
            run.options.settings.invert
                ? "the contrast seems right as it is: micrographs promise more particles without being inverted; "
                  "pick without --invert"
                : "the contrast seems reversed, with light particles on a dark ground as in negative stain: "
                  "micrographs promise more particles when they are negated; pick with --invert");
    }
    return noted;
}

} // namespace picker
