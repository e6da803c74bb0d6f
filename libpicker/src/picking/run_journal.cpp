// The journal of a pick run (run_journal.hpp).
#include "picking/run_journal.hpp"

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/file_reader.hpp"

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
    if (item.reversed) {
        json["contrast_reversed"] = *item.reversed;
    }
    if (nlohmann::json quality = quality_json(item.quality); !quality.empty()) {
        json["quality"] = std::move(quality);
    }
    return json;
}

RunItem run_item(const nlohmann::json& record) {
    RunItem item;
    try {
        record.at("micrograph").get_to(item.micrograph);
        record.at("stem").get_to(item.stem);
        record.at("status").get_to(item.status);
        record.at("error").get_to(item.error);
        record.at("width").get_to(item.width);
        record.at("height").get_to(item.height);
        record.at("pixel_size").get_to(item.pixel_size);
        record.at("candidates").get_to(item.candidates);
        record.at("picks").get_to(item.picks);
        if (record.contains("threshold")) {
            item.threshold = record["threshold"].get<double>();
        }
        if (record.contains("promised_false_share")) {
            item.false_share = record["promised_false_share"].get<double>();
        }
        if (record.contains("contrast_reversed")) {
            item.reversed = record["contrast_reversed"].get<bool>();
        }
        if (record.contains("quality")) {
            item.quality = quality_of(record["quality"]);
        }
        const auto& removed = record.at("removed");
        removed.at("edge").get_to(item.removed.edge);
        removed.at("mask").get_to(item.removed.mask);
        removed.at("threshold").get_to(item.removed.threshold);
        removed.at("distance").get_to(item.removed.distance);
        removed.at("top").get_to(item.removed.top);
        item.removed.clean = removed.value("clean", std::size_t{0}); // records of version 0.1 lack these
        item.removed.carbon = removed.value("carbon", std::size_t{0});
        item.removed.deviation = removed.value("deviation", std::size_t{0});
        item.removed.extreme_pixels = removed.value("extreme_pixels", std::size_t{0});
        item.removed.overlaps = removed.value("overlaps", std::size_t{0});
        const auto& seconds = record.at("seconds");
        seconds.at("read").get_to(item.times.read);
        seconds.at("transform").get_to(item.times.transform);
        seconds.at("score").get_to(item.times.score);
        seconds.at("peaks").get_to(item.times.peaks);
        seconds.at("write").get_to(item.times.write);
    } catch (const nlohmann::json::exception& error) {
        fail(Status::bad_file, "a record of the run's journal is damaged: ", error.what());
    }
    return item;
}

Journal::Journal(const std::filesystem::path& folder, const nlohmann::json& settings, bool overwrite)
    : path_(folder / "journal.jsonl") {
    if (overwrite || !std::filesystem::exists(path_)) {
        start(settings);
        return;
    }
    const std::string bytes = read_whole(path_);
    bool first = true;
    for (std::size_t begin = 0; begin < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
        const auto line = nlohmann::json::parse(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                                bytes.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
        begin = end + 1;
        if (first) {
            if (!line.is_object() || !line.contains("settings") || !line["settings"].is_object()) {
                fail(Status::mismatch, path_.string(),
                     " is not the journal of a pick run; choose another output folder, or overwrite");
            }
            const std::string differ = differences(line["settings"], settings);
            if (!differ.empty()) {
                fail(Status::mismatch, "the folder ", folder.string(), " holds a run with other settings: ", differ,
                     "; use --overwrite to do it again, or choose another output folder");
            }
            first = false;
        } else if (line.is_object() && line.contains("stem") && line["stem"].is_string()) {
            records_[line["stem"].get<std::string>()] = line; // lines cut short by a crash are passed over
        }
    }
    if (first) {
        start(settings);
    } else if (bytes.back() != '\n') {
        append_bytes(path_, "\n");
    }
}

void Journal::start(const nlohmann::json& settings) {
    write_whole(path_, nlohmann::json({{"settings", settings}}).dump() + "\n");
}

const nlohmann::json* Journal::find(const std::string& stem) const {
    const auto found = records_.find(stem);
    return found == records_.end() ? nullptr : &found->second;
}

void Journal::append(const nlohmann::json& record) {
    const std::string line = record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    const std::lock_guard lock(mutex_);
    append_bytes(path_, line);
}

} // namespace picker
