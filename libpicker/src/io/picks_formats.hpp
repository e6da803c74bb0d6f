// The coordinate formats that the registry (picks_format.cpp) puts together, and what their files share.
#pragma once

#include "io/picks_file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace picker {

// One function per format, each in its own file.
PicksFormat star_picks_format();
PicksFormat cbox_picks_format();
PicksFormat box_picks_format();
PicksFormat csv_picks_format();
PicksFormat eman_picks_format();
PicksFormat cs_picks_format();

// A pick without a score, in files whose programs want a finite number. RELION's manual picking fills the autopick
// columns with it, so that manual and automatic files can be joined; cryoSPARC makes histograms. Recognised when it is
// read.
constexpr double no_score = -999.0;

// Width and height of the micrograph that a pick lies on: the context's, else what a .cs file said of it
// ("location/micrograph_shape", rows and columns). 0, 0 where unknown.
std::pair<int, int> micrograph_size(const Picks& picks, std::size_t row, const PicksContext& context);

// Columns that stay text whatever they hold: labels of STAR and fields of .cs files, whose digits must not change.
bool stays_text(std::string_view column);

// A whole number or decimal in any notation that std::from_chars knows, a leading '+' and blanks around allowed.
std::optional<double> parse_number(std::string_view text);
std::string_view trimmed(std::string_view text); // without blanks, tabs and line ends at both ends
std::string lower_case(std::string_view text);   // ASCII letters only
std::string shortest_number(double value);       // reads back to the same double; "" for NaN

} // namespace picker
