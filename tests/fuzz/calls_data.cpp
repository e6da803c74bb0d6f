// Random calls: micrographs, coordinates and inputs.
#include "calls.hpp"

#include <vector>

namespace fuzz {
namespace {

void read_micrograph(Choices& in, Handles& has) {
    picker_micrograph* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_micrograph_read(&made, in.path()));
    has.micrographs.put(in, status, made);
}

void micrograph_from_data(Choices& in, Handles& has) {
    static const std::vector<float> data(64 * 64, 1.5F);
    const int width = static_cast<int>(in.below(70)) - 3, height = static_cast<int>(in.below(60)) - 3;
    if (width > 0 && height > 0 && static_cast<std::size_t>(width) * static_cast<std::size_t>(height) > data.size()) {
        return;
    }
    picker_micrograph* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_micrograph_from_data(
        &made, in.below(16) == 15 ? nullptr : data.data(), width, height, in.number(), in.word()));
    has.micrographs.put(in, status, made);
}

void inspect(Choices& in, Handles& has) {
    auto info = prepared(in, picker_micrograph_info_init);
    PICKER_FUZZ_CALL(picker_micrograph_inspect(in.path(), static_cast<int>(in.below(2)), &info));
    PICKER_FUZZ_CALL(picker_micrograph_get_info(has.micrographs.get(in), &info));
}

void write_micrograph(Choices& in, Handles& has) {
    PICKER_FUZZ_CALL(picker_micrograph_write(has.micrographs.get(in), in.path()));
}

void drop_micrograph(Choices& in, Handles& has) {
    has.micrographs.drop(in);
}

void new_picks(Choices& in, Handles& has) {
    picker_picks* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_picks_create(&made));
    has.picks.put(in, status, made);
}

void read_picks(Choices& in, Handles& has) {
    picker_picks* made = nullptr;
    const char* path = in.path();
    const picker_status status = PICKER_FUZZ_CALL(picker_picks_read(&made, path, in.word()));
    has.picks.put(in, status, made);
}

void append(Choices& in, Handles& has) {
    double x[8], y[8], score[8];
    const std::size_t count = in.below(9);
    for (std::size_t i = 0; i < count; ++i) {
        x[i] = in.number();
        y[i] = in.number();
        score[i] = in.number();
    }
    PICKER_FUZZ_CALL(picker_picks_append(has.picks.get(in), x, y, in.below(3) == 0 ? nullptr : score, count));
}

void look_at_picks(Choices& in, Handles& has) {
    const picker_picks* picks = has.picks.get(in);
    const std::size_t count = picker_picks_count(picks);
    for (std::size_t i = 0; i <= picker_picks_column_count(picks); ++i) {
        const char* name = picker_picks_column_name(picks, i);
        const double* values = nullptr;
        if (name != nullptr && PICKER_FUZZ_CALL(picker_picks_column(&values, picks, name)) == PICKER_OK) {
            double sum = 0.0;
            for (std::size_t row = 0; row < count; ++row) {
                sum += values[row]; // every value is there: the sanitizers would say otherwise
            }
            require(sum == sum || count > 0, "a sum of nothing is no number");
        }
    }
    for (std::size_t i = 0; i <= picker_picks_text_column_count(picks); ++i) {
        for (std::size_t row = 0; row <= count; ++row) {
            const char* text = picker_picks_text(picks, i, row);
            require(text == nullptr || std::strlen(text) < 100000, "a text without an end");
        }
    }
    const double* values = nullptr;
    PICKER_FUZZ_CALL(picker_picks_column(&values, picks, in.word()));
}

void select(Choices& in, Handles& has) {
    auto rules = prepared(in, picker_select_rules_init);
    auto removed = prepared(in, picker_removed_init);
    rules.width = in.whole();
    rules.height = in.whole();
    rules.has_threshold = static_cast<int>(in.below(2));
    rules.threshold = in.number();
    rules.top = in.whole();
    rules.min_distance = in.number();
    rules.edge = in.number();
    rules.overlap_distance = in.number();
    rules.mask = has.micrographs.get(in);
    picker_picks* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_picks_select(&made, has.picks.get(in), &rules, &removed));
    has.picks.put(in, status, made);
}

void at_least(Choices& in, Handles& has) {
    picker_picks* made = nullptr;
    const char* column = in.word();
    const picker_status status = PICKER_FUZZ_CALL(picker_picks_at_least(&made, has.picks.get(in), column, in.number()));
    has.picks.put(in, status, made);
}

void merge(Choices& in, Handles& has) {
    auto options = prepared(in, picker_merge_options_init);
    auto report = prepared(in, picker_merge_report_init);
    options.distance = in.number();
    options.rule = static_cast<int>(in.below(5));
    options.sets = in.whole();
    const picker_picks* sets[] = {has.picks.get(in), has.picks.get(in), has.picks.get(in)};
    picker_picks* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_picks_merge(&made, sets, in.below(4), &options, &report));
    has.picks.put(in, status, made);
}

