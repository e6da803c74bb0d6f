// Optimal matching: the most pairs and, among those, the least sum of distances. Shortest augmenting paths with
// potentials (Jonker-Volgenant) on the sparse graph of allowed pairs.
//
// Each pick may also stay alone, at a price above the sum of all distances of its component, so the cheapest
// assignment of every pick is the one with the most pairs. A search never leaves its connected component and
// ends at the first free place, so small components cost little and large ones are solved by the same exact steps.
#include "core/error.hpp"
#include "evaluation/neighbours.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace picker {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
constexpr double unreached = std::numeric_limits<double>::infinity();

struct Edge {
    std::size_t place; // a truth, or truths + row for staying alone
    double cost;       // pixels
};

struct Graph {
    std::size_t rows = 0, truths = 0;
    std::vector<std::size_t>
        first; // edges of row r: edges[first[r]] .. edges[first[r + 1] - 1], the last one is "alone"
    std::vector<Edge> edges;
};

class Components { // union-find over rows and truths
public:
    explicit Components(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    }
    std::size_t root(std::size_t i) {
        while (parent_[i] != i) {
            parent_[i] = parent_[parent_[i]];
            i = parent_[i];
        }
        return i;
    }
    void join(std::size_t a, std::size_t b) { parent_[root(a)] = root(b); }

private:
    std::vector<std::size_t> parent_;
};

Graph build(const Picks& predicted, const std::vector<std::size_t>& order, const Neighbours& truth) {
    Graph graph;
    graph.rows = order.size();
    graph.truths = truth.truths();
    graph.first.push_back(0);
    Components components(graph.rows + graph.truths);
    for (std::size_t row = 0; row < graph.rows; ++row) {
        truth.visit(predicted.x[order[row]], predicted.y[order[row]], [&](std::size_t t, double squared) {
            graph.edges.push_back({t, std::sqrt(squared)});
            components.join(row, graph.rows + t);
        });
        graph.edges.push_back({graph.truths + row, 0.0});
        graph.first.push_back(graph.edges.size());
    }
    // The price of staying alone: no set of pairs of the component can cost as much.
    std::vector<double> longest(graph.rows + graph.truths, 0.0), members(graph.rows + graph.truths, 0.0);
    for (std::size_t row = 0; row < graph.rows; ++row) {
        const std::size_t root = components.root(row);
        members[root] += 1.0;
        for (std::size_t e = graph.first[row]; e < graph.first[row + 1]; ++e) {
            longest[root] = std::max(longest[root], graph.edges[e].cost);
        }
    }
    for (std::size_t row = 0; row < graph.rows; ++row) {
        const std::size_t root = components.root(row);
        graph.edges[graph.first[row + 1] - 1].cost = (members[root] + 1.0) * longest[root] + 1.0;
    }
    return graph;
}

class Assignment {
public:
    explicit Assignment(const Graph& graph)
        : graph_(graph), row_price_(graph.rows, 0.0), place_price_(graph.truths + graph.rows, 0.0),
          length_(graph.truths + graph.rows, unreached), from_(graph.truths + graph.rows, none),
          done_(graph.truths + graph.rows, 0), row_of_(graph.truths + graph.rows, none), place_of_(graph.rows, none) {}

    std::size_t place_of(std::size_t row) const { return place_of_[row]; }

    // Seats one more row; rows seated before may move. Staying alone is always free to it, so this ends.
    void seat(std::size_t start) {
        heap_.clear();
        touched_.clear();
        settled_.clear();
        std::size_t row = start, last = none;
        double travelled = 0.0;
        while (true) {
            relax(row, travelled);
            const std::size_t place = nearest();
            travelled = length_[place];
            if (row_of_[place] == none) {
                last = place;
                break;
            }
            settled_.push_back(place);
            row = row_of_[place];
        }
        row_price_[start] += travelled;
        for (const std::size_t place : settled_) {
            row_price_[row_of_[place]] += travelled - length_[place];
            place_price_[place] -= travelled - length_[place];
        }
        for (std::size_t place = last; place != none;) { // flip the path back to the start
            const std::size_t taker = from_[place];
            row_of_[place] = taker;
            std::swap(place_of_[taker], place);
        }
        for (const std::size_t place : touched_) {
            length_[place] = unreached;
            done_[place] = 0;
        }
    }

private:
    struct Entry {
        double length;
        std::size_t place;
    };
    static bool later(const Entry& a, const Entry& b) {
        return a.length != b.length ? a.length > b.length : a.place > b.place;
    }

    void relax(std::size_t row, double travelled) {
        for (std::size_t e = graph_.first[row]; e < graph_.first[row + 1]; ++e) {
            const Edge& edge = graph_.edges[e];
            if (done_[edge.place]) {
                continue;
            }
            const double reduced = std::max(0.0, edge.cost - row_price_[row] - place_price_[edge.place]);
            const double length = travelled + reduced;
            if (length < length_[edge.place]) {
                if (length_[edge.place] == unreached) {
                    touched_.push_back(edge.place);
                }
                length_[edge.place] = length;
                from_[edge.place] = row;
                heap_.push_back({length, edge.place});
                std::push_heap(heap_.begin(), heap_.end(), later);
            }
        }
    }

    std::size_t nearest() {
        while (!heap_.empty()) {
            std::pop_heap(heap_.begin(), heap_.end(), later);
            const Entry entry = heap_.back();
            heap_.pop_back();
            if (!done_[entry.place]) {
                done_[entry.place] = 1;
                return entry.place;
            }
        }
        fail(Status::internal, "optimal matching found no place for a pick; please report the two files");
    }

    const Graph& graph_;
    std::vector<double> row_price_, place_price_, length_;
    std::vector<std::size_t> from_;
    std::vector<unsigned char> done_;
    std::vector<std::size_t> row_of_, place_of_;
    std::vector<Entry> heap_;
    std::vector<std::size_t> touched_, settled_;
};

} // namespace

std::vector<int> match_optimal(const Picks& predicted, const std::vector<std::size_t>& order, const Neighbours& truth) {
    const Graph graph = build(predicted, order, truth);
    Assignment assignment(graph);
    for (std::size_t row = 0; row < graph.rows; ++row) {
        assignment.seat(row);
    }
    std::vector<int> truth_of_pick(predicted.size(), -1);
    for (std::size_t row = 0; row < graph.rows; ++row) {
        if (assignment.place_of(row) < graph.truths) {
            truth_of_pick[order[row]] = static_cast<int>(assignment.place_of(row));
        }
    }
    return truth_of_pick;
}

} // namespace picker
