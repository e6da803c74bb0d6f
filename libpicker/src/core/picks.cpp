// The pick table (picks.hpp).
#include "core/picks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace picker {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <typename Columns> auto* find_column(Columns& columns, std::string_view name) {
    const auto it = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.first == name; });
    return it == columns.end() ? nullptr : &it->second;
}

template <typename T> std::vector<T> gather(const std::vector<T>& values, const std::vector<std::size_t>& order) {
    std::vector<T> out;
    out.reserve(order.size());
    for (const std::size_t i : order) {
        out.push_back(values[i]);
    }
    return out;
}

} // namespace

void Picks::add(double x_, double y_, double score_) {
    x.push_back(x_);
    y.push_back(y_);
    score.push_back(score_);
    for (auto& [name, values] : numbers_) {
        values.push_back(nan);
    }
    for (auto& [name, values] : texts_) {
        values.emplace_back();
    }
}

bool Picks::has_scores() const {
    return !empty() && std::none_of(score.begin(), score.end(), [](double s) { return std::isnan(s); });
}

const std::vector<double>* Picks::column(std::string_view name) const {
    if (name == "x") {
        return &x;
    }
    if (name == "y") {
        return &y;
    }
    if (name == "score") {
        return &score;
    }
    return find_column(numbers_, name);
}

std::vector<double>& Picks::ensure_column(std::string_view name, double fill) {
    if (auto* values = find_column(numbers_, name)) {
        return *values;
    }
    return numbers_.emplace_back(std::string(name), std::vector<double>(size(), fill)).second;
}

const std::vector<std::string>* Picks::text_column(std::string_view name) const {
    return find_column(texts_, name);
}

std::vector<std::string>& Picks::ensure_text_column(std::string_view name) {
    if (auto* values = find_column(texts_, name)) {
        return *values;
    }
    return texts_.emplace_back(std::string(name), std::vector<std::string>(size())).second;
}

Picks Picks::subset(const std::vector<std::size_t>& order) const {
    Picks out;
    out.x = gather(x, order);
    out.y = gather(y, order);
    out.score = gather(score, order);
    for (const auto& [name, values] : numbers_) {
        out.numbers_.emplace_back(name, gather(values, order));
    }
    for (const auto& [name, values] : texts_) {
        out.texts_.emplace_back(name, gather(values, order));
    }
    return out;
}

void Picks::append(const Picks& other) {
    const std::size_t before = size();
    for (const auto& [name, values] : other.numbers_) {
        ensure_column(name, nan);
    }
    for (const auto& [name, values] : other.texts_) {
        ensure_text_column(name);
    }
    x.insert(x.end(), other.x.begin(), other.x.end());
    y.insert(y.end(), other.y.begin(), other.y.end());
    score.insert(score.end(), other.score.begin(), other.score.end());
    for (auto& [name, values] : numbers_) {
        values.resize(size(), nan);
        if (const auto* theirs = find_column(other.numbers_, name)) {
            std::copy(theirs->begin(), theirs->end(), values.begin() + static_cast<std::ptrdiff_t>(before));
        }
    }
    for (auto& [name, values] : texts_) {
        values.resize(size());
        if (const auto* theirs = find_column(other.texts_, name)) {
            std::copy(theirs->begin(), theirs->end(), values.begin() + static_cast<std::ptrdiff_t>(before));
        }
    }
}

void Picks::sort_by_score() {
    std::vector<std::size_t> order(size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto rank = [](double s) { return std::isnan(s) ? -std::numeric_limits<double>::infinity() : s; };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (rank(score[a]) != rank(score[b])) {
            return rank(score[a]) > rank(score[b]);
        }
        if (y[a] != y[b]) {
            return y[a] < y[b];
        }
        return x[a] < x[b];
    });
    *this = subset(order);
}

} // namespace picker