void map(Choices& in, Handles& has) {
    auto from = prepared(in, picker_micrograph_info_init);
    auto to = prepared(in, picker_micrograph_info_init);
    for (auto* info : {&from, &to}) {
        info->width = in.whole();
        info->height = in.whole();
        info->pixel_size = in.number();
    }
    picker_picks* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_picks_map(&made, has.picks.get(in), &from, &to));
    has.picks.put(in, status, made);
}

void write_picks(Choices& in, Handles& has) {
    auto context = prepared(in, picker_picks_context_init);
    context.width = in.whole();
    context.height = in.whole();
    context.pixel_size = in.number();
    context.box_size = in.number();
    context.micrograph = in.path();
    context.flip_y = static_cast<int>(in.below(2));
    const char* path = in.path();
    PICKER_FUZZ_CALL(picker_picks_write(has.picks.get(in), path, in.word(), in.below(4) == 0 ? nullptr : &context));
}

void write_many(Choices& in, Handles& has) {
    picker_picks_context contexts[3];
    const picker_picks* picks[3];
    for (std::size_t i = 0; i < 3; ++i) {
        contexts[i] = prepared(in, picker_picks_context_init);
        contexts[i].micrograph = in.path();
        contexts[i].width = contexts[i].height = 64;
        picks[i] = has.picks.get(in);
    }
    const char* path = in.path();
    PICKER_FUZZ_CALL(picker_picks_write_many(picks, contexts, in.below(4), path, in.word()));
}

void draw(Choices& in, Handles& has) {
    const char* path = in.path();
    const picker_picks* reference = has.picks.get(in);
    PICKER_FUZZ_CALL(picker_draw(path, has.micrographs.get(in), has.picks.get(in), reference, in.number(),
                                 static_cast<int>(in.below(200))));
}

void mass_valley(Choices& in, Handles&) {
    double masses[64];
    const std::size_t count = in.below(65);
    for (std::size_t i = 0; i < count; ++i) {
        masses[i] = in.number();
    }
    double cut = 0.0;
    int32_t two = 0;
    PICKER_FUZZ_CALL(picker_mass_valley(&cut, &two, masses, count));
}

void new_inputs(Choices& in, Handles& has) {
    const char* patterns[] = {in.path(), in.path(), in.path()};
    picker_inputs* made = nullptr;
    const std::size_t count = in.below(4);
    const picker_status status =
        in.below(2) == 0 ? PICKER_FUZZ_CALL(picker_inputs_create(&made, patterns, count, static_cast<int>(in.below(2))))
                         : PICKER_FUZZ_CALL(picker_inputs_from_names(&made, patterns, count));
    has.inputs.put(in, status, made);
}

void match(Choices& in, Handles& has) {
    picker_inputs* inputs = has.inputs.get(in);
    const char* patterns[] = {in.path(), in.path()};
    switch (in.below(5)) {
    case 0:
        PICKER_FUZZ_CALL(picker_inputs_match_picks(inputs, patterns, in.below(3)));
        break;
    case 1:
        PICKER_FUZZ_CALL(picker_inputs_match_masks(inputs, patterns, in.below(3)));
        break;
    case 2:
        PICKER_FUZZ_CALL(picker_inputs_match_particles(inputs, patterns[0], in.number()));
        break;
    case 3:
        PICKER_FUZZ_CALL(picker_inputs_pair(inputs, has.inputs.get(in), patterns[0]));
        break;
    default: {
        auto options = prepared(in, picker_class2d_options_init);
        const int32_t classes[] = {in.whole(), 1};
        options.classes = classes;
        options.class_count = in.below(3);
        options.pixel_size = in.number();
        PICKER_FUZZ_CALL(picker_inputs_match_class2d(inputs, patterns[0], &options));
    }
    }
}

void look_at_inputs(Choices& in, Handles& has) {
    const picker_inputs* inputs = has.inputs.get(in);
    auto context = prepared(in, picker_picks_context_init);
    for (std::size_t i = 0; i <= picker_inputs_count(inputs); ++i) {
        const bool there = i < picker_inputs_count(inputs);
        require((picker_inputs_path(inputs, i) != nullptr) == there, "a path beyond the end, or none within");
        (void)picker_inputs_mask(inputs, i);
        (void)picker_inputs_partner(inputs, i);
        (void)picker_inputs_has_picks(inputs, i);
        const char* text = nullptr;
        PICKER_FUZZ_CALL(picker_inputs_column(&text, inputs, i, in.word()));
        PICKER_FUZZ_CALL(picker_inputs_relion_place(&text, inputs, i));
        PICKER_FUZZ_CALL(picker_inputs_context(&context, inputs, i));
    }
    picker_picks* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_inputs_picks(&made, inputs, in.below(3)));
    has.picks.put(in, status, made);
}

constexpr Call all[] = {read_micrograph,
                        micrograph_from_data,
                        inspect,
                        write_micrograph,
                        drop_micrograph,
                        new_picks,
                        read_picks,
                        append,
                        look_at_picks,
                        select,
                        at_least,
                        merge,
                        map,
                        write_picks,
                        write_many,
                        draw,
                        mass_valley,
                        new_inputs,
                        match,
                        look_at_inputs};

} // namespace

std::span<const Call> data_calls() {
    return all;
}

} // namespace fuzz
