// What a run remembers between calls: journal.jsonl in its folder, a first line with the settings, then one line per
// finished micrograph. The last line about a micrograph that still holds counts.
#pragma once

#include "picking/run.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace picker {

struct RunContext;

// A file as it was when it was read: a changed size or time stamp means that it has to be worked on again.
// {"path", "size" (bytes), "modified" (nanoseconds since 1970)}; null where there is no such file.
nlohmann::json file_stamp(const std::filesystem::path& path);

nlohmann::json to_json(const RunItem& item);
// Error(bad_file) naming `file` for a damaged record.
RunItem run_item(const nlohmann::json& record, const std::filesystem::path& file);

// journal.jsonl of the run; shards write one of their own each, journal.I-of-N.jsonl: appending to one file is not safe
// between machines. All of them are read.
class Journal {
public:
    // Opens or starts the journal of `folder`. Error(mismatch) when one there was started with other settings: the
    // message says which. `overwrite` starts it anew, without the others'. Nobody else may be at work for a whole run.
    Journal(const std::filesystem::path& folder, const nlohmann::json& settings, bool overwrite, Shard shard = {});
    // The last record of a micrograph, null where there is none; and the last that is_current(). Damaged ones are
    // passed over, so that it is done again.
    const nlohmann::json* find(const std::string& stem) const;
    const nlohmann::json* find_current(const RunContext& run, const RunItem& item, const nlohmann::json& stamps) const;
    void append(const RunItem& item, const nlohmann::json& stamps); // thread-safe, one write per line
    void read_others();                                             // again: what other shards have added
    // One journal again, journal.jsonl, when nobody else is at work; it is this one's from then on.
    void fold();

private:
    void start();
    bool read(const std::filesystem::path& path);   // false for an empty file
    std::vector<std::filesystem::path> all() const; // the run's first

    std::filesystem::path folder_, path_;
    nlohmann::json settings_;
    std::map<std::string, std::vector<nlohmann::json>> records_; // by stem, in the order of their files and lines
    std::mutex mutex_;
};

} // namespace picker
