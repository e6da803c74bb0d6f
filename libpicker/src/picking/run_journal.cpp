// The journal of a pick run (run_journal.hpp).
#include "picking/run_journal.hpp"

#include "core/error.hpp"
#include "core/json_text.hpp"
#include "io/atomic_file.hpp"
#include "io/file_reader.hpp"
#include "picking/run_files.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace picker {
namespace {

// The settings that differ, as "threshold 0.5 (now 0.4)".
std::string differences(const nlohmann::json& before, const nlohmann::json& now) {
    std::string out;
    const auto note = [&](const std::string& key, const std::string& old_value, const std::string& new_value) {
        out += (out.empty() ? "" : ", ") + key + " " + old_value + " (now " + new_value + ")";
    };
    for (const auto& [key, value] : now.items()) {
        const auto found = before.find(key);
        if (found == before.end()) {
            note(key, "not set", value.dump());
        } else if (*found != value) {
            note(key, found->dump(), value.dump());
        }
    }
    for (const auto& [key, value] : before.items()) {
        if (!now.contains(key)) {
            note(key, value.dump(), "not set");
        }
    }
    return out;
}

void append_bytes(const std::filesystem::path& path, const std::string& bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) {
        fail(Status::io, "cannot open ", path.string(), " for writing: ", system_reason(errno));
    }
    std::size_t done = 0; // one write as a rule: appending is then atomic between processes
    while (done < bytes.size()) {
        const ssize_t count = ::write(file, bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno != EINTR) {
            const int reason = errno;
            ::close(file);
            fail(Status::io, "cannot write ", path.string(), ": ", system_reason(reason), "; make room and run again");
        }
        done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    ::close(file);
}

std::string line_of(const nlohmann::json& record) {
    return record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace

nlohmann::json file_stamp(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        return nullptr;
    }
    const std::int64_t modified =
        static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1000000000 + status.st_mtim.tv_nsec;
    return {{"path", path.string()}, {"size", static_cast<std::uint64_t>(status.st_size)}, {"modified", modified}};
}

nlohmann::json to_json(const RunItem& item) {
    nlohmann::json json = {{"micrograph", item.micrograph},
                           {"stem", item.stem},
                           {"status", item.status},
                           {"error", item.error},
                           {"width", item.width},
                           {"height", item.height},
                           {"pixel_size", item.pixel_size},
                           {"candidates", item.candidates},
                           {"picks", item.picks},
                           {"removed",
                            {{"edge", item.removed.edge},
                             {"mask", item.removed.mask},
                             {"threshold", item.removed.threshold},
                             {"distance", item.removed.distance},
                             {"top", item.removed.top},
                             {"clean", item.removed.clean},
                             {"carbon", item.removed.carbon},
                             {"deviation", item.removed.deviation},
                             {"extreme_pixels", item.removed.extreme_pixels},
                             {"overlaps", item.removed.overlaps}}},
                           {"seconds",
                            {{"read", item.times.read},
                             {"transform", item.times.transform},
                             {"score", item.times.score},
                             {"peaks", item.times.peaks},
                             {"write", item.times.write}}}};
    if (item.threshold) {
        json["threshold"] = *item.threshold;
    }
    if (item.false_share) {
        json["promised_false_share"] = *item.false_share;
    }
    if (!item.device.empty()) {
        json["device"] = item.device;
    }
    if (item.reversed) {
        json["contrast_reversed"] = *item.reversed;
    }
    if (nlohmann::json quality = quality_json(item.quality); !quality.empty()) {
        json["quality"] = std::move(quality);
    }
    return json;
}

RunItem run_item(const nlohmann::json& record, const std::filesystem::path& file) {
    RunItem item;
    try {
        record.at("micrograph").get_to(item.micrograph);
        record.at("stem").get_to(item.stem);
        record.at("status").get_to(item.status);
        record.at("error").get_to(item.error);
        item.width = whole_of<int>(record.at("width"));
        item.height = whole_of<int>(record.at("height"));
        record.at("pixel_size").get_to(item.pixel_size);
        item.candidates = whole_of<std::size_t>(record.at("candidates"));
        item.picks = whole_of<std::size_t>(record.at("picks"));
        if (record.contains("threshold")) {
            item.threshold = record["threshold"].get<double>();
        }
        if (record.contains("promised_false_share")) {
            item.false_share = record["promised_false_share"].get<double>();
        }
        if (record.contains("device")) {
            item.device = record["device"].get<std::string>();
        }
        if (record.contains("contrast_reversed")) {
            item.reversed = record["contrast_reversed"].get<bool>();
        }
        if (record.contains("quality")) {
            item.quality = quality_of(record["quality"]);
        }
        const auto& removed = record.at("removed");
        item.removed.edge = whole_of<std::size_t>(removed.at("edge"));
        item.removed.mask = whole_of<std::size_t>(removed.at("mask"));
        item.removed.threshold = whole_of<std::size_t>(removed.at("threshold"));
        item.removed.distance = whole_of<std::size_t>(removed.at("distance"));
        item.removed.top = whole_of<std::size_t>(removed.at("top"));
        item.removed.clean =
            whole_of<std::size_t>(removed.value("clean", nlohmann::json(0))); // records of version 0.1 lack these
        item.removed.carbon = whole_of<std::size_t>(removed.value("carbon", nlohmann::json(0)));
        item.removed.deviation = whole_of<std::size_t>(removed.value("deviation", nlohmann::json(0)));
        item.removed.extreme_pixels = whole_of<std::size_t>(removed.value("extreme_pixels", nlohmann::json(0)));
        item.removed.overlaps = whole_of<std::size_t>(removed.value("overlaps", nlohmann::json(0)));
        const auto& seconds = record.at("seconds");
        seconds.at("read").get_to(item.times.read);
        seconds.at("transform").get_to(item.times.transform);
        seconds.at("score").get_to(item.times.score);
        seconds.at("peaks").get_to(item.times.peaks);
        seconds.at("write").get_to(item.times.write);
    } catch (const nlohmann::json::exception& error) {
        fail(Status::bad_file, file.string(), " has a damaged record of a micrograph: ", error.what(),
             "; run picker pick again in this folder");
    }
    return item;
}

Journal::Journal(const std::filesystem::path& folder, const nlohmann::json& settings, bool overwrite, Shard shard)
    : folder_(folder), path_(folder / "journal.jsonl"), settings_(settings) {
    const auto others = all();
    if (shard.count > 0) {
        const int index = shard.index == 0 ? shard.count : shard.index;
        path_ = folder / text("journal.", index, "-of-", shard.count, ".jsonl");
    }
    if (overwrite) {
        start();
        for (const auto& other : others) {
            if (other != path_) {
                std::filesystem::remove(other);
            }
        }
        return;
    }
    bool has_own = false;
    for (const auto& path : others) {
        has_own = (read(path) && path == path_) || has_own;
    }
    if (!has_own) {
        start();
    }
    if (shard.count == 0 && others.size() > (has_own ? 1 : 0)) {
        fold();
    }
}

std::vector<std::filesystem::path> Journal::all() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("journal.") && name.ends_with(".jsonl") && name != "journal.jsonl") {
            found.push_back(folder_ / name);
        }
    }
    std::sort(found.begin(), found.end());
    if (std::filesystem::exists(folder_ / "journal.jsonl")) {
        found.insert(found.begin(), folder_ / "journal.jsonl");
    }
    return found;
}

