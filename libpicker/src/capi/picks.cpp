// picker.h, "picks": the table, its formats, the selection rules, and drawing.
#include "capi/handles.hpp"
#include "io/draw.hpp"
#include "io/picks_file.hpp"
#include "picking/mass_cut.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace picker;
using namespace picker::capi;

namespace {

const std::vector<double>& column_of(const Picks& table, const std::string& name) {
    const std::vector<double>* values = table.column(name);
    if (values == nullptr) {
        fail(Status::not_found, "these picks have no column '", name, "'; picker_picks_column_name lists them");
    }
    return *values;
}

PicksContext context_of(const picker_picks_context& given) {
    if (given.width < 0 || given.height < 0) {
        fail(Status::invalid_argument, "picker_picks_context names a micrograph of ", given.width, " x ", given.height,
             " pixels; give its size, or 0 where it is unknown");
    }
    PicksContext where;
    where.width = given.width;
    where.height = given.height;
    where.pixel_size = not_negative(given.pixel_size, "picker_picks_context.pixel_size");
    where.box_size = not_negative(given.box_size, "picker_picks_context.box_size");
    where.micrograph = optional_string(given.micrograph);
    where.micrograph_uid = given.micrograph_uid;
    where.exposure_group = given.exposure_group;
    where.flip_y = given.flip_y != 0;
    return where;
}

} // namespace

picker_status picker_picks_create(picker_picks** out) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        target = new picker_picks;
    });
}

picker_status picker_picks_read(picker_picks** out, const char* path, const char* format) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        auto handle = std::make_unique<picker_picks>();
        handle->value = read_picks_single(string_of(path, "path"), optional_string(format));
        target = handle.release();
    });
}

picker_status picker_picks_append(picker_picks* picks, const double* x, const double* y, const double* score,
                                  size_t count) {
    return guard([&] {
        picker_picks& table = required(picks, "picks");
        if (count > 0) {
            required(x, "x");
            required(y, "y");
        }
        Picks added;
        for (std::size_t i = 0; i < count; ++i) {
            if (!std::isfinite(x[i]) || !std::isfinite(y[i])) {
                fail(Status::invalid_argument, "pick ", i, " has the coordinates ", x[i], ", ", y[i],
                     "; leave out picks without a position");
            }
            added.add(x[i], y[i], score == nullptr ? std::numeric_limits<double>::quiet_NaN() : score[i]);
        }
        table.value.append(added);
    });
}

size_t picker_picks_count(const picker_picks* picks) {
    return picks == nullptr ? 0 : picks->value.size();
}

picker_status picker_picks_column(const double** out, const picker_picks* picks, const char* name) {
    return guard([&] {
        const double*& target = required(out, "out");
        target = nullptr;
        const picker_picks& table = required(picks, "picks");
        const std::string column = string_of(name, "name");
        target = column_of(table.value, column).data();
    });
}

size_t picker_picks_column_count(const picker_picks* picks) {
    return picks == nullptr ? 0 : 3 + picks->value.columns().size();
}

const char* picker_picks_column_name(const picker_picks* picks, size_t index) {
    if (index >= picker_picks_column_count(picks)) {
        return nullptr;
    }
    static constexpr const char* first[] = {"x", "y", "score"};
    return index < 3 ? first[index] : picks->value.columns()[index - 3].first.c_str();
}

size_t picker_picks_text_column_count(const picker_picks* picks) {
    return picks == nullptr ? 0 : picks->value.text_columns().size();
}

const char* picker_picks_text_column_name(const picker_picks* picks, size_t index) {
    return index >= picker_picks_text_column_count(picks) ? nullptr : picks->value.text_columns()[index].first.c_str();
}

const char* picker_picks_text(const picker_picks* picks, size_t index, size_t row) {
    return index >= picker_picks_text_column_count(picks) || row >= picks->value.size()
               ? nullptr
               : picks->value.text_columns()[index].second[row].c_str();
}

picker_status picker_select_rules_init(picker_select_rules* rules, size_t struct_size) {
    return init_struct(rules, struct_size);
}

picker_status picker_removed_init(picker_removed* removed, size_t struct_size) {
    return init_struct(removed, struct_size);
}

picker_status picker_picks_select(picker_picks** out, const picker_picks* picks, const picker_select_rules* rules,
                                  picker_removed* removed) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const picker_picks& table = required(picks, "picks");
        required(rules, "rules");
        const picker_select_rules given = read_struct(rules);
        if (removed != nullptr) {
            check_out(removed, "removed");
        }
        if (given.width < 1 || given.height < 1) {
            fail(Status::invalid_argument, "picker_select_rules names a micrograph of ", given.width, " x ",
                 given.height, " pixels; set width and height to its size");
        }
        if (given.top < 0) {
            fail(Status::invalid_argument, "picker_select_rules.top is ", given.top, "; give 0 (all) or more");
        }
        if (given.has_threshold != 0 && std::isnan(given.threshold)) {
            fail(Status::invalid_argument,
                 "picker_select_rules.threshold is not a number; give a score, or set has_threshold to 0");
        }
        const ExclusionMask mask = mask_of(given.mask);
        SelectRules rule_set;
        rule_set.threshold = given.has_threshold != 0 ? given.threshold : -std::numeric_limits<double>::infinity();
        rule_set.min_distance = not_negative(given.min_distance, "picker_select_rules.min_distance");
        rule_set.edge = not_negative(given.edge, "picker_select_rules.edge");
        rule_set.mask = given.mask == nullptr ? nullptr : &mask;
        rule_set.top = given.top;
        rule_set.overlap_distance = not_negative(given.overlap_distance, "picker_select_rules.overlap_distance");
        rule_set.overlap_score = rule_set.threshold;
        auto handle = std::make_unique<picker_picks>();
        RemovedCounts counts;
        handle->value = select_picks(table.value, given.width, given.height, rule_set, &counts);
        if (removed != nullptr) {
            write_struct(removed, removed_of(counts));
        }
        target = handle.release();
    });
}

