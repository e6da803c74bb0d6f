// Joining .cs files on uid (cs_files.hpp).
#include "io/cs_files.hpp"

#include "core/error.hpp"
#include "io/path_patterns.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

namespace picker {
namespace {

using Keys = std::vector<std::string_view>;

bool has_any(const CsTable& table, const Keys& keys) {
    return std::ranges::any_of(keys, [&](std::string_view key) { return table.has(key); });
}

// The row of `other` for each row of `table`; nullopt where one is missing.
std::optional<std::vector<std::size_t>> rows_by_uid(const CsTable& table, const CsTable& other) {
    const CsColumn *mine = table.find("uid"), *theirs = other.find("uid");
    if (mine == nullptr || theirs == nullptr || other.rows < table.rows) {
        return std::nullopt;
    }
    std::unordered_map<std::uint64_t, std::size_t> places;
    for (std::size_t row = 0; row < other.rows; ++row) {
        places.emplace(theirs->whole(row), row);
    }
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < table.rows; ++row) {
        const auto found = places.find(mine->whole(row));
        if (found == places.end()) {
            return std::nullopt;
        }
        rows.push_back(found->second);
    }
    return rows;
}

bool join(CsTable& table, const CsTable& other) {
    const auto rows = rows_by_uid(table, other);
    if (!rows) {
        return false;
    }
    for (const CsColumn& column : other.columns) {
        if (table.has(column.field.name)) {
            continue;
        }
        CsColumn joined{column.field, {}, {}};
        const auto size = static_cast<std::ptrdiff_t>(column.field.row_bytes());
        for (const std::size_t row : *rows) {
            if (column.field.is_text()) {
                joined.texts.push_back(column.texts[row]);
            } else {
                const auto start = column.bytes.begin() + static_cast<std::ptrdiff_t>(row) * size;
                joined.bytes.insert(joined.bytes.end(), start, start + size);
            }
        }
        table.columns.push_back(std::move(joined));
    }
    return true;
}

class Joiner {
public:
    Joiner(std::vector<CsPart> parts, const CsNeed& need) : parts_(std::move(parts)), need_(need) {
        served_.resize(parts_.size(), false);
        for (const CsPart& part : parts_) {
            given_.insert(file_identity(part.path));
        }
    }

    std::vector<CsPart> joined(bool skip_foreign) {
        std::vector<bool> whole(parts_.size(), false);
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            whole[i] = has_any(parts_[i].table, need_.keys) || join_from_others(i, need_.keys);
        }
        std::vector<CsPart> out;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (served_[i]) {
                continue;
            }
            if (!whole[i] && !skip_foreign) {
                complain(parts_[i].table);
            }
            if (whole[i]) {
                if (!need_.extras.empty() && !has_any(parts_[i].table, need_.extras)) {
                    join_from_others(i, need_.extras);
                }
                out.push_back(std::move(parts_[i]));
            }
        }
        return out;
    }

private:
    bool join_from_others(std::size_t index, const Keys& keys) {
        CsTable& table = parts_[index].table;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (i != index && has_any(parts_[i].table, keys) && join(table, parts_[i].table)) {
                served_[i] = true;
                return true;
            }
        }
        const std::filesystem::path folder = parts_[index].path.parent_path();
        for (const auto& file : files_in(folder.empty() ? "." : folder, {".cs"})) {
            if (file.filename().string().find("passthrough") == std::string::npos ||
                given_.contains(file_identity(file))) {
                continue;
            }
            try {
                const CsTable other = read_cs(file, need_.wanted);
                if (has_any(other, keys) && join(table, other)) {
                    return true;
                }
            } catch (const Error&) {
                continue; // a damaged neighbour is no fault of this file
            }
        }
        return false;
    }

    [[noreturn]] void complain(const CsTable& table) const {
        std::string names;
        for (const std::string& name : table.names) {
            names += (names.empty() ? "" : ", ") + name;
        }
        fail(Status::not_found, table.source, " ", need_.missing, " (its fields are ", names.substr(0, 200),
             names.size() > 200 ? ", ..." : "", ")");
    }

    std::vector<CsPart> parts_;
    const CsNeed& need_;
    std::vector<bool> served_;
    std::set<std::string> given_;
};

} // namespace

std::string_view cs_path(std::string_view value) {
    return value.starts_with('>') ? value.substr(1) : value;
}

std::vector<CsPart> read_cs_set(const std::vector<std::filesystem::path>& files, const CsNeed& need,
                                bool skip_foreign) {
    std::vector<CsPart> parts;
    std::set<std::string> seen;
    for (const auto& file : files) {
        if (seen.insert(file_identity(file)).second) {
            parts.push_back({file, read_cs(file, need.wanted)});
        }
    }
    return Joiner(std::move(parts), need).joined(skip_foreign);
}

} // namespace picker
