// picker.h, "inputs": which micrographs a run works on, and the picks that belong to them.
#include "capi/handles.hpp"
#include "io/class2d.hpp"
#include "io/cs_exposures.hpp"
#include "io/relion_places.hpp"

#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

const InputMicrograph* item_at(const picker_inputs* inputs, size_t index) {
    return inputs == nullptr || index >= inputs->items.size() ? nullptr : &inputs->items[index];
}

const InputMicrograph& required_item(const picker_inputs* inputs, size_t index) {
    required(inputs, "inputs");
    const InputMicrograph* item = item_at(inputs, index);
    if (item == nullptr) {
        fail(Status::not_found, "there is no micrograph ", index, "; these inputs have ", inputs->items.size());
    }
    return *item;
}

// The list that `expand` makes of the patterns.
template <typename Expand>
picker_status new_inputs(picker_inputs** out, const char* const* patterns, std::size_t count, const Expand& expand) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        if (count == 0) {
            fail(Status::invalid_argument, "no micrographs given; name files, folders, globs or a STAR file");
        }
        auto handle = std::make_unique<picker_inputs>();
        const auto given = strings_of(patterns, count, "patterns");
        handle->items = expand(given, handle->faults);
        handle->lists = micrograph_lists(given);
        for (const InputMicrograph& item : handle->items) {
            handle->paths.push_back(item.path.string());
        }
        target = handle.release();
    });
}

} // namespace

picker_status picker_inputs_create(picker_inputs** out, const char* const* patterns, size_t count,
                                   int32_t allow_same_stem) {
    return new_inputs(out, patterns, count, [&](const auto& given, std::vector<PatternFault>&) {
        return expand_inputs(given, allow_same_stem == 0);
    });
}

picker_status picker_inputs_create_all(picker_inputs** out, const char* const* patterns, size_t count) {
    return new_inputs(out, patterns, count, [](const auto& given, std::vector<PatternFault>& faults) {
        return expand_all_inputs(given, faults);
    });
}

picker_status picker_inputs_from_names(picker_inputs** out, const char* const* names, size_t count) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        auto handle = std::make_unique<picker_inputs>();
        for (const std::string& name : strings_of(names, count, "names")) {
            InputMicrograph item;
            item.path = name;
            item.name = name;
            item.stem = match_stem(name);
            handle->items.push_back(std::move(item));
            handle->paths.push_back(name);
        }
        target = handle.release();
    });
}

size_t picker_inputs_count(const picker_inputs* inputs) {
    return inputs == nullptr ? 0 : inputs->items.size();
}

const char* picker_inputs_path(const picker_inputs* inputs, size_t index) {
    return item_at(inputs, index) == nullptr ? nullptr : inputs->paths[index].c_str();
}

const char* picker_inputs_name(const picker_inputs* inputs, size_t index) {
    const InputMicrograph* item = item_at(inputs, index);
    return item == nullptr ? nullptr : item->name.c_str();
}

const char* picker_inputs_stem(const picker_inputs* inputs, size_t index) {
    const InputMicrograph* item = item_at(inputs, index);
    return item == nullptr ? nullptr : item->stem.c_str();
}

double picker_inputs_pixel_size(const picker_inputs* inputs, size_t index) {
    const InputMicrograph* item = item_at(inputs, index);
    return item == nullptr ? 0.0 : item->pixel_size;
}

picker_status picker_inputs_column(const char** out, const picker_inputs* inputs, size_t index, const char* label) {
    return guard([&] {
        const char*& target = required(out, "out");
        target = nullptr;
        const InputMicrograph& item = required_item(inputs, index);
        const std::string name = string_of(label, "label");
        const auto found = item.columns.find(name);
        if (found == item.columns.end()) {
            fail(Status::not_found, "micrograph ", item.name, " has no column '", name,
                 "'; give the micrographs as a STAR file that has it");
        }
        target = found->second.c_str();
    });
}

picker_status picker_inputs_context(picker_picks_context* context, const picker_inputs* inputs, size_t index) {
    return guard([&] {
        check_out(context, "context");
        const InputMicrograph& item = required_item(inputs, index);
        auto filled = read_struct<picker_picks_context>(nullptr);
        filled.micrograph = item.name.c_str();
        filled.pixel_size = item.pixel_size;
        filled.micrograph_uid = exposure_uid(item);
        filled.exposure_group = exposure_group(item);
        write_struct(context, filled);
    });
}

