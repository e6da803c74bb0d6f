// Plots for papers (plots.hpp).
#include "report/plots.hpp"

#include "core/error.hpp"
#include "io/micrograph_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace picker {
namespace {

constexpr Colour ink = {20, 28, 36}, quiet = {90, 103, 117}, rule = {217, 223, 230};
constexpr Colour blue = {11, 107, 203}, pale = {184, 194, 205}, red = {198, 40, 40}, green = {40, 230, 70};
constexpr double left = 42, right = 12, top = 26, bottom = 36; // margins, points

std::string plain(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", value + 0.0);
    std::string out = buffer;
    const std::size_t comma = out.find(','); // of a host's locale
    return comma == std::string::npos ? out : out.replace(comma, 1, ".");
}

struct Bars {
    std::string name, title, axis;
    double low = 0.0, high = 1.0;
    std::vector<double> on, off; // stacked
    bool whole = false;          // the axis counts things
    double width = 252;
};

Drawing draw_bars(const Bars& bars) {
    Drawing out{bars.name, bars.width, 180, {}};
    const double inner = out.width - left - right, base = out.height - bottom, height = base - top;
    double highest = 1.0;
    for (std::size_t i = 0; i < bars.on.size(); ++i) {
        highest = std::max(highest, bars.on[i] + (bars.off.empty() ? 0.0 : bars.off[i]));
    }
    const auto x = [&](double value) { return left + (value - bars.low) / (bars.high - bars.low) * inner; };
    const auto y = [&](double value) { return base - value / highest * height; };
    out.shapes.emplace_back(TextShape{left, 15, 10, Anchor::start, bars.title, ink});
    const double step = std::max(1.0, round_step(highest, 5));
    for (int i = 0; i * step <= highest * (1 + 1e-9); ++i) {
        out.shapes.emplace_back(LineShape{left, y(i * step), out.width - right, y(i * step), 0.5, rule});
        out.shapes.emplace_back(TextShape{left - 4, y(i * step) + 2.8, 8, Anchor::end, plain(i * step), quiet});
    }
    const double width = inner / static_cast<double>(bars.on.size()), gap = width > 3 ? 0.5 : 0.0;
    for (std::size_t i = 0; i < bars.on.size(); ++i) {
        const double at = left + width * static_cast<double>(i);
        out.shapes.emplace_back(BoxShape{at, y(bars.on[i]), width - gap, base - y(bars.on[i]), blue});
        if (!bars.off.empty()) {
            const double upper = y(bars.on[i] + bars.off[i]);
            out.shapes.emplace_back(BoxShape{at, upper, width - gap, y(bars.on[i]) - upper, pale});
        }
    }
    out.shapes.emplace_back(LineShape{left, base, out.width - right, base, 0.75, ink});
    double x_step = round_step(bars.high - bars.low, 7);
    x_step = bars.whole ? std::max(1.0, x_step) : x_step;
    const int first = static_cast<int>(std::ceil(bars.low / x_step - 1e-9));
    for (int i = first; i * x_step <= bars.high + 1e-9 * x_step; ++i) {
        out.shapes.emplace_back(TextShape{x(i * x_step), base + 11, 8, Anchor::middle, plain(i * x_step), quiet});
    }
    out.shapes.emplace_back(TextShape{left + inner / 2, base + 25, 9, Anchor::middle, bars.axis, ink});
    return out;
}

Drawing draw_scores(const RunFolder& run) {
    std::vector<double> scores;
    for (const ReportMicrograph& one : run.micrographs) {
        std::ranges::copy_if(one.picks.score, std::back_inserter(scores), [](double s) { return std::isfinite(s); });
    }
    const auto [least, most] = std::ranges::minmax_element(scores);
    const double lowest = scores.empty() ? run.threshold : std::min(*least, run.threshold);
    const double highest = scores.empty() ? run.threshold + 1 : std::max(*most, run.threshold);
    const double grid = round_step(highest > lowest ? highest - lowest : 1.0, 10);
    Bars bars{"scores", "Scores", "score", std::floor(lowest / grid + 1e-6) * grid, 0.0, {}, {}};
    bars.high = std::max(std::ceil(highest / grid - 1e-6) * grid, bars.low + grid);
    bars.on = histogram(scores, bars.low, bars.high, 50);
    const double width = (bars.high - bars.low) / 50;
    for (std::size_t i = 0; i < bars.on.size(); ++i) { // a bar that the threshold cuts has both colours
        const double end = bars.low + width * static_cast<double>(i + 1);
        const double share = std::clamp((end - run.threshold) / width, 0.0, 1.0);
        bars.off.push_back(bars.on[i] * (1 - share));
        bars.on[i] *= share;
    }
    Drawing out = draw_bars(bars);
    const double at = left + (run.threshold - bars.low) / (bars.high - bars.low) * (out.width - left - right);
    out.shapes.emplace_back(LineShape{at, top - 4, at, out.height - bottom, 1, red});
    out.shapes.emplace_back(TextShape{at + (at > out.width / 2 ? -3.0 : 3.0), top + 3, 8,
                                      at > out.width / 2 ? Anchor::end : Anchor::start,
                                      "threshold " + plain(run.threshold), red});
    return out;
}

std::vector<double> counts_of(const RunFolder& run, bool only_done) {
    std::vector<double> out;
    for (const ReportMicrograph& one : run.micrographs) {
        if (!only_done || one.item.status == "done") {
            out.push_back(static_cast<double>(count_at_threshold(one.picks, run.threshold)));
        }
    }
    return out;
}

Drawing draw_counts(const RunFolder& run) {
    const std::vector<double> counts = counts_of(run, true);
    const double most = counts.empty() ? 1.0 : std::max(1.0, std::ranges::max(counts));
    const double width = std::max(1.0, std::ceil(round_step(most + 1, 30)));
    const double bars_needed = std::floor(most / width) + 1;
    Bars bars{"counts", "Picks per micrograph", "picks on a micrograph", 0.0, bars_needed * width, {}, {}, true};
    bars.on = histogram(counts, 0.0, bars.high, static_cast<std::size_t>(bars_needed));
    return draw_bars(bars);
}

// With more micrographs than bars, each bar is the mean of as many neighbours.
Drawing draw_run(const RunFolder& run) {
    constexpr std::size_t most_bars = 240;
    const std::vector<double> counts = counts_of(run, false);
    const std::size_t each = std::max<std::size_t>(1, (counts.size() + most_bars - 1) / most_bars);
    Bars bars{"run",
              "Picks along the run",
              "micrograph, in the order of the run",
              0.5,
              static_cast<double>(counts.size()) + 0.5,
              {},
              {},
              true,
              504};
    if (each > 1) {
        bars.axis += text("; means of ", each);
        bars.high = static_cast<double>((counts.size() + each - 1) / each * each) + 0.5;
    }
    for (std::size_t i = 0; i < counts.size(); i += each) {
        const auto from = counts.begin() + static_cast<std::ptrdiff_t>(i);
        const auto to = counts.begin() + static_cast<std::ptrdiff_t>(std::min(i + each, counts.size()));
        bars.on.push_back(std::accumulate(from, to, 0.0) / static_cast<double>(to - from));
    }
    if (bars.on.empty()) {
        bars.on.push_back(0.0);
        bars.high = 1.5;
    }
    return draw_bars(bars);
}

// Six micrographs, spread over the run, in two rows; those that cannot be read are left out.
Drawing draw_gallery(const RunFolder& run, const Control& control) {
    constexpr std::size_t wanted = 6, columns = 3;
    constexpr double side = 160, gap = 8, line = 14;
    constexpr int pixels = 640;
    std::vector<const ReportMicrograph*> done;
    for (const ReportMicrograph& one : run.micrographs) {
        if (one.item.status == "done" && one.problem.empty()) {
            done.push_back(&one);
        }
    }
    Drawing out{"gallery", gap + columns * (side + gap), 2 * gap, {}};
    const std::size_t count = std::min(wanted, done.size());
    const Meter meter(control, "draw", static_cast<std::int64_t>(count));
    std::size_t shown = 0;
    double row_top = gap, row_height = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
        const ReportMicrograph& one = *done[(2 * k + 1) * done.size() / (2 * count)];
        meter.at(static_cast<std::int64_t>(k), one.item.micrograph.c_str());
        Picture picture;
        try {
            const Image image = read_micrograph(one.path).image;
            const double diameter = one.item.pixel_size > 0.0 ? run.diameter / one.item.pixel_size : 0.0;
            picture = coloured(picture_of(image, pixels, diameter));
            std::vector<std::size_t> rows(count_at_threshold(one.picks, run.threshold));
            std::iota(rows.begin(), rows.end(), std::size_t{0});
            ring_picks(picture, image, one.picks.subset(rows), diameter, 2.0, green);
        } catch (const Error& error) {
            control.warn(error.what());
            continue;
        }
        if (shown > 0 && shown % columns == 0) {
            row_top += row_height + line + gap;
            row_height = 0.0;
        }
        const double scale = side / std::max(picture.width, picture.height);
        const double x = gap + static_cast<double>(shown % columns) * (side + gap);
        const double width = picture.width * scale, height = picture.height * scale;
        out.shapes.emplace_back(PictureShape{x, row_top, width, height, std::move(picture)});
        out.shapes.emplace_back(TextShape{
            x, row_top + height + 10, 8, Anchor::start,
            text(one.item.stem.substr(0, 24), ", ", count_at_threshold(one.picks, run.threshold), " picks"), ink});
        row_height = std::max(row_height, height);
        ++shown;
    }
    out.height = row_top + row_height + line + gap;
    return out;
}

} // namespace

std::vector<double> histogram(const std::vector<double>& values, double low, double high, std::size_t bars) {
    std::vector<double> out(bars, 0.0);
    for (const double value : values) {
        const double at = std::floor((value - low) / (high - low) * static_cast<double>(bars));
        out[static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(bars - 1)))] += 1.0;
    }
    return out;
}

double round_step(double span, double most) {
    const double raw = span / most;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw * (1 - 1e-12)) {
            return factor * power;
        }
    }
    return 10.0 * power;
}

std::vector<Drawing> plots_of(const RunFolder& run, const Control& control) {
    return {draw_scores(run), draw_counts(run), draw_run(run), draw_gallery(run, control)};
}

} // namespace picker
