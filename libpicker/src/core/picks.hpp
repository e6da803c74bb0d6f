// Picks: the particle coordinates of one micrograph as a table of columns.
// Frame: particle centre, 0-based pixels of the full-size micrograph, x = column, y = row in stored order.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace picker {

class Picks {
public:
    // The columns every table has. A score is NaN where a file gave none.
    std::vector<double> x, y, score;

    std::size_t size() const { return x.size(); }
    bool empty() const { return x.empty(); }
    void add(double x_, double y_, double score_);
    bool has_scores() const; // at least one pick, and every score is a number

    // Further numeric columns ("class", "psi", "diameter", "box_width", "defocus", ...), one value per pick.
    const std::vector<double>* column(std::string_view name) const;
    std::vector<double>& ensure_column(std::string_view name, double fill);
    const std::vector<std::pair<std::string, std::vector<double>>>& columns() const { return numbers_; }

    // Columns that this library does not interpret, kept as text (STAR labels without the underscore).
    const std::vector<std::string>* text_column(std::string_view name) const;
    std::vector<std::string>& ensure_text_column(std::string_view name);
    const std::vector<std::pair<std::string, std::vector<std::string>>>& text_columns() const { return texts_; }

    // Takes out the further columns, of numbers and of text, whose names are unwanted.
    template <typename Unwanted> void remove_columns(const Unwanted& unwanted) {
        const auto by_name = [&](const auto& column) { return unwanted(std::string_view(column.first)); };
        std::erase_if(numbers_, by_name);
        std::erase_if(texts_, by_name);
    }

    // The rows in `order`, every column following.
    Picks subset(const std::vector<std::size_t>& order) const;
    void append(const Picks& other); // columns are united; gaps are NaN or ""
    void sort_by_score();            // best first; equal scores by y, then x

private:
    std::vector<std::pair<std::string, std::vector<double>>> numbers_;
    std::vector<std::pair<std::string, std::vector<std::string>>> texts_;
};

} // namespace picker
