// The command line that RELION composes for an External job, and what its parameters mean to the library.
#pragma once

#include "labels.hpp"
#include "picker/picker.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace relion {

// "--label value" pairs. RELION puts two dashes before the label that a person typed, quotes nothing, and writes a
// label without a value for a flag; so dashes before a label do not count, and '-' in one is '_'.
class Parameters {
public:
    // cli::UsageError for an unknown label (with the nearest one), a missing value, words out of place.
    Parameters(Mode mode, const std::vector<std::string>& words);

    bool has(const std::string& label) const { return values_.count(label) != 0; }
    std::string text(const std::string& label, const std::string& fallback = "") const;
    std::string required_text(const std::string& label, const std::string& what) const;
    std::vector<std::string> list(const std::string& label) const; // parts between commas; empty if not given
    // Whether it is given; `target` stays as it is otherwise. cli::UsageError outside of the range, which `wanted`
    // says.
    bool number(const std::string& label, double least, double most, const char* wanted, double& target) const;
    bool above_zero(const std::string& label, const char* wanted, double& target) const;
    bool whole(const std::string& label, std::int64_t least, std::int64_t most, std::int32_t& target) const;
    // The index of the value among the words that it may be, plus `first`; 0 where it is not given.
    std::int32_t word(const std::string& label, const std::vector<std::string>& words, std::int32_t first) const;
    int threads() const; // --j
    // What decides the result, for comparing one try of a job with the next.
    std::map<std::string, std::string> settings() const;
    const char* borrowed(const std::string& label) const; // as text(), NULL if not given

private:
    std::map<std::string, std::string> values_;
};

// Parameters of picking; `head` points into `parameters`.
picker_pick_options pick_options_of(const Parameters& parameters);
// Parameters of training, without the state file; `head` points into `parameters`.
picker_train_options train_options_of(const Parameters& parameters);

// The mode that a command line asks for by its first word, which is taken off it. cli::UsageError for another word.
Mode take_mode(std::vector<std::string>& words);
// The value of --o before anything is checked: where the exit file goes. "" where it is not given.
std::string job_folder_of(const std::vector<std::string>& words);
bool asks_for(const std::vector<std::string>& words, const std::string& label);

} // namespace relion
