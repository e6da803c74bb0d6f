// Coordinates for a list of micrographs (inputs.hpp): every way of giving them, matched by name and stem.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/inputs.hpp"
#include "io/path_patterns.hpp"
#include "io/picks_file.hpp"
#include "io/relion_places.hpp"
#include "io/star_micrographs.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace picker {
namespace {

bool is_coordinate_list(const std::filesystem::path& path) {
    return picks_format_of(path).name == std::string_view("star") &&
           read_whole(path).find("data_coordinate_files") != std::string::npos;
}

// The format whose files are read together and of which this is one; null for others.
const PicksFormat* read_together_as(const std::filesystem::path& path) {
    const auto found = std::ranges::find_if(picks_formats(), [&](const PicksFormat& format) {
        return format.read_together != nullptr && has_ending(path, format.extension);
    });
    return found == picks_formats().end() ? nullptr : &*found;
}

class Matcher {
public:
    explicit Matcher(const std::vector<InputMicrograph>& micrographs) : micrographs_(micrographs) {
        out_.picks.resize(micrographs.size());
        out_.found.resize(micrographs.size(), false);
        for (std::size_t i = 0; i < micrographs.size(); ++i) {
            by_name_.emplace(micrographs[i].name, i);
            by_name_.emplace(micrographs[i].path.string(), i);
            by_stem_[micrographs[i].stem].push_back(i);
        }
    }

    // Files of a format that is read together.
    void add_together(const PicksFormat& format, const std::vector<std::filesystem::path>& files, bool skip_foreign) {
        for (PicksOfFile& file : format.read_together(files, skip_foreign)) {
            if (!seen_.insert(file_identity(file.path)).second) {
                continue;
            }
            for (auto& [micrograph, picks] : file.picks) {
                picks = only_new(picks);
            }
            add_entries(file.picks, file.path);
        }
    }

    void add_file(const std::filesystem::path& path) {
        if (is_coords_suffix(path)) {
            for (const auto& [name, file] : read_coords_suffix(path, micrographs_)) {
                add_picks(file, name);
            }
        } else if (is_coordinate_list(path)) {
            for (const auto& [name, file] : read_coordinate_list(path)) {
                add_picks(file, name);
            }
        } else {
            add_picks(path, "");
        }
    }

    // Every coordinate file of the folder. The same picks often lie there in several formats: what a format earlier in
    // the registry says of a micrograph is taken, later ones only fill gaps.
    bool add_folder(const std::filesystem::path& folder) {
        answered_by_.assign(micrographs_.size(), nullptr);
        bool any = false;
        for (const PicksFormat& format : picks_formats()) {
            const auto files = files_in(folder, {format.extension});
            if (format.read_together != nullptr) {
                format_ = &format;
                add_together(format, files, true);
                any = any || !files.empty();
                continue;
            }
            for (const auto& file : files) {
                if (is_coords_suffix(file)) {
                    continue; // the files that it stands for lie here too
                }
                format_ = &format;
                try {
                    add_file(file);
                    any = true;
                } catch (const Error& error) {
                    // STAR lists of micrographs and other tables may lie beside the coordinates.
                    if (error.status() != Status::not_found || !std::filesystem::exists(file)) {
                        throw;
                    }
                }
            }
        }
        format_ = nullptr;
        return any;
    }

    MatchedPicks finish() { return std::move(out_); }

private:
    std::optional<std::size_t> locate(const std::string& name) const {
        if (const auto exact = by_name_.find(name); exact != by_name_.end()) {
            return exact->second;
        }
        const auto fits = by_stem_.find(match_stem(name));
        if (fits == by_stem_.end()) {
            return std::nullopt;
        }
        if (fits->second.size() > 1) {
            fail(Status::mismatch, "the picks of ", name,
                 " fit two micrographs: ", micrographs_[fits->second[0]].path.string(), " and ",
                 micrographs_[fits->second[1]].path.string(),
                 "; give a coordinate_files STAR that names the micrographs in full, or rename one");
        }
        return fits->second.front();
    }

    // `micrograph`: whose picks they are, "" where the file or its name says it.
    void add_picks(const std::filesystem::path& path, const std::string& micrograph) {
        if (!seen_.insert(file_identity(path)).second) {
            return; // named twice, by a folder and by a list in it for example
        }
        PicksByMicrograph entries;
        if (micrograph.empty()) {
            entries = read_picks(path);
        } else {
            entries.emplace(micrograph, read_listed(path, micrograph));
        }
        add_entries(entries, path);
    }

    void add_entries(const PicksByMicrograph& entries, const std::filesystem::path& path) {
        if (entries.empty()) { // a table with micrograph names and no rows
            if (const auto index = locate(path.filename().string())) {
                out_.found[*index] = true;
            }
        }
        for (const auto& [key, picks] : entries) {
            const std::string name = key.empty() ? path.filename().string() : key;
            const auto index = locate(name);
            if (!index) {
                if (std::ranges::find(out_.unmatched, name) == out_.unmatched.end()) {
                    out_.unmatched.push_back(name);
                }
                continue;
            }
            if (format_ != nullptr) {
                const PicksFormat*& earlier = answered_by_[*index];
                if (earlier != nullptr && earlier != format_) {
                    continue;
                }
                earlier = format_;
            }
            out_.found[*index] = true;
            out_.picks[*index].append(picks);
        }
    }

    // A job writes its particles after every iteration, and outputs overlap: a uid is one particle.
    Picks only_new(const Picks& picks) {
        const auto* uids = picks.text_column("uid");
        std::vector<std::size_t> rows;
        for (std::size_t row = 0; row < picks.size(); ++row) {
            if (uids == nullptr || uids_.insert((*uids)[row]).second) {
                rows.push_back(row);
            }
        }
        return picks.subset(rows);
    }

    static Picks read_listed(const std::filesystem::path& path, const std::string& micrograph) {
        try {
            return read_picks_single(path);
        } catch (const Error& error) {
            // Inside a folder not_found means "another kind of file": a listed file that is missing is a fault.
            throw Error(error.status() == Status::not_found ? Status::mismatch : error.status(),
                        text(error.what(), " (listed as the coordinates of ", micrograph, ")"));
        }
    }

    const std::vector<InputMicrograph>& micrographs_;
    std::unordered_map<std::string, std::size_t> by_name_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_stem_;
    std::set<std::string> seen_;
    std::unordered_set<std::string> uids_;
    const PicksFormat* format_ = nullptr;         // while a folder is read
    std::vector<const PicksFormat*> answered_by_; // in this folder, per micrograph
    MatchedPicks out_;
};

} // namespace

MatchedPicks match_picks(const std::vector<InputMicrograph>& micrographs, const std::vector<std::string>& patterns) {
    Matcher matcher(micrographs);
    std::map<const PicksFormat*, std::vector<std::filesystem::path>> together;
    for (const std::string& pattern : patterns) {
        for (const auto& path : expand_pattern(pattern)) {
            if (!is_folder(path)) {
                if (const PicksFormat* format = read_together_as(path); format != nullptr) {
                    together[format].push_back(path);
                } else {
                    matcher.add_file(path);
                }
            } else if (!matcher.add_folder(path)) {
                std::string extensions;
                for (const PicksFormat& format : picks_formats()) {
                    extensions += (extensions.empty() ? "" : ", ") + std::string(format.extension);
                }
                fail(Status::not_found, "the folder ", path.string(), " holds no coordinate files (", extensions,
                     "); give the folder they lie in");
            }
        }
    }
    for (const auto& [format, files] : together) {
        matcher.add_together(*format, files, false);
    }
    return matcher.finish();
}

} // namespace picker
