// Sized structs at the boundary: callers may be older (shorter struct) or newer (longer, unknown tail must be zero).
#pragma once

#include "capi/guard.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace picker::capi {

// The size each struct had in the first release (64-bit). These numbers never change; sizeof only grows.
template <typename T> struct FirstSize;
#define PICKER_FIRST_SIZE(type, bytes)                                                                                 \
    template <> struct FirstSize<type> {                                                                               \
        static constexpr std::size_t value = sizeof(void*) == 8 ? (bytes) : sizeof(type);                              \
        static_assert(sizeof(type) >= value, "a public struct must not shrink");                                       \
        static constexpr const char* name = #type;                                                                     \
    }
PICKER_FIRST_SIZE(picker_progress, 64);
PICKER_FIRST_SIZE(picker_control, 40);
PICKER_FIRST_SIZE(picker_micrograph_info, 112);
PICKER_FIRST_SIZE(picker_select_rules, 56);
PICKER_FIRST_SIZE(picker_removed, 48);
PICKER_FIRST_SIZE(picker_picks_context, 40);
PICKER_FIRST_SIZE(picker_model_info, 120);
PICKER_FIRST_SIZE(picker_model_options, 56);
PICKER_FIRST_SIZE(picker_head_info, 96);
PICKER_FIRST_SIZE(picker_dataset_item, 40);
PICKER_FIRST_SIZE(picker_dataset_entry, 72);
PICKER_FIRST_SIZE(picker_dataset_row, 80);
PICKER_FIRST_SIZE(picker_train_options, 88);
PICKER_FIRST_SIZE(picker_train_report, 96);
PICKER_FIRST_SIZE(picker_pick_options, 88);
PICKER_FIRST_SIZE(picker_scores_info, 72);
PICKER_FIRST_SIZE(picker_run_options, 96);
PICKER_FIRST_SIZE(picker_run_item, 152);
PICKER_FIRST_SIZE(picker_run_summary, 80);
PICKER_FIRST_SIZE(picker_evaluate_options, 72);
PICKER_FIRST_SIZE(picker_evaluate_item, 48);
PICKER_FIRST_SIZE(picker_evaluation_result, 176);
PICKER_FIRST_SIZE(picker_simulation, 128);
PICKER_FIRST_SIZE(picker_simulated, 48);
PICKER_FIRST_SIZE(picker_class2d_options, 40);
PICKER_FIRST_SIZE(picker_recentre_options, 32);
PICKER_FIRST_SIZE(picker_recentre_report, 80);
PICKER_FIRST_SIZE(picker_round, 88);
PICKER_FIRST_SIZE(picker_rounds_summary, 32);
PICKER_FIRST_SIZE(picker_iterate_options, 48);
PICKER_FIRST_SIZE(picker_rounds_options, 56);
PICKER_FIRST_SIZE(picker_review_options, 56);
PICKER_FIRST_SIZE(picker_review_report, 96);
PICKER_FIRST_SIZE(picker_check_item, 40);
PICKER_FIRST_SIZE(picker_check_options, 24);
PICKER_FIRST_SIZE(picker_check_result, 256);
PICKER_FIRST_SIZE(picker_merge_options, 32);
PICKER_FIRST_SIZE(picker_merge_report, 32);
PICKER_FIRST_SIZE(picker_report_options, 40);
PICKER_FIRST_SIZE(picker_report_summary, 80);
PICKER_FIRST_SIZE(picker_micrograph_rules, 48);
PICKER_FIRST_SIZE(picker_preflight_options, 64);
PICKER_FIRST_SIZE(picker_problem, 48);
PICKER_FIRST_SIZE(picker_problem_group, 40);
PICKER_FIRST_SIZE(picker_preflight_summary, 88);
PICKER_FIRST_SIZE(picker_diameter_options, 40);
PICKER_FIRST_SIZE(picker_diameter_summary, 80);
PICKER_FIRST_SIZE(picker_diameter_step, 40);
#undef PICKER_FIRST_SIZE

inline constexpr std::size_t largest_struct = 65536; // more than this is a struct that was never initialised

template <typename T> void check_size(std::size_t size) {
    // No version of a struct ends within a word.
    if (size < FirstSize<T>::value || size > largest_struct || size % alignof(T) != 0) {
        fail(Status::invalid_argument, FirstSize<T>::name, ".struct_size is ", size, ", expected ", sizeof(T),
             "; prepare the struct with ", FirstSize<T>::name, "_init(&s, sizeof s)");
    }
}

// The body of every picker_<struct>_init: all zero, which means "default", and the size.
template <typename T> picker_status init_struct(T* target, std::size_t size) noexcept {
    return guard([&] {
        T& checked = required(target, FirstSize<T>::name);
        check_size<T>(size);
        std::memset(static_cast<void*>(&checked), 0, size);
        checked.struct_size = size;
    });
}

// A caller's struct as this library knows it; NULL gives the defaults.
template <typename T> T read_struct(const T* source) {
    T result;
    std::memset(static_cast<void*>(&result), 0, sizeof result);
    if (source != nullptr) {
        const std::size_t size = source->struct_size;
        check_size<T>(size);
        if (size > sizeof(T)) {
            const auto* bytes = reinterpret_cast<const unsigned char*>(source);
            if (std::any_of(bytes + sizeof(T), bytes + size, [](unsigned char b) { return b != 0; })) {
                fail(Status::unsupported, FirstSize<T>::name, " has fields set that this libpicker (", picker_version(),
                     ") does not know; update the library or leave them zero");
            }
        }
        std::memcpy(static_cast<void*>(&result), source, std::min(size, sizeof(T)));
    }
    result.struct_size = sizeof(T);
    return result;
}

// One of a caller's list of structs, which lie as far apart as the first of them is long.
template <typename T> T read_item(const T* list, std::size_t index) {
    const std::size_t stride = list->struct_size;
    check_size<T>(stride);
    const auto* raw = reinterpret_cast<const T*>(reinterpret_cast<const char*>(list) + index * stride);
    if (raw->struct_size != stride) {
        fail(Status::invalid_argument, FirstSize<T>::name, " ", index, " has struct_size ", raw->struct_size,
             ", the first of the list ", stride, "; prepare every item with ", FirstSize<T>::name,
             "_init(&s, sizeof s)");
    }
    return read_struct(raw);
}

// Checks a caller's output struct before the work is done.
template <typename T> void check_out(T* target, const char* name) {
    check_size<T>(required(target, name).struct_size);
}

// Hands a filled struct out, as much as the caller's version has.
template <typename T> void write_struct(T* target, T value) {
    const std::size_t size = target->struct_size;
    value.struct_size = size;
    std::memcpy(static_cast<void*>(target), &value, std::min(size, sizeof(T)));
}

} // namespace picker::capi
