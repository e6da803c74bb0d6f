// Pairs of micrographs by name or by a table (pair_inputs.hpp).
#include "io/pair_inputs.hpp"

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/csv.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace picker {
namespace {

bool goes_on(const std::string& longer, const std::string& shorter) {
    return longer.size() > shorter.size() + 1 && longer.starts_with(shorter) &&
           std::string_view("_-.").find(longer[shorter.size()]) != std::string_view::npos;
}

std::size_t partner_by_name(const InputMicrograph& micrograph, const std::vector<InputMicrograph>& others) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < others.size(); ++i) {
        if (others[i].stem == micrograph.stem) {
            return i;
        }
    }
    for (std::size_t i = 0; i < others.size(); ++i) {
        if (!goes_on(others[i].stem, micrograph.stem) && !goes_on(micrograph.stem, others[i].stem)) {
            continue;
        }
        if (found) {
            fail(Status::mismatch, micrograph.name, " may show the field of ", others[*found].name, " or of ",
                 others[i].name, "; say which in a table of pairs (--pairs)");
        }
        found = i;
    }
    if (!found) {
        fail(Status::mismatch, "none of the ", others.size(), " other micrographs has the name of ", micrograph.name,
             " or one that begins with it; say which shows its field in a table of pairs (--pairs)");
    }
    return *found;
}

std::optional<std::size_t> find_named(const std::vector<InputMicrograph>& list, const std::string& name) {
    const auto by = [&](const auto& matches) -> std::optional<std::size_t> {
        const auto at = std::ranges::find_if(list, matches);
        return at == list.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - list.begin()));
    };
    const auto exact = by([&](const InputMicrograph& m) { return m.name == name || m.path == name; });
    return exact ? exact : by([&](const InputMicrograph& m) { return m.stem == match_stem(name); });
}

// Partners as the table names them, by the index of the micrograph.
std::map<std::size_t, std::size_t> read_table(const std::vector<InputMicrograph>& micrographs,
                                              const std::vector<InputMicrograph>& others,
                                              const std::filesystem::path& path) {
    const std::string file = path.string();
    const std::vector<CsvRecord> records = parse_csv(read_whole(path), file);
    if (records.empty() || records[0].fields != std::vector<std::string>{"picked", "target"}) {
        fail(Status::bad_file, file, ": a table of pairs begins with the line picked,target; then one pair a line");
    }
    std::map<std::size_t, std::size_t> partners;
    for (std::size_t row = 1; row < records.size(); ++row) {
        const CsvRecord& record = records[row];
        if (record.fields.size() != 2) {
            fail(Status::bad_file, file, ":", record.line, ": ", record.fields.size(),
                 " values, but a pair has two; correct or remove the line");
        }
        const auto micrograph = find_named(micrographs, record.fields[0]);
        if (!micrograph) {
            continue; // the table may be of more micrographs than are at hand
        }
        const auto other = find_named(others, record.fields[1]);
        if (!other) {
            fail(Status::mismatch, file, ":", record.line, ": ", record.fields[1],
                 " is none of the micrographs that picks are to be mapped to; correct the name or give the file");
        }
        if (!partners.emplace(*micrograph, *other).second) {
            fail(Status::mismatch, file, ":", record.line, ": ", record.fields[0],
                 " has a pair already; remove one of them");
        }
    }
    return partners;
}

} // namespace

std::vector<std::size_t> pair_inputs(const std::vector<InputMicrograph>& micrographs,
                                     const std::vector<InputMicrograph>& others, const std::filesystem::path& table) {
    const auto listed = table.empty() ? std::map<std::size_t, std::size_t>() : read_table(micrographs, others, table);
    std::vector<std::size_t> partners;
    std::map<std::size_t, std::size_t> owner; // of a partner
    for (std::size_t i = 0; i < micrographs.size(); ++i) {
        const auto given = listed.find(i);
        if (!table.empty() && given == listed.end()) {
            fail(Status::mismatch, table.string(), " has no pair for ", micrographs[i].name, "; add a line for it");
        }
        const std::size_t partner = table.empty() ? partner_by_name(micrographs[i], others) : given->second;
        const auto [first, is_new] = owner.emplace(partner, i);
        if (!is_new) {
            fail(Status::mismatch, table.empty() ? "" : table.string() + ": ", micrographs[first->second].name, " and ",
                 micrographs[i].name, " would both be mapped to ", others[partner].name,
                 table.empty() ? "; say in a table of pairs (--pairs) which is its field"
                               : "; remove the line that is wrong");
        }
        partners.push_back(partner);
    }
    return partners;
}

} // namespace picker