picker_status picker_inputs_match_picks(picker_inputs* inputs, const char* const* patterns, size_t count) {
    return guard([&] {
        picker_inputs& target = required(inputs, "inputs");
        if (count == 0) {
            fail(Status::invalid_argument, "no picks given; name coordinate files, a folder, a glob or a STAR file");
        }
        target.matched = match_picks(target.items, strings_of(patterns, count, "patterns"));
    });
}

picker_status picker_class2d_options_init(picker_class2d_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_inputs_match_class2d(picker_inputs* inputs, const char* path,
                                          const picker_class2d_options* options) {
    return guard([&] {
        picker_inputs& target = required(inputs, "inputs");
        const std::string file = string_of(path, "path");
        required(options, "options");
        const picker_class2d_options given = read_struct(options);
        if (given.class_count > 0) {
            required(given.classes, "picker_class2d_options.classes");
        }
        const std::vector<int> classes(given.classes, given.classes + given.class_count);
        Class2dPicks found = read_class2d(file, target.items, classes,
                                          not_negative(given.pixel_size, "picker_class2d_options.pixel_size"));
        target.matched = given.others != 0 ? std::move(found.others) : std::move(found.chosen);
    });
}

picker_status picker_inputs_match_particles(picker_inputs* inputs, const char* path, double pixel_size) {
    return guard([&] {
        picker_inputs& target = required(inputs, "inputs");
        const std::string file = string_of(path, "path");
        target.matched = read_particles(file, target.items, not_negative(pixel_size, "pixel_size"));
    });
}

picker_status picker_inputs_relion_place(const char** out, const picker_inputs* inputs, size_t index) {
    return guard([&] {
        const char*& target = required(out, "out");
        target = nullptr;
        const std::string place = relion_place(required_item(inputs, index).name);
        // A cache of the handle, so that what is borrowed stays; a handle is used by one thread at a time.
        auto& places = const_cast<picker_inputs&>(*inputs).places;
        places.resize(inputs->items.size());
        places[index] = place;
        target = places[index].c_str();
    });
}

int32_t picker_inputs_has_picks(const picker_inputs* inputs, size_t index) {
    return inputs != nullptr && index < inputs->matched.found.size() && inputs->matched.found[index] ? 1 : 0;
}

picker_status picker_inputs_picks(picker_picks** out, const picker_inputs* inputs, size_t index) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        required_item(inputs, index);
        auto handle = std::make_unique<picker_picks>();
        if (index < inputs->matched.picks.size()) {
            handle->value = inputs->matched.picks[index];
        }
        target = handle.release();
    });
}

size_t picker_inputs_unmatched_count(const picker_inputs* inputs) {
    return inputs == nullptr ? 0 : inputs->matched.unmatched.size();
}

const char* picker_inputs_unmatched(const picker_inputs* inputs, size_t index) {
    return index >= picker_inputs_unmatched_count(inputs) ? nullptr : inputs->matched.unmatched[index].c_str();
}

picker_status picker_inputs_match_masks(picker_inputs* inputs, const char* const* patterns, size_t count) {
    return guard([&] {
        picker_inputs& target = required(inputs, "inputs");
        if (count == 0) {
            fail(Status::invalid_argument, "no masks given; name image files, a folder or a glob");
        }
        const auto masks = match_masks(target.items, strings_of(patterns, count, "patterns"));
        target.masks.clear();
        for (const InputMicrograph& item : target.items) {
            const InputMicrograph* mask = find_mask(masks, item.stem);
            target.masks.push_back(mask == nullptr ? std::string() : mask->path.string());
        }
    });
}

const char* picker_inputs_mask(const picker_inputs* inputs, size_t index) {
    return inputs == nullptr || index >= inputs->masks.size() || inputs->masks[index].empty()
               ? nullptr
               : inputs->masks[index].c_str();
}

void picker_inputs_free(picker_inputs* inputs) {
    delete inputs;
}
