// picker.h, "picks" and "inputs": pick sets merged into one, and mapped between images of one field.
#include "capi/handles.hpp"
#include "core/map_picks.hpp"
#include "evaluation/merge.hpp"
#include "io/pair_inputs.hpp"

#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

static_assert(static_cast<int>(MergeRule::unite) == PICKER_MERGE_UNION);
static_assert(static_cast<int>(MergeRule::intersect) == PICKER_MERGE_INTERSECTION);
static_assert(static_cast<int>(MergeRule::subtract) == PICKER_MERGE_SUBTRACTION);
static_assert(static_cast<int>(MergeRule::consensus) == PICKER_MERGE_CONSENSUS);

MergeOptions options_of(const picker_merge_options& given) {
    if (given.rule < PICKER_MERGE_UNION || given.rule > PICKER_MERGE_CONSENSUS) {
        fail(Status::invalid_argument, "picker_merge_options.rule is ", given.rule,
             "; give a value of picker_merge_rule");
    }
    MergeOptions options;
    options.rule = static_cast<MergeRule>(given.rule);
    options.distance = given.distance;
    options.sets = given.sets;
    return options;
}

ImageSize size_of(const picker_micrograph_info* info, const char* argument, const char* name) {
    required(info, argument);
    const picker_micrograph_info given = read_struct(info);
    ImageSize size;
    size.width = given.width;
    size.height = given.height;
    size.pixel_size = not_negative(given.pixel_size, "picker_micrograph_info.pixel_size");
    size.name = name;
    return size;
}

} // namespace

picker_status picker_merge_options_init(picker_merge_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_merge_report_init(picker_merge_report* report, size_t struct_size) {
    return init_struct(report, struct_size);
}

picker_status picker_picks_merge(picker_picks** out, const picker_picks* const* sets, size_t count,
                                 const picker_merge_options* options, picker_merge_report* report) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        required(options, "options");
        const picker_merge_options given = read_struct(options);
        if (report != nullptr) {
            check_out(report, "report");
        }
        if (count > 0) {
            required(sets, "sets");
        }
        const std::vector<std::string> names =
            given.names == nullptr ? std::vector<std::string>() : strings_of(given.names, count, "names");
        std::vector<PickSet> list;
        for (std::size_t i = 0; i < count; ++i) {
            list.push_back({&required(sets[i], "sets").value, names.empty() ? text(i + 1) : names[i]});
        }
        MergeCounts counts;
        auto handle = std::make_unique<picker_picks>();
        handle->value = merge_picks(list, options_of(given), &counts);
        if (report != nullptr) {
            picker_merge_report filled;
            std::memset(&filled, 0, sizeof filled);
            filled.picks = counts.picks;
            filled.particles = counts.particles;
            filled.kept = counts.kept;
            write_struct(report, filled);
        }
        target = handle.release();
    });
}

picker_status picker_picks_map(picker_picks** out, const picker_picks* picks, const picker_micrograph_info* from,
                               const picker_micrograph_info* to) {
    return picker_picks_map_binned(out, picks, from, to, PICKER_BINNING_FOURIER);
}

picker_status picker_picks_map_binned(picker_picks** out, const picker_picks* picks, const picker_micrograph_info* from,
                                      const picker_micrograph_info* to, int32_t binning) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const Picks& table = required(picks, "picks").value;
        if (binning != PICKER_BINNING_FOURIER && binning != PICKER_BINNING_BLOCKS) {
            fail(Status::invalid_argument, "binning is ", binning, "; give a value of picker_binning");
        }
        const Mapping mapping =
            mapping_between(size_of(from, "from", "the picked image"), size_of(to, "to", "the other image"),
                            binning == PICKER_BINNING_BLOCKS ? Binning::blocks : Binning::fourier);
        auto handle = std::make_unique<picker_picks>();
        handle->value = map_picks(table, mapping);
        target = handle.release();
    });
}

picker_status picker_inputs_pair(picker_inputs* inputs, const picker_inputs* others, const char* table) {
    return guard([&] {
        picker_inputs& target = required(inputs, "inputs");
        target.partners = pair_inputs(target.items, required(others, "others").items, optional_string(table));
    });
}

int64_t picker_inputs_partner(const picker_inputs* inputs, size_t index) {
    return inputs == nullptr || index >= inputs->partners.size() ? -1
                                                                 : static_cast<std::int64_t>(inputs->partners[index]);
}
