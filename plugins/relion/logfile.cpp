// The pages of logfile.pdf (logfile.hpp).
#include "logfile.hpp"

#include "chart.hpp"
#include "text_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace relion {
namespace {

constexpr std::size_t most_bars = 240; // half a millimetre each

// With more micrographs than bars, each bar is the mean of as many neighbours.
Chart picks_chart(const std::vector<double>& picks) {
    const std::size_t each = std::max<std::size_t>(1, (picks.size() + most_bars - 1) / most_bars);
    Chart chart{"Picks of each micrograph", "micrographs", "1", std::to_string(picks.size()), {}};
    if (each > 1) {
        chart.title += ", means of " + std::to_string(each) + " in the order of the list";
    }
    for (std::size_t i = 0; i < picks.size(); i += each) {
        const std::size_t end = std::min(i + each, picks.size());
        const double sum = std::accumulate(picks.begin() + static_cast<std::ptrdiff_t>(i),
                                           picks.begin() + static_cast<std::ptrdiff_t>(end), 0.0);
        chart.bars.push_back(sum / static_cast<double>(end - i));
    }
    return chart;
}

Chart merits_chart(const std::vector<double>& merits) {
    constexpr std::size_t bins = 40;
    double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
    for (const double merit : merits) {
        if (std::isfinite(merit)) {
            lowest = std::min(lowest, merit);
            highest = std::max(highest, merit);
        }
    }
    if (!(lowest < highest)) { // none, or all the same
        highest = std::isfinite(highest) ? highest : 1;
        lowest = highest - 1;
    }
    Chart chart{"Figures of merit of the picks", "figure of merit", number_text(lowest), number_text(highest), {}};
    chart.bars.assign(bins, 0);
    for (const double merit : merits) {
        if (std::isfinite(merit)) {
            const double place = (merit - lowest) / (highest - lowest) * static_cast<double>(bins);
            chart.bars[std::min(static_cast<std::size_t>(place), bins - 1)] += 1;
        }
    }
    return chart;
}

void list_failures(Pdf& pdf, const std::vector<std::string>& failures) {
    constexpr std::size_t most = 60, letters = 105;
    pdf.new_page();
    double y = page_top;
    pdf.text(page_left, y, 12, "Micrographs that failed: " + std::to_string(failures.size()));
    y -= 18;
    for (std::size_t i = 0; i < failures.size() && i < most; ++i, y -= 12) {
        const std::string& line = failures[i];
        pdf.text(page_left, y, 8, line.size() > letters ? line.substr(0, letters) + "..." : line);
    }
    if (failures.size() > most) {
        pdf.text(page_left, y, 8, "and " + std::to_string(failures.size() - most) + " more, all named in run.err");
    }
}

} // namespace

std::string logfile_pdf(const Summary& summary) {
    Pdf pdf;
    pdf.new_page();
    const double total = std::accumulate(summary.picks.begin(), summary.picks.end(), 0.0);
    const double count = static_cast<double>(std::max<std::size_t>(summary.picks.size(), 1));
    pdf.text(page_left, page_top, 14, "picker: " + summary.job);
    pdf.text(page_left, page_top - 20, 10,
             counted(static_cast<long long>(total), "pick") + " on " +
                 counted(static_cast<long long>(summary.picks.size()), "micrograph") + ", " +
                 number_text(total / count) + " each; particles of " + number_text(summary.diameter) +
                 " A; figure of merit " + number_text(summary.threshold) + " or more");
    if (!summary.failures.empty()) {
        pdf.text(page_left, page_top - 34, 10,
                 counted(static_cast<long long>(summary.failures.size()), "micrograph") + " failed: see the last page");
    }
    draw_bars(pdf, page_top - 300, picks_chart(summary.picks));
    draw_bars(pdf, page_top - 590, merits_chart(summary.merits));
    if (!summary.failures.empty()) {
        list_failures(pdf, summary.failures);
    }
    return pdf.bytes();
}

} // namespace relion