bool Journal::read(const std::filesystem::path& path) {
    const std::string bytes = read_whole(path);
    bool first = true;
    for (std::size_t begin = 0; begin < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
        const std::string_view text(bytes.data() + begin, end - begin);
        auto line = nlohmann::json::parse(is_nested_deeper(text) ? std::string_view() : text, nullptr, false);
        begin = end + 1;
        if (first) {
            if (!line.is_object() || !line.contains("settings") || !line["settings"].is_object()) {
                fail(Status::mismatch, path.string(),
                     " is not the journal of a pick run; choose another output folder, or overwrite");
            }
            const std::string differ = differences(line["settings"], settings_);
            if (!differ.empty()) {
                fail(Status::mismatch, "the folder ", folder_.string(), " holds a run with other settings: ", differ,
                     "; use --overwrite to do it again, or choose another output folder");
            }
            first = false;
        } else if (line.is_object() && line.contains("stem") && line["stem"].is_string()) {
            try { // lines cut short by a crash, or damaged otherwise, are passed over
                (void)run_item(line, path);
            } catch (const Error&) {
                continue;
            }
            const auto stem = line["stem"].get<std::string>();
            records_[stem].push_back(std::move(line));
        }
    }
    if (path == path_ && !bytes.empty() && bytes.back() != '\n') {
        append_bytes(path_, "\n");
    }
    return !first;
}

void Journal::start() {
    write_whole(path_, nlohmann::json({{"settings", settings_}}).dump() + "\n");
}

void Journal::read_others() {
    records_.clear();
    for (const auto& path : all()) {
        read(path);
    }
}

void Journal::fold() {
    const auto before = all();
    std::string lines = nlohmann::json({{"settings", settings_}}).dump() + "\n";
    for (const auto& [stem, records] : records_) {
        for (const nlohmann::json& record : records) {
            lines += line_of(record);
        }
    }
    path_ = folder_ / "journal.jsonl";
    write_whole(path_, lines);
    for (const auto& path : before) {
        if (path != path_) {
            std::filesystem::remove(path);
        }
    }
}

const nlohmann::json* Journal::find(const std::string& stem) const {
    const auto found = records_.find(stem);
    return found == records_.end() ? nullptr : &found->second.back();
}

const nlohmann::json* Journal::find_current(const RunContext& run, const RunItem& item,
                                            const nlohmann::json& stamps) const {
    const auto found = records_.find(item.stem);
    if (found != records_.end()) {
        for (auto record = found->second.rbegin(); record != found->second.rend(); ++record) {
            if (is_current(run, *record, item, stamps)) {
                return &*record;
            }
        }
    }
    return nullptr;
}

void Journal::append(const RunItem& item, const nlohmann::json& stamps) {
    nlohmann::json record = to_json(item);
    record["inputs"] = stamps;
    const std::string line = line_of(record);
    const std::lock_guard lock(mutex_);
    append_bytes(path_, line);
}

} // namespace picker
