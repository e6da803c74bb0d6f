// Picks in .cs files: fractions of the micrograph's width and height, centre over size, rows as stored.
#include "io/cs_picks.hpp"

#include "core/error.hpp"
#include "core/fnv.hpp"
#include "io/cs_exposures.hpp"
#include "io/cs_files.hpp"
#include "io/picks_formats.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <unordered_set>

namespace picker {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* path_field = "location/micrograph_path";
constexpr const char* shape_field = "location/micrograph_shape";
constexpr const char* x_field = "location/center_x_frac";
constexpr const char* y_field = "location/center_y_frac";
constexpr const char* score_field = "pick_stats/ncc_score";

bool is_wanted(std::string_view name) {
    return name.starts_with("location/") || name.starts_with("pick_stats/");
}

const CsColumn& required_column(const CsTable& table, const char* name, std::string_view kinds, std::size_t width) {
    const CsColumn* column = table.find(name);
    if (column == nullptr) {
        fail(Status::not_found, table.source, " holds no coordinates: it has no field ", name,
             "; give the particles of a picking or extraction job");
    }
    if (kinds.find(column->field.kind) == kinds.npos || column->field.width() != width) {
        fail(Status::bad_file, table.source, ": field '", name, "' has the type ", column->field.type(),
             ", which is not cryoSPARC's; write the file again with cryoSPARC or cryosparc-tools");
    }
    return *column;
}

PicksByMicrograph picks_of(const CsTable& table) {
    const CsColumn& paths = required_column(table, path_field, "SUO", 1);
    const CsColumn& shapes = required_column(table, shape_field, "u", 2);
    const CsColumn& xs = required_column(table, x_field, "f", 1);
    const CsColumn& ys = required_column(table, y_field, "f", 1);
    const CsColumn* scores = table.has(score_field) ? &required_column(table, score_field, "f", 1) : nullptr;
    PicksByMicrograph out;
    for (std::size_t row = 0; row < table.rows; ++row) {
        Picks& picks = out[std::string(cs_path(paths.texts[row]))];
        const double height = shapes.number(row, 0), width = shapes.number(row, 1);
        const double x = xs.number(row) * width, y = ys.number(row) * height;
        if (!std::isfinite(x) || !std::isfinite(y) || width < 1.0 || height < 1.0) {
            fail(Status::bad_file, table.source, ": row ", row + 1, " has the centre ", xs.text(row), ", ",
                 ys.text(row), " on a micrograph of shape ", shapes.text(row),
                 "; remove the row or write the file again");
        }
        const double score = scores != nullptr ? scores->number(row) : nan;
        picks.add(x, y, score == no_score ? nan : score);
        for (const CsColumn& column : table.columns) {
            if (&column != &paths && &column != &xs && &column != &ys && &column != scores) {
                picks.ensure_text_column(column.field.name).back() = column.text(row);
            }
        }
    }
    return out;
}

// ---- writing

template <typename T> CsColumn column_of(const char* name, char kind, std::size_t width = 1) {
    CsColumn column;
    column.field = {name, kind, sizeof(T), width == 1 ? std::vector<std::size_t>() : std::vector<std::size_t>{width}};
    return column;
}
template <typename T> void put(CsColumn& column, T value) {
    std::array<char, sizeof(T)> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    column.bytes.insert(column.bytes.end(), bytes.begin(), bytes.end());
}

std::uint64_t mixed(std::uint64_t value) { // every bit depends on every bit
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

std::uint64_t hash_of(std::string_view text) {
    Fnv hash;
    hash.add(text);
    return mixed(hash.value());
}

std::string_view text_at(const Picks& picks, const char* name, std::size_t row) {
    const auto* values = picks.text_column(name);
    return values == nullptr ? std::string_view() : std::string_view((*values)[row]);
}

template <typename T> T whole_at(const Picks& picks, const char* name, std::size_t row, T fallback) {
    const auto value = whole_number(text_at(picks, name, row));
    return value && *value <= std::numeric_limits<T>::max() ? static_cast<T>(*value) : fallback;
}

double number_at(const Picks& picks, const char* name, std::size_t row, double fallback) {
    const auto value = parse_number(text_at(picks, name, row));
    return value && std::isfinite(*value) ? *value : fallback;
}

class Writer {
public:
    // Rows with a uid of their own keep it; no hash may take it first.
    void reserve(const Picks& picks) {
        for (std::size_t row = 0; row < picks.size(); ++row) {
            own_uids_.insert(whole_at<std::uint64_t>(picks, "uid", row, 0)); // 0 is never given out either
        }
    }

    void add(const Picks& picks, const std::string& micrograph, const PicksContext& context) {
        for (std::size_t row = 0; row < picks.size(); ++row) {
            if (micrograph.empty()) {
                fail(Status::invalid_argument,
                     "picks without the name of their micrograph cannot go into a .cs file; give it (--micrographs)");
            }
            add_row(picks, row, micrograph, context);
        }
    }

    std::string bytes() {
        std::vector<CsColumn> columns = {std::move(uid_),  std::move(micrograph_uid_), std::move(group_),
                                         std::move(path_), std::move(shape_),          std::move(x_),
                                         std::move(y_)};
        if (all_pixel_sizes_) { // no field says more than a wrong value
            columns.push_back(std::move(pixel_size_));
        }
        if (all_distances_ && rows_ > 0) {
            columns.push_back(std::move(distance_));
        }
        for (CsColumn* column : {&score_, &power_, &template_, &angle_}) {
            columns.push_back(std::move(*column));
        }
        return numpy_bytes(columns, rows_);
    }

private:
    void add_row(const Picks& picks, std::size_t row, const std::string& micrograph, const PicksContext& context) {
        const auto [width, height] = micrograph_size(picks, row, context);
        if (width == 0) {
            fail(Status::invalid_argument, "the size of micrograph ", micrograph,
                 " is unknown, and .cs files hold fractions of it; give the images (--micrographs, or width and "
                 "height)");
        }
        const double x = picks.x[row] / width, y = picks.y[row] / height;
        if (!(std::abs(x) <= 1e6 && std::abs(y) <= 1e6)) { // far from any micrograph, or no number
            fail(Status::invalid_argument, "pick ", row + 1, " of ", micrograph, " lies at ", picks.x[row], ", ",
                 picks.y[row], ", which a .cs file cannot hold; remove it");
        }
        std::uint64_t exposure = context.micrograph_uid;
        if (exposure == 0) {
            exposure = whole_at<std::uint64_t>(picks, "location/micrograph_uid", row, leading_uid(micrograph));
        }
        exposure = exposure != 0 ? exposure : hash_of(micrograph);
        put(uid_, uid_of(picks, row, exposure, static_cast<float>(x), static_cast<float>(y)));
        put(micrograph_uid_, exposure);
        put(group_, context.exposure_group != 0 ? context.exposure_group
                                                : whole_at<std::uint32_t>(picks, "location/exp_group_id", row, 0));
        path_.texts.push_back(micrograph);
        put(shape_, static_cast<std::uint32_t>(height));
        put(shape_, static_cast<std::uint32_t>(width));
        put(x_, static_cast<float>(x));
        put(y_, static_cast<float>(y));
        const double size =
            context.pixel_size > 0.0 ? context.pixel_size : number_at(picks, "location/micrograph_psize_A", row, 0.0);
        all_pixel_sizes_ = all_pixel_sizes_ && size > 0.0;
        put(pixel_size_, static_cast<float>(size));
        const double distance = number_at(picks, "location/min_dist_A", row, nan);
        all_distances_ = all_distances_ && !std::isnan(distance);
        put(distance_, static_cast<float>(distance));
        const double score = std::isnan(picks.score[row]) ? no_score : picks.score[row];
        put(score_, static_cast<float>(score));
        put(power_, static_cast<float>(number_at(picks, "pick_stats/power", row, score)));
        put(template_, whole_at<std::uint32_t>(picks, "pick_stats/template_idx", row, 0));
        put(angle_, static_cast<float>(number_at(picks, "pick_stats/angle_rad", row, 0.0)));
        ++rows_;
    }

    // The pick's own, where no other row has it; else a hash of micrograph and place, so that runs on parts agree.
    std::uint64_t uid_of(const Picks& picks, std::size_t row, std::uint64_t exposure, float x, float y) {
        const auto own = whole_at<std::uint64_t>(picks, "uid", row, 0);
        if (own != 0 && used_.insert(own).second) {
            return own;
        }
        const std::uint64_t place =
            (std::uint64_t{std::bit_cast<std::uint32_t>(x)} << 32) | std::bit_cast<std::uint32_t>(y);
        std::uint64_t uid = mixed(mixed(exposure + 0x9e3779b97f4a7c15ULL) ^ place);
        while (uid == 0 || own_uids_.contains(uid) || !used_.insert(uid).second) {
            uid = mixed(uid + 0x9e3779b97f4a7c15ULL);
        }
        return uid;
    }

    std::size_t rows_ = 0;
    bool all_pixel_sizes_ = true, all_distances_ = true;
    std::unordered_set<std::uint64_t> own_uids_;
    std::set<std::uint64_t> used_;
    CsColumn uid_ = column_of<std::uint64_t>("uid", 'u');
    CsColumn micrograph_uid_ = column_of<std::uint64_t>("location/micrograph_uid", 'u');
    CsColumn group_ = column_of<std::uint32_t>("location/exp_group_id", 'u');
    CsColumn path_ = column_of<char>(path_field, 'S');
    CsColumn shape_ = column_of<std::uint32_t>(shape_field, 'u', 2);
    CsColumn x_ = column_of<float>(x_field, 'f');
    CsColumn y_ = column_of<float>(y_field, 'f');
    CsColumn pixel_size_ = column_of<float>("location/micrograph_psize_A", 'f');
    CsColumn distance_ = column_of<float>("location/min_dist_A", 'f');
    CsColumn score_ = column_of<float>(score_field, 'f');
    CsColumn power_ = column_of<float>("pick_stats/power", 'f');
    CsColumn template_ = column_of<std::uint32_t>("pick_stats/template_idx", 'u');
    CsColumn angle_ = column_of<float>("pick_stats/angle_rad", 'f');
};

std::string serialise_cs(const std::map<std::string, const Picks*>& entries,
                         const std::map<std::string, PicksContext>& contexts) {
    Writer writer;
    for (const auto& [name, picks] : entries) {
        writer.reserve(*picks);
    }
    for (const auto& [name, picks] : entries) {
        const auto found = contexts.find(name);
        const PicksContext context = found != contexts.end() ? found->second : PicksContext{};
        writer.add(*picks, name.empty() ? context.micrograph : name, context);
    }
    return writer.bytes();
}

PicksByMicrograph read_cs_file(const std::filesystem::path& path) {
    return std::move(read_cs_picks({path}, false).front().picks);
}

} // namespace

std::vector<PicksOfFile> read_cs_picks(const std::vector<std::filesystem::path>& files, bool skip_foreign) {
    CsNeed need;
    need.keys = {x_field};
    need.extras = {score_field};
    need.wanted = is_wanted;
    need.missing =
        "holds no coordinates: neither it nor a passthrough file beside it has location/center_x_frac for all its "
        "uids; give the particles of a picking or extraction job, with its *passthrough*.cs";
    std::vector<PicksOfFile> out;
    for (const CsPart& part : read_cs_set(files, need, skip_foreign)) {
        out.push_back({part.path, picks_of(part.table)});
    }
    return out;
}

PicksFormat cs_picks_format() {
    return {"cs",
            ".cs",
            "cryoSPARC particles: location and pick_stats, with a .csg for Import Result Group",
            true,
            false,
            true,
            "centre / size of the micrograph, 32-bit fractions",
            read_cs_file,
            serialise_cs,
            ".csg",
            cs_group,
            read_cs_picks};
}

} // namespace picker