picker_status picker_picks_at_least(picker_picks** out, const picker_picks* picks, const char* column, double least) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const Picks& table = required(picks, "picks").value;
        const std::string name = string_of(column, "column");
        if (std::isnan(least)) {
            fail(Status::invalid_argument, "the least ", name, " is not a number; give one");
        }
        const std::vector<double>& values = column_of(table, name);
        std::vector<std::size_t> rows;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (values[i] >= least) {
                rows.push_back(i);
            }
        }
        auto handle = std::make_unique<picker_picks>();
        handle->value = table.subset(rows);
        target = handle.release();
    });
}

picker_status picker_mass_valley(double* cut, int32_t* two_peaks, const double* masses, size_t count) {
    return guard([&] {
        required(cut, "cut") = 0.0;
        required(two_peaks, "two_peaks") = 0;
        if (count > 0) {
            required(masses, "masses");
        }
        const MassCut found = mass_valley(std::span(masses, count));
        *cut = found.cut;
        *two_peaks = found.two_peaks ? 1 : 0;
    });
}

picker_status picker_picks_context_init(picker_picks_context* context, size_t struct_size) {
    return init_struct(context, struct_size);
}

picker_status picker_picks_write(const picker_picks* picks, const char* path, const char* format,
                                 const picker_picks_context* context) {
    return guard([&] {
        const picker_picks& table = required(picks, "picks");
        const std::string file = string_of(path, "path");
        write_picks(file, table.value, context_of(read_struct(context)), optional_string(format));
    });
}

picker_status picker_picks_write_many(const picker_picks* const* picks, const picker_picks_context* contexts,
                                      size_t count, const char* path, const char* format) {
    return guard([&] {
        const std::string file = string_of(path, "path");
        if (count > 0) {
            required(picks, "picks");
            required(contexts, "contexts");
        }
        std::map<std::string, const Picks*> entries;
        std::map<std::string, PicksContext> where;
        for (std::size_t i = 0; i < count; ++i) {
            const picker_picks& table = required(picks[i], "picks[i]");
            const PicksContext context = context_of(read_item(contexts, i));
            if (context.micrograph.empty()) {
                fail(Status::invalid_argument, "picker_picks_context ", i,
                     " names no micrograph, and several go into one file; set micrograph");
            }
            if (!entries.emplace(context.micrograph, &table.value).second) {
                fail(Status::invalid_argument, "picker_picks_context ", i, " names the micrograph ", context.micrograph,
                     ", which has picks already; unite them before");
            }
            where.emplace(context.micrograph, context);
        }
        write_picks(file, entries, where, optional_string(format));
    });
}

void picker_picks_free(picker_picks* picks) {
    delete picks;
}

int32_t picker_format_count(void) {
    return static_cast<int32_t>(picks_formats().size());
}

namespace {

const PicksFormat* format_at(int32_t index) {
    return entry_at(picks_formats(), index);
}

} // namespace

const char* picker_format_name(int32_t index) {
    const PicksFormat* format = format_at(index);
    return format == nullptr ? nullptr : format->name;
}

const char* picker_format_extension(int32_t index) {
    const PicksFormat* format = format_at(index);
    return format == nullptr ? nullptr : format->extension;
}

const char* picker_format_description(int32_t index) {
    const PicksFormat* format = format_at(index);
    return format == nullptr ? nullptr : format->description;
}

int32_t picker_format_holds_many(int32_t index) {
    const PicksFormat* format = format_at(index);
    return format != nullptr && format->many_micrographs ? 1 : 0;
}

picker_status picker_draw(const char* path, const picker_micrograph* micrograph, const picker_picks* picks,
                          const picker_picks* reference, double diameter, int32_t long_side) {
    return guard([&] {
        const std::string file = string_of(path, "path");
        const picker_micrograph& image = required(micrograph, "micrograph");
        const picker_picks& table = required(picks, "picks");
        if (!(std::isfinite(diameter) && diameter > 0)) {
            fail(Status::invalid_argument, "diameter is ", diameter, "; give the particle's longest axis in pixels");
        }
        if (long_side < 0 || long_side > 32768) {
            fail(Status::invalid_argument, "long_side is ", long_side, "; give 1 to 32768 pixels, or 0 for 1024");
        }
        DrawOptions options;
        options.diameter = diameter;
        options.long_side = long_side == 0 ? 1024 : long_side;
        draw_picks(file, image.value, table.value, reference == nullptr ? nullptr : &reference->value, options);
    });
}
