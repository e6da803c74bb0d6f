// Charts on a page of logfile.pdf: bars, and curves over epochs.
#pragma once

#include "pdf.hpp"

#include <string>
#include <vector>

namespace relion {

constexpr double page_left = 70, page_right = Pdf::width - 50, page_top = Pdf::height - 60;
constexpr double chart_height = 210;

struct Chart {
    std::string title, x_name, first, last; // `first` and `last`: what the ends of the x axis are
    std::vector<double> bars;
};
void draw_bars(Pdf& pdf, double bottom, const Chart& chart);

struct Curve {
    std::string name;
    std::vector<double> values; // one for each epoch; NaN: none
    double width, grey;
};
// From 0 to `highest`, 0: the largest value. Curves without values are left out.
void draw_curves(Pdf& pdf, double bottom, const std::string& title, const std::vector<Curve>& curves,
                 double highest = 0);

std::string number_text(double value); // without needless digits

} // namespace relion
