// Drawing charts (chart.hpp).
#include "chart.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace relion {
namespace {

constexpr double width = page_right - page_left;

void draw_axes(Pdf& pdf, double bottom, double highest) {
    pdf.box(page_left - 1, bottom - 1, width + 1, 1, 0);
    pdf.box(page_left - 1, bottom - 1, 1, chart_height + 1, 0);
    pdf.text_right(page_left - 6, bottom - 2, 9, "0");
    pdf.text_right(page_left - 6, bottom + chart_height - 8, 9, number_text(highest));
    if (highest > 0) {
        pdf.text_right(page_left - 6, bottom + chart_height / 2 - 3, 9, number_text(highest / 2));
        pdf.box(page_left - 4, bottom + chart_height / 2, 3, 1, 0);
    }
}

void name_ends(Pdf& pdf, double bottom, const std::string& first, const std::string& name, const std::string& last) {
    pdf.text(page_left, bottom - 14, 9, first);
    pdf.text_right(page_right, bottom - 14, 9, last);
    pdf.text(page_left + width / 2 - 50, bottom - 14, 9, name);
}

} // namespace

std::string number_text(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.4g", value);
    return buffer;
}

void draw_bars(Pdf& pdf, double bottom, const Chart& chart) {
    const double highest = chart.bars.empty() ? 0 : *std::max_element(chart.bars.begin(), chart.bars.end());
    const double scale = highest > 0 ? chart_height / highest : 0;
    pdf.text(page_left, bottom + chart_height + 14, 11, chart.title);
    const double step = width / static_cast<double>(std::max<std::size_t>(chart.bars.size(), 1));
    const double gap = step > 4 ? 1 : 0;
    for (std::size_t i = 0; i < chart.bars.size(); ++i) {
        pdf.box(page_left + step * static_cast<double>(i), bottom, step - gap, scale * chart.bars[i], 0.45);
    }
    draw_axes(pdf, bottom, highest);
    name_ends(pdf, bottom, chart.first, chart.x_name, chart.last);
}

void draw_curves(Pdf& pdf, double bottom, const std::string& title, const std::vector<Curve>& curves, double highest) {
    std::size_t epochs = 0;
    for (const Curve& curve : curves) {
        epochs = std::max(epochs, curve.values.size());
        for (const double value : curve.values) {
            highest = std::isfinite(value) ? std::max(highest, value) : highest;
        }
    }
    pdf.text(page_left, bottom + chart_height + 14, 11, title);
    const double step = epochs > 1 ? width / static_cast<double>(epochs - 1) : 0;
    double key = page_left + 200; // the names of the curves, beside the title
    for (const Curve& curve : curves) {
        std::vector<std::pair<double, double>> points;
        for (std::size_t i = 0; i < curve.values.size() && highest > 0; ++i) {
            if (std::isfinite(curve.values[i])) {
                points.emplace_back(page_left + step * static_cast<double>(i),
                                    bottom + chart_height * curve.values[i] / highest);
            }
        }
        if (points.size() == 1) { // a single epoch is a short dash
            points.emplace_back(points.front().first + 4, points.front().second);
        }
        if (!points.empty()) {
            pdf.line(points, curve.width, curve.grey);
            pdf.line({{key, bottom + chart_height + 17}, {key + 18, bottom + chart_height + 17}}, curve.width,
                     curve.grey);
            pdf.text(key + 22, bottom + chart_height + 14, 9, curve.name);
            key += 130;
        }
    }
    draw_axes(pdf, bottom, highest);
    name_ends(pdf, bottom, "1", "epochs", std::to_string(epochs));
}

} // namespace relion
