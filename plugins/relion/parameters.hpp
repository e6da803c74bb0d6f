// The command line that RELION composes for an External job, and what its parameters mean to the library.
#pragma once

#include "picker/picker.hpp"

#include <map>
#include <string>
#include <vector>

namespace relion {

// "--label value" pairs. RELION puts two dashes before the label that a person typed, quotes nothing, and writes a
// label without a value for a flag; so dashes before a label do not count, and '-' in one is '_'.
class Parameters {
public:
    // cli::UsageError for an unknown label (with the nearest one), a missing value, words out of place.
    explicit Parameters(const std::vector<std::string>& words);

    bool has(const std::string& label) const { return values_.count(label) != 0; }
    std::string text(const std::string& label, const std::string& fallback = "") const;
    std::string required_text(const std::string& label, const std::string& what) const;
    int threads() const; // --j
    // `head` of the options points into this object.
    picker_pick_options pick_options() const;

private:
    std::map<std::string, std::string> values_;
};

// The value of --o before anything is checked: where the exit file goes. "" where it is not given.
std::string job_folder_of(const std::vector<std::string>& words);
bool asks_for(const std::vector<std::string>& words, const std::string& label);
std::string help_text();

} // namespace relion
