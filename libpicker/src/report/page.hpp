// The page of a report: the run's data and pictures put into the page's files, as one HTML text that needs no network.
#pragma once

#include "report/pictures.hpp"
#include "report/run_folder.hpp"

#include <string>
#include <vector>

namespace picker {

// Safe between <script> and </script>: JSON whose strings hold no '<'. What is no UTF-8 becomes U+FFFD.
std::string script_safe_json(const nlohmann::json& json);
// Text for the page's markup.
std::string escape_html(const std::string& text);

// At most so many picks travel with a page; where a run kept more, the best-scoring.
inline constexpr std::size_t most_picks = 600000;
// The score below which picks are left out so that at most `most` stay; never above the run's threshold.
double lowest_score_kept(const RunFolder& run, std::size_t most);

struct PageOptions {
    std::string title;
    double lowest_score = 0.0; // rows below it are left out
};
std::string make_page(const RunFolder& run, const std::vector<ReportPicture>& pictures, const PageOptions& options);

} // namespace picker
