// The micrographs of an evaluation (evaluate_pairs.hpp).
#include "evaluate_pairs.hpp"

#include "run_records.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace cli {
namespace {

struct Size {
    int width = 0, height = 0;
    double pixel_size = 0;
};

// Micrographs with what is known of their sizes.
struct Known {
    libpicker::Inputs inputs;
    std::vector<Size> sizes;
    bool has_files = false; // the images can be opened
};

// The micrographs of the first pick run among the folders of --picks.
std::vector<RunRecord> run_of(const std::vector<std::string>& picks) {
    for (const std::string& folder : picks) {
        if (std::vector<RunRecord> records = read_run_records(folder); !records.empty()) {
            return records;
        }
    }
    return {};
}

Known from_run(const std::vector<RunRecord>& run) {
    std::vector<std::string> names;
    std::vector<Size> sizes;
    for (const RunRecord& record : run) {
        names.push_back(record.name);
        sizes.push_back({record.width, record.height, record.pixel_size});
    }
    return {libpicker::Inputs::from_names(names), sizes, false};
}

// The names that coordinate files speak of: file names, or micrographs where a file names them. Files of one stem in
// several formats are one micrograph.
Known from_names_in(const std::vector<std::string>& patterns) {
    auto nobody = libpicker::Inputs::from_names({});
    nobody.match_picks(patterns);
    const auto all = libpicker::Inputs::from_names(nobody.unmatched());
    std::vector<std::string> names;
    std::set<std::string> stems;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all.name(i).find('/') != std::string::npos || stems.insert(all.stem(i)).second) {
            names.push_back(all.name(i));
        }
    }
    return {libpicker::Inputs::from_names(names), std::vector<Size>(names.size()), false};
}

Known known_micrographs(const Arguments& arguments, const std::vector<std::string>& truth) {
    if (arguments.has("--micrographs")) {
        libpicker::Inputs inputs = inputs_of(arguments, "--micrographs");
        std::vector<Size> sizes(inputs.size());
        return {std::move(inputs), std::move(sizes), true};
    }
    if (const std::vector<RunRecord> run = run_of(arguments.list("--picks")); !run.empty()) {
        return from_run(run);
    }
    return from_names_in(truth);
}

// Without the image its size is the extent of the coordinates; only the ROC's count of negatives depends on it.
void guess_size(Pair& pair) {
    double right = 1, bottom = 1;
    for (const libpicker::Picks* picks : {&pair.predicted, &pair.truth}) {
        const double *x = picks->column("x"), *y = picks->column("y");
        for (std::size_t i = 0; i < picks->size(); ++i) {
            right = std::max(right, x[i] + 1);
            bottom = std::max(bottom, y[i] + 1);
        }
    }
    pair.width = static_cast<int>(std::min(right, 1e6));
    pair.height = static_cast<int>(std::min(bottom, 1e6));
}

void fill_size(Pair& pair, const Arguments& arguments, const Known& known, std::size_t index) {
    const Size& size = known.sizes[index];
    pair.width = size.width;
    pair.height = size.height;
    pair.pixel_size = arguments.number("--pixel-size").value_or(size.pixel_size);
    if (known.has_files) {
        const picker_micrograph_info info = header_of(known.inputs.path(index));
        pair.width = info.width;
        pair.height = info.height;
        pair.pixel_size = required_pixel_size(arguments, known.inputs, index, info.pixel_size);
    }
    if (pair.width < 1 || pair.height < 1) {
        guess_size(pair);
    }
    if (!(pair.pixel_size > 0)) {
        throw UsageError("picker evaluate: the pixel size of " + known.inputs.name(index) +
                         " is unknown, and the diameter is in angstrom; give --pixel-size A or --micrographs IN...");
    }
}

} // namespace

std::vector<Pair> pairs_of(const Arguments& arguments, Terminal& terminal) {
    arguments.required_text("--picks");
    arguments.required_text("--truth");
    const std::vector<std::string> truth_files = expand_standard_input(arguments.list("--truth"));
    Known known = known_micrographs(arguments, truth_files);
    libpicker::Inputs& inputs = known.inputs;
    if (known.has_files) {
        tell_pixel_sizes(arguments, inputs, terminal);
    }
    inputs.match_picks(truth_files);
    tell_unmatched(inputs, "known particles", terminal);
    std::vector<libpicker::Picks> truth;
    std::vector<bool> has_truth;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        truth.push_back(inputs.picks(i));
        has_truth.push_back(inputs.has_picks(i));
    }
    inputs.match_picks(expand_standard_input(arguments.list("--picks")));
    tell_unmatched(inputs, "picks", terminal);
    std::vector<Pair> pairs;
    std::vector<std::string> without_truth, without_picks;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!has_truth[i]) {
            without_truth.push_back(inputs.name(i));
            continue;
        }
        if (!inputs.has_picks(i)) {
            without_picks.push_back(inputs.name(i));
        }
        Pair pair;
        pair.predicted = inputs.picks(i);
        pair.truth = std::move(truth[i]);
        fill_size(pair, arguments, known, i);
        if (arguments.has("--by")) {
            pair.group = inputs.column(i, arguments.text("--by"));
        }
        pairs.push_back(std::move(pair));
    }
    remark_names(terminal, without_truth, "micrographs left out, since nothing in --truth is of them");
    remark_names(terminal, without_picks, "micrographs without picks, counted as 0 picks");
    if (pairs.empty()) {
        throw libpicker::Error(PICKER_NOT_FOUND,
                               "none of the " + std::to_string(inputs.size()) +
                                   " micrographs has known particles in --truth; files are matched by name without "
                                   "folder and extension");
    }
    return pairs;
}

std::vector<std::string> bin_groups(std::vector<Pair>& pairs) {
    constexpr std::size_t most_values = 8, bins = 4;
    struct Value {
        double number;
        std::size_t pair;
    };
    std::vector<Value> values;
    std::set<std::string> distinct;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        try {
            values.push_back({parse_number(pairs[i].group, ""), i});
        } catch (const UsageError&) {
            return {};
        }
        distinct.insert(pairs[i].group);
    }
    if (distinct.size() <= most_values) {
        return {};
    }
    std::stable_sort(values.begin(), values.end(), [](const Value& a, const Value& b) { return a.number < b.number; });
    // Equal values go together, into the bin of the first of them.
    std::vector<std::vector<std::size_t>> members(bins);
    std::size_t bin = 0;
    for (std::size_t rank = 0; rank < values.size(); ++rank) {
        if (rank == 0 || values[rank].number != values[rank - 1].number) {
            bin = rank * bins / values.size();
        }
        members[bin].push_back(values[rank].pair);
    }
    std::vector<std::string> names;
    for (const auto& indices : members) {
        if (indices.empty()) {
            continue;
        }
        names.push_back(pairs[indices.front()].group + " to " + pairs[indices.back()].group);
        for (const std::size_t index : indices) {
            pairs[index].group = names.back();
        }
    }
    return names;
}

} // namespace cli
