// picker.h, "evaluate": which flip, scale and shift lays picks on reference positions.
#include "capi/handles.hpp"
#include "evaluation/frame_check.hpp"

#include <algorithm>
#include <cstring>

using namespace picker;
using namespace picker::capi;

namespace {

static_assert(static_cast<int>(FrameVerdict::nothing) == PICKER_CHECK_NOTHING);
static_assert(static_cast<int>(FrameVerdict::fits) == PICKER_CHECK_FITS);
static_assert(static_cast<int>(FrameVerdict::ambiguous) == PICKER_CHECK_AMBIGUOUS);
static_assert(static_cast<int>(FrameShift::none) == PICKER_SHIFT_NONE);
static_assert(static_cast<int>(FrameShift::half_box) == PICKER_SHIFT_HALF_BOX);
static_assert(static_cast<int>(FrameShift::other) == PICKER_SHIFT_OTHER);

FrameItem item_of(const picker_check_item* items, std::size_t index) {
    const picker_check_item given = read_item(items, index);
    FrameItem item;
    item.picks = &required(given.picks, "picker_check_item.picks").value;
    item.reference = &required(given.reference, "picker_check_item.reference").value;
    item.width = given.width;
    item.height = given.height;
    item.picks_width = given.picks_width;
    item.picks_height = given.picks_height;
    return item;
}

// As many whole names as there is room for.
std::string names_of(const std::vector<Frame>& frames, std::size_t room) {
    std::string names;
    for (const Frame& frame : frames) {
        const std::string name = (names.empty() ? "" : ", ") + frame_name(frame);
        if (names.find(frame_name(frame)) == names.npos && names.size() + name.size() < room) {
            names += name;
        }
    }
    return names;
}

template <std::size_t N> void copy_text(char (&target)[N], const std::string& text) {
    std::memcpy(target, text.c_str(), std::min(text.size(), N - 1));
}

} // namespace

picker_status picker_check_item_init(picker_check_item* item, size_t struct_size) {
    return init_struct(item, struct_size);
}

picker_status picker_check_options_init(picker_check_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_check_result_init(picker_check_result* result, size_t struct_size) {
    return init_struct(result, struct_size);
}

picker_status picker_check(picker_check_result* result, const picker_check_item* items, size_t count,
                           const picker_check_options* options) {
    return guard([&] {
        check_out(result, "result");
        if (count == 0) {
            fail(Status::invalid_argument, "no micrographs to check; give at least one item");
        }
        required(items, "items");
        std::vector<FrameItem> list;
        for (std::size_t i = 0; i < count; ++i) {
            list.push_back(item_of(items, i));
        }
        const picker_check_options given = read_struct(options);
        const FrameAnswer answer = check_frame(list, {given.radius, given.box_size});
        picker_check_result filled;
        std::memset(&filled, 0, sizeof filled);
        filled.verdict = static_cast<std::int32_t>(answer.verdict);
        filled.as_given = answer.as_given ? 1 : 0;
        filled.transpose = answer.frame.transpose ? 1 : 0;
        filled.flip_x = answer.frame.flip_x ? 1 : 0;
        filled.flip_y = answer.frame.flip_y ? 1 : 0;
        filled.shift = static_cast<std::int32_t>(answer.shift);
        filled.scale = answer.frame.scale;
        filled.dx = answer.frame.dx;
        filled.dy = answer.frame.dy;
        filled.certainty = answer.certainty;
        filled.picks = answer.picks;
        filled.reference = answer.reference;
        filled.matched = answer.matched;
        filled.expected = answer.expected;
        filled.radius = answer.radius;
        if (answer.verdict != FrameVerdict::nothing) {
            copy_text(filled.name, frame_name(answer.frame));
        }
        copy_text(filled.others, names_of(answer.others, sizeof filled.others));
        write_struct(result, filled);
    });
}
