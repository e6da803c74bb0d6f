// Whether two folders hold the same run.
#pragma once

#include "io/atomic_file.hpp"
#include "unit/check.hpp"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace fake {

inline void drop_seconds(nlohmann::json& json) {
    json.erase("seconds");
    for (auto& micrograph : json["micrographs"]) {
        micrograph.erase("seconds");
    }
}

// By name: each file's bytes with the folder's own name taken out, run.json without seconds. The journal, whose lines
// may come in any order, only by its name.
inline std::map<std::string, std::string> contents(const std::filesystem::path& folder) {
    std::map<std::string, std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        std::string bytes = name == "journal.jsonl" ? "" : picker::read_whole(entry.path());
        if (name == "run.json") {
            auto json = nlohmann::json::parse(bytes);
            drop_seconds(json);
            bytes = json.dump();
        }
        for (std::size_t at = 0; (at = bytes.find(folder.string(), at)) != bytes.npos;) {
            bytes.replace(at, folder.string().size(), "FOLDER");
        }
        out[name] = bytes;
    }
    return out;
}

inline void check_same_run(const std::filesystem::path& one, const std::filesystem::path& other) {
    const auto a = contents(one);
    const auto b = contents(other);
    DOCTEST_CHECK(a.size() == b.size());
    for (const auto& [name, bytes] : a) {
        DOCTEST_INFO(name);
        DOCTEST_REQUIRE(b.contains(name));
        DOCTEST_CHECK(b.at(name) == bytes);
    }
}

} // namespace fake
