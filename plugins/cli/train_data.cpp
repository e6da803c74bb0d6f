// The data sets of picker train (train_parts.hpp).
#include "train_parts.hpp"

namespace cli {
namespace {

// The micrographs and picks of one pair of flags, added to a data set. Micrographs that no coordinate file speaks of
// are left out: "no file" is not "no particles".
void add_pairs(libpicker::Dataset& dataset, const Arguments& arguments, const std::string& micrographs_flag,
               const std::string& picks_flag, const std::string& negatives_flag, const std::string& masks_flag,
               Terminal& terminal, TrainingCheck& check) {
    libpicker::Inputs inputs = all_inputs_of(arguments, micrographs_flag);
    tell_pixel_sizes(arguments, inputs, terminal);
    arguments.required_text(picks_flag);
    std::vector<libpicker::Picks> negatives;
    if (!negatives_flag.empty() && arguments.has(negatives_flag)) {
        inputs.match_picks(expand_standard_input(arguments.list(negatives_flag)));
        tell_unmatched(inputs, "negatives", terminal);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            negatives.push_back(inputs.picks(i));
        }
    }
    if (arguments.has(masks_flag)) {
        inputs.match_masks(expand_standard_input(arguments.list(masks_flag)));
    }
    inputs.match_picks(expand_standard_input(arguments.list(picks_flag)));
    tell_unmatched(inputs, "particles", terminal);
    const auto bad = check.bad(inputs, [&](std::size_t i) { return inputs.has_picks(i); });
    std::vector<std::string> without;
    std::size_t with_picks = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!inputs.has_picks(i)) {
            without.push_back(inputs.path(i));
            continue;
        }
        ++with_picks;
        if (bad.count(i) > 0) {
            continue;
        }
        auto item = libpicker::make<picker_dataset_item>();
        item.pixel_size = required_pixel_size(arguments, inputs, i, header_of(inputs.path(i)).pixel_size);
        item.negatives = negatives.empty() ? nullptr : negatives[i].get();
        const std::string mask = inputs.mask(i);
        item.mask_path = mask.empty() ? nullptr : mask.c_str();
        dataset.add(inputs.path(i), inputs.picks(i), &item);
    }
    remark_names(terminal, without, "micrographs left out, since no file in " + picks_flag + " is of them");
    if (with_picks == 0) {
        throw libpicker::Error(PICKER_NOT_FOUND,
                               "no micrograph of " + micrographs_flag + " has picks in " + picks_flag +
                                   "; rename them: files are matched by name without folder and extension");
    }
}

} // namespace

bool add_training_data(libpicker::Dataset& train, libpicker::Dataset& validation, const Arguments& arguments,
                       const libpicker::Model& model, Terminal& terminal, SchemeResult& scheme) {
    if (arguments.has("--datasets")) {
        const std::string file = arguments.text("--datasets");
        if (train.add_rows(file, "train") == 0) {
            throw libpicker::Error(PICKER_NOT_FOUND, file + ": no row has the split train; give at least one that has");
        }
        return validation.add_rows(file, "validation") > 0;
    }
    TrainingCheck check(arguments, terminal);
    if (!add_scheme_data(train, arguments, terminal, check)) {
        add_pairs(train, arguments, "--micrographs", "--picks", "--negatives", "--masks", terminal, check);
    }
    add_reviewed_rounds(train, model, arguments, scheme);
    if (!arguments.has("--validation-micrographs")) {
        check.settle();
        return false;
    }
    add_pairs(validation, arguments, "--validation-micrographs", "--validation-picks", "", "--validation-masks",
              terminal, check);
    check.settle();
    return true;
}

} // namespace cli
