// What a run remembers between calls: journal.jsonl in its folder, a first line with the settings, then one line per
// finished micrograph. The last line about a micrograph counts.
#pragma once

#include "picking/run.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace picker {

// A file as it was when it was read: a changed size or time stamp means that it has to be worked on again.
// {"path", "size" (bytes), "modified" (nanoseconds since 1970)}; null where there is no such file.
nlohmann::json file_stamp(const std::filesystem::path& path);

nlohmann::json to_json(const RunItem& item);
RunItem run_item(const nlohmann::json& record); // Error(bad_file) for a damaged record

class Journal {
public:
    // Opens or starts the journal of `folder`. Error(mismatch) when it was started with other settings: the message
    // says which. `overwrite` starts it anew.
    Journal(const std::filesystem::path& folder, const nlohmann::json& settings, bool overwrite);
    // The record of a micrograph, null where there is none.
    const nlohmann::json* find(const std::string& stem) const;
    void append(const nlohmann::json& record); // thread-safe, one write per line

private:
    void start(const nlohmann::json& settings);

    std::filesystem::path path_;
    std::map<std::string, nlohmann::json> records_;
    std::mutex mutex_;
};

} // namespace picker
