// Labels and values of the External job (parameters.hpp).
#include "parameters.hpp"

#include "arguments.hpp"

#include <algorithm>
#include <limits>

namespace relion {
namespace {

bool is_label(const std::string& word) {
    return word.size() > 2 && word[0] == '-' && word[1] == '-';
}

// "----min-distance" is min_distance; the value of "--threshold=0.4" is put aside.
std::string plain(std::string word, std::string* value = nullptr) {
    if (const auto equals = word.find('='); equals != std::string::npos) {
        if (value != nullptr) {
            *value = word.substr(equals + 1);
        }
        word.resize(equals);
    }
    word.erase(0, std::min(word.find_first_not_of('-'), word.size()));
    std::replace(word.begin(), word.end(), '-', '_');
    return word;
}

std::string needs(const std::string& label, const std::string& wanted, const std::string& given) {
    return "parameter '" + label + "' needs " + wanted + ", not '" + given + "'";
}

std::string named(const std::string& label) {
    return "parameter '" + label + "'";
}

} // namespace

Parameters::Parameters(Mode mode, const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!is_label(words[i])) {
            throw cli::UsageError("'" + words[i] +
                                  "' is not the value of any parameter; RELION does not quote values, " +
                                  "so none may contain a space");
        }
        std::string value;
        const std::string name = plain(words[i], &value);
        const Label& label = label_of(mode, name);
        const bool takes_word = value.empty() && i + 1 < words.size() && !is_label(words[i + 1]);
        if (label.takes == Takes::refused) {
            throw cli::UsageError(std::string(mode == Mode::pick ? "picking works on micrographs alone"
                                                                 : "training works on micrographs and particles") +
                                  "; clear the box \"" + label.help + "\" (--" + name + ") of the Input tab");
        }
        if (label.takes == Takes::nothing && (takes_word || !value.empty())) {
            throw cli::UsageError("parameter '" + name + "' takes no value; leave the box beside its label empty");
        }
        if (takes_word) {
            value = words[++i];
        }
        if (label.takes == Takes::one && value.empty()) {
            throw cli::UsageError("parameter '" + name + "' needs a value: " + label.help);
        }
        values_[name] = value;
    }
}

std::string Parameters::text(const std::string& label, const std::string& fallback) const {
    const auto found = values_.find(label);
    return found == values_.end() ? fallback : found->second;
}

const char* Parameters::borrowed(const std::string& label) const {
    const auto found = values_.find(label);
    return found == values_.end() ? nullptr : found->second.c_str();
}

std::string Parameters::required_text(const std::string& label, const std::string& what) const {
    if (!has(label)) {
        throw cli::UsageError("--" + label + " is missing: " + what);
    }
    return text(label);
}

std::vector<std::string> Parameters::list(const std::string& label) const {
    return has(label) ? cli::split(text(label), ',') : std::vector<std::string>();
}

bool Parameters::number(const std::string& label, double least, double most, const char* wanted, double& target) const {
    if (!has(label)) {
        return false;
    }
    target = cli::parse_number(text(label), named(label));
    if (!(target >= least && target <= most)) {
        throw cli::UsageError(needs(label, wanted, text(label)));
    }
    return true;
}

bool Parameters::above_zero(const std::string& label, const char* wanted, double& target) const {
    constexpr double huge = 1e9, tiny = 1e-12;
    return number(label, tiny, huge, wanted, target);
}

bool Parameters::whole(const std::string& label, std::int64_t least, std::int64_t most, std::int32_t& target) const {
    if (!has(label)) {
        return false;
    }
    const std::string wanted =
        "a whole number, " + std::to_string(least) +
        (most == std::numeric_limits<std::int32_t>::max() ? " or more" : " to " + std::to_string(most));
    double value = 0; // first as any number, so that 1.5 is told what is wanted
    number(label, static_cast<double>(least), static_cast<double>(most), wanted.c_str(), value);
    target = static_cast<std::int32_t>(cli::parse_integer(text(label), named(label)));
    return true;
}

std::int32_t Parameters::word(const std::string& label, const std::vector<std::string>& words,
                              std::int32_t first) const {
    if (!has(label)) {
        return 0;
    }
    const auto found = std::find(words.begin(), words.end(), text(label));
    if (found == words.end()) {
        std::string all;
        for (const std::string& each : words) {
            all += (all.empty() ? "" : " or ") + each;
        }
        throw cli::UsageError(needs(label, all, text(label)));
    }
    return first + static_cast<std::int32_t>(found - words.begin());
}

int Parameters::threads() const {
    const std::int64_t count = cli::parse_integer(text("j", "1"), "--j");
    if (count < 1 || count > 4096) {
        throw cli::UsageError(needs("j", "a number of threads from 1 to 4096", text("j")));
    }
    return static_cast<int>(count);
}

std::map<std::string, std::string> Parameters::settings() const {
    std::map<std::string, std::string> out = values_;
    for (const char* label : {"o", "j", "overwrite", "pipeline_control", "memory"}) { // results do not depend on those
        out.erase(label);
    }
    return out;
}

Mode take_mode(std::vector<std::string>& words) {
    if (words.empty() || is_label(words.front())) {
        return Mode::pick;
    }
    const std::string word = words.front();
    for (const Mode mode : {Mode::pick, Mode::train}) {
        if (word == mode_name(mode)) {
            words.erase(words.begin());
            return mode;
        }
    }
    throw cli::UsageError("'" + word + "' is no mode; the External executable is 'picker_relion' (or 'picker_relion " +
                          "pick') for picking and 'picker_relion train' for training");
}

std::string job_folder_of(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string value;
        if (is_label(words[i]) && plain(words[i], &value) == "o") {
            return value.empty() && i + 1 < words.size() && !is_label(words[i + 1]) ? words[i + 1] : value;
        }
    }
    return "";
}

bool asks_for(const std::vector<std::string>& words, const std::string& label) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return is_label(word) && plain(word) == label; });
}

} // namespace relion
