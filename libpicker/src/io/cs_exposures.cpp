// Micrograph lists in .cs files (cs_exposures.hpp).
#include "io/cs_exposures.hpp"

#include "core/error.hpp"
#include "io/cs_files.hpp"
#include "io/picks_formats.hpp"
#include "io/star_micrographs.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

namespace picker {
namespace {

constexpr std::string_view exposure_path = "micrograph_blob/path";
constexpr std::string_view particle_path = "location/micrograph_path";

bool is_wanted(std::string_view name) {
    return name == exposure_path || name == "micrograph_blob/shape" || name == "micrograph_blob/psize_A" ||
           name.starts_with("mscope_params/") || name == "ctf/exp_group_id" || name == particle_path ||
           name == "location/micrograph_uid" || name == "location/exp_group_id" ||
           name == "location/micrograph_psize_A";
}

const CsColumn* number_column(const CsTable& table, const char* name, char kind) {
    const CsColumn* column = table.find(name);
    if (column != nullptr && (column->field.kind != kind || !column->field.shape.empty())) {
        fail(Status::bad_file, table.source, ": field '", name, "' has the type ", column->field.type(),
             ", which is not cryoSPARC's; write the file again with cryoSPARC or cryosparc-tools");
    }
    return column;
}

std::vector<InputMicrograph> micrographs_of(const CsPart& part) {
    const CsTable& table = part.table;
    const bool exposures = table.has(exposure_path);
    const CsColumn& paths = *table.find(exposures ? exposure_path : particle_path);
    if (!paths.field.is_text()) {
        fail(Status::bad_file, table.source, ": field '", paths.field.name, "' has the type ", paths.field.type(),
             " and holds no paths; write the file again with cryoSPARC or cryosparc-tools");
    }
    const CsColumn* sizes =
        number_column(table, exposures ? "micrograph_blob/psize_A" : "location/micrograph_psize_A", 'f');
    const CsColumn* uids = number_column(table, exposures ? "uid" : "location/micrograph_uid", 'u');
    std::vector<InputMicrograph> out;
    std::set<std::string_view> seen;
    for (std::size_t row = 0; row < table.rows; ++row) {
        const std::string_view name = cs_path(paths.texts[row]);
        if (name.empty()) {
            fail(Status::bad_file, table.source, ": row ", row + 1, " has an empty ", paths.field.name,
                 "; give the output of motion correction");
        }
        if (!seen.insert(name).second) {
            continue;
        }
        InputMicrograph micrograph;
        micrograph.name = name;
        micrograph.path = find_listed(micrograph.name, part.path);
        micrograph.stem = match_stem(name);
        const double size = sizes != nullptr ? sizes->number(row) : 0.0;
        // A float of 32 bits: 0.66 is meant, not 0.6600000262.
        micrograph.pixel_size = std::isfinite(size) && size > 0.0 ? parse_number(sizes->text(row)).value_or(size) : 0.0;
        for (const CsColumn& column : table.columns) {
            if (&column != &paths && (exposures || column.field.name != "uid")) {
                micrograph.columns.emplace(column.field.name, column.text(row));
            }
        }
        if (uids != nullptr) {
            micrograph.columns["uid"] = uids->text(row);
        }
        out.push_back(std::move(micrograph));
    }
    if (out.empty()) {
        fail(Status::not_found, table.source, " lists no micrographs: it has no rows");
    }
    return out;
}

std::string column_or_empty(const InputMicrograph& micrograph, const char* name) {
    const auto found = micrograph.columns.find(name);
    return found == micrograph.columns.end() ? std::string() : found->second;
}

} // namespace

std::vector<std::pair<std::filesystem::path, std::vector<InputMicrograph>>>
read_exposures(const std::vector<std::filesystem::path>& files) {
    CsNeed need;
    need.keys = {exposure_path, particle_path};
    need.extras = {"mscope_params/exp_group_id", "location/exp_group_id"};
    need.wanted = is_wanted;
    need.missing =
        "lists no micrographs: neither it nor a passthrough file beside it has micrograph_blob/path for all its "
        "uids; give the exposures after motion correction, with the job's *passthrough*.cs";
    std::vector<std::pair<std::filesystem::path, std::vector<InputMicrograph>>> out;
    for (const CsPart& part : read_cs_set(files, need)) {
        out.emplace_back(part.path, micrographs_of(part));
    }
    return out;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value)
                                                                                     : std::nullopt;
}

std::uint64_t leading_uid(std::string_view name) {
    const std::string_view file = name.substr(name.find_last_of('/') + 1);
    return whole_number(file.substr(0, uid_digits(file))).value_or(0);
}

std::uint64_t exposure_uid(const InputMicrograph& micrograph) {
    const std::uint64_t listed = whole_number(column_or_empty(micrograph, "uid")).value_or(0);
    return listed != 0 ? listed : leading_uid(micrograph.name);
}

std::uint32_t exposure_group(const InputMicrograph& micrograph) {
    for (const char* name : {"mscope_params/exp_group_id", "location/exp_group_id", "ctf/exp_group_id"}) {
        const auto value = whole_number(column_or_empty(micrograph, name));
        if (value && *value <= std::numeric_limits<std::uint32_t>::max()) {
            return static_cast<std::uint32_t>(*value);
        }
    }
    return 0;
}

} // namespace picker
