// picker cutoff: PARSED's second stage, picks chosen by the mass of their blobs over a whole run.
#include "command.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <sstream>

namespace cli {
namespace {

constexpr int bins = 20, widest_bar = 60; // of the histogram in the terminal

struct Run {
    std::vector<std::string> stems;
    std::vector<libpicker::Picks> picks;
    std::vector<double> masses; // of all
};

Run read(const std::vector<std::string>& patterns) {
    libpicker::Inputs unknown = libpicker::Inputs::from_names({});
    unknown.match_picks(patterns);
    libpicker::Inputs inputs = libpicker::Inputs::from_names(one_per_micrograph(unknown.unmatched()));
    inputs.match_picks(patterns);
    Run run;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        libpicker::Picks picks = inputs.picks(i);
        const double* masses = nullptr;
        if (picks.size() > 0 && picker_picks_column(&masses, picks.get(), "mass") != PICKER_OK) {
            throw libpicker::Error(PICKER_MISMATCH, "the picks of " + inputs.stem(i) +
                                                        " have no masses; they come from a model of parsed, with "
                                                        "picker pick --keep 0");
        }
        std::copy_if(masses, masses + picks.size(), std::back_inserter(run.masses),
                     [](double mass) { return std::isfinite(mass); });
        run.stems.push_back(inputs.stem(i));
        run.picks.push_back(std::move(picks));
    }
    if (run.stems.empty()) {
        throw libpicker::Error(PICKER_NOT_FOUND, "there are no picks in " + patterns.front());
    }
    return run;
}

// The picks below the cut would be lost.
void check_output(const std::vector<std::string>& patterns, const std::string& output) {
    std::error_code none;
    const auto place = std::filesystem::weakly_canonical(output, none);
    for (const std::string& pattern : patterns) {
        const auto given = std::filesystem::weakly_canonical(pattern, none);
        if (given == place || given.parent_path() == place) {
            throw UsageError("picker cutoff: " + output +
                             " holds the picks that are chosen from; give another --output");
        }
    }
}

// One line per bin; a line of its own where the cut lies.
std::string histogram(const std::vector<double>& masses, double cut) {
    if (masses.empty()) {
        return "";
    }
    const double most = *std::max_element(masses.begin(), masses.end()), width = most > 0 ? most / bins : 1.0;
    std::vector<int> counts(bins, 0);
    for (const double mass : masses) {
        ++counts[static_cast<std::size_t>(std::clamp(mass / width, 0.0, bins - 1.0))];
    }
    const int highest = *std::max_element(counts.begin(), counts.end());
    std::ostringstream text;
    for (int i = 0; i < bins; ++i) {
        if (cut > 0 && cut >= i * width && cut < (i + 1) * width) {
            text << "---------- cut at " << format_number(cut, 2) << "\n";
        }
        const int count = counts[static_cast<std::size_t>(i)];
        text << right_aligned(format_number(i * width, 2), 8) << "  "
             << std::string(static_cast<std::size_t>(widest_bar * count / highest), '#') << " " << count << "\n";
    }
    return text.str();
}

} // namespace

Command cutoff_command() {
    Command command;
    command.spec = {
        "cutoff",
        "Choose among the picks of a run by the mass of their blobs (PARSED's second stage).",
        "",
        {{"--picks", Takes::many, "IN...", "of one run with a model of parsed, picked with --keep 0 (required)"},
         {"--mass-min", Takes::one, "M|auto",
          "the least mass of a particle; auto: the valley between two peaks of all masses, or none where there is one "
          "peak [auto]"},
         {"--output", Takes::one, "DIR", "STEM.star with the picks that are left; none: only look"}},
        "Prints the histogram of all masses. A mass is the sum of the enlarged map over the blob, as in the authors' "
        "programs, so it depends on the aperture."};
    command.run = [](const Arguments& arguments) -> int {
        (void)arguments.required_text("--picks");
        const bool automatic = !arguments.has("--mass-min") || arguments.text("--mass-min") == "auto";
        double cut = automatic ? 0.0 : arguments.zero_or_more("--mass-min").value_or(0.0);
        const std::string output = arguments.text("--output");
        const Run run = read(arguments.list("--picks"));
        std::int32_t two_peaks = 0;
        if (automatic) {
            libpicker::check(picker_mass_valley(&cut, &two_peaks, run.masses.data(), run.masses.size()));
        }
        if (!output.empty()) {
            check_output(arguments.list("--picks"), output);
            make_folder(output);
        }
        std::int64_t left = 0;
        for (std::size_t i = 0; i < run.picks.size(); ++i) {
            const bool any = run.picks[i].size() > 0;
            const libpicker::Picks chosen = run.picks[i].at_least(any ? "mass" : "score", any ? cut : 0.0);
            left += static_cast<std::int64_t>(chosen.size());
            if (!output.empty()) {
                chosen.write(in_folder(output, run.stems[i] + ".star"));
            }
        }
        std::ostringstream text;
        text << histogram(run.masses, cut);
        if (automatic) {
            text << (two_peaks != 0 ? "two peaks: cut at the valley, " + format_number(cut, 3)
                                    : std::string("one peak: nothing is cut"))
                 << "\n";
        }
        text << counted(static_cast<std::int64_t>(run.stems.size()), "micrograph") << ": " << left << " of "
             << run.masses.size() << " picks" << (output.empty() ? "" : " in " + output) << "\n";
        print(arguments,
              {{"mass_min", cut},
               {"automatic", automatic},
               {"two_peaks", two_peaks != 0},
               {"micrographs", run.stems.size()},
               {"candidates", run.masses.size()},
               {"picks", left}},
              text.str());
        return exit_done;
    };
    return command;
}

} // namespace cli
