// The data sets of picker train (train_parts.hpp).
#include "train_parts.hpp"

namespace cli {
namespace {

// The micrographs and picks of one pair of flags, added to a data set. Micrographs that no coordinate file speaks of
// are left out: "no file" is not "no particles".
void add_pairs(libpicker::Dataset& dataset, const Arguments& arguments, const std::string& micrographs_flag,
               const std::string& picks_flag, const std::string& negatives_flag, const std::string& masks_flag,
               Terminal& terminal) {
    libpicker::Inputs inputs = inputs_of(arguments, micrographs_flag);
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
    std::vector<std::string> without;
    std::size_t used = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!inputs.has_picks(i)) {
            without.push_back(inputs.path(i));
            continue;
        }
        auto item = libpicker::make<picker_dataset_item>();
        item.pixel_size = required_pixel_size(arguments, inputs, i, header_of(inputs.path(i)).pixel_size);
        item.negatives = negatives.empty() ? nullptr : negatives[i].get();
        const std::string mask = inputs.mask(i);
        item.mask_path = mask.empty() ? nullptr : mask.c_str();
        dataset.add(inputs.path(i), inputs.picks(i), &item);
        ++used;
    }
    remark_names(terminal, without, "micrographs left out, since no file in " + picks_flag + " is of them");
    if (used == 0) {
        throw libpicker::Error(PICKER_NOT_FOUND, "no micrograph of " + micrographs_flag + " has picks in " +
                                                     picks_flag +
                                                     "; files are matched by name without folder and extension");
    }
}

} // namespace

bool add_training_data(libpicker::Dataset& train, libpicker::Dataset& validation, const Arguments& arguments,
                       const libpicker::Model& model, Terminal& terminal, SchemeResult& scheme) {
    if (arguments.has("--datasets")) {
        const std::string file = arguments.text("--datasets");
        if (train.add_rows(file, "train") == 0) {
            throw libpicker::Error(PICKER_NOT_FOUND,
                                   file + ": no row has the split train; there is nothing to train on");
        }
        return validation.add_rows(file, "validation") > 0;
    }
    if (!add_scheme_data(train, arguments, terminal)) {
        add_pairs(train, arguments, "--micrographs", "--picks", "--negatives", "--masks", terminal);
    }
    add_reviewed_rounds(train, model, arguments, scheme);
    if (!arguments.has("--validation-micrographs")) {
        return false;
    }
    add_pairs(validation, arguments, "--validation-micrographs", "--validation-picks", "", "--validation-masks",
              terminal);
    return true;
}

} // namespace cli
