// picker train: a model from micrographs and coordinates.
#include "command.hpp"

#include <cmath>
#include <sstream>

namespace cli {
namespace {

// The micrographs and picks of one pair of flags, added to a data set. Micrographs that no coordinate file speaks of
// are left out: "no file" is not "no particles".
void add_pairs(libpicker::Dataset& dataset, const Arguments& arguments, const std::string& micrographs_flag,
               const std::string& picks_flag, const std::string& negatives_flag, Terminal& terminal) {
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

picker_train_options options_of(const Arguments& arguments) {
    auto options = libpicker::make<picker_train_options>();
    options.diameter = arguments.above_zero("--diameter").value_or(0);
    options.learning_rate = arguments.above_zero("--learning-rate").value_or(0);
    options.negatives_per_positive = arguments.above_zero("--negatives-per-positive").value_or(0);
    options.epochs = static_cast<int>(arguments.integer("--epochs", 1).value_or(0));
    options.batch = static_cast<int>(arguments.integer("--batch", 1).value_or(0));
    options.max_positives = arguments.integer("--max-particles", 1).value_or(0);
    options.seed = seed_of(arguments);
    if (const auto patience = arguments.integer("--patience")) {
        options.has_patience = 1;
        options.patience = static_cast<int>(*patience);
    }
    if (arguments.has("--no-augmentation")) {
        options.has_flips = options.has_rotations = 1;
    }
    return options;
}

std::string summary(const picker_train_report& report, const std::string& output) {
    std::ostringstream text;
    text << counted(report.epochs, "epoch") << " in " << format_number(report.seconds, 0) << " s on "
         << report.positives << " particles and " << report.negatives << " negatives; the best is epoch "
         << report.best_epoch << " (validation accuracy " << format_number(report.best_validation_accuracy, 3) << ")\n";
    if (report.outside > 0) {
        text << counted(report.outside, "particle") << " too near to the border to train on\n";
    }
    if (std::isfinite(report.validation_f1)) {
        text << "threshold " << format_score(report.threshold) << ", chosen on the validation micrographs (F1 "
             << format_number(report.validation_f1, 3) << ")\n";
    } else {
        text << "threshold " << format_score(report.threshold)
             << " (the default; give --validation-micrographs to choose it)\n";
    }
    text << "model " << output << "\n";
    return text.str();
}

} // namespace

Command train_command() {
    Command command;
    command.spec = {
        "train",
        "Train a model on micrographs with known particles.",
        "",
        {{"--architecture", Takes::one, "NAME", "what to train; picker models lists them [deeppicker]"},
         {"--from", Takes::one, "MODEL", "go on from a trained model instead"},
         {"--micrographs", Takes::many, "IN...", "files, folders, quoted globs, a STAR list, or -"},
         {"--picks", Takes::many, "IN...", "their particles: STAR, box or CSV files, folders, quoted globs"},
         {"--negatives", Takes::many, "IN...", "known non-particles (ice, overlaps, carbon), same formats"},
         {"--validation-micrographs", Takes::many, "IN...", "choose the default threshold by picking these"},
         {"--validation-picks", Takes::many, "IN...", "their particles"},
         {"--datasets", Takes::one, "FILE", "several molecules: a table, CSV or STAR, see below"},
         {"--diameter", Takes::one, "A", "longest axis of the particle, angstrom"},
         {"--output", Takes::one, "FILE", "the model, MODEL.safetensors (required)"},
         {"--epochs", Takes::one, "N", "at most [the architecture's]"},
         {"--patience", Takes::one, "N",
          "epochs without improvement before stopping; 0: never stops early [the architecture's]"},
         {"--batch", Takes::one, "N", "samples in a step [the architecture's]"},
         {"--learning-rate", Takes::one, "R", "of gradient descent, at the start [the architecture's]"},
         {"--negatives-per-positive", Takes::one, "R", "negative samples for each positive one [1]"},
         {"--max-particles", Takes::one, "N", "use at most so many, equal shares of each molecule"},
         {"--no-augmentation", Takes::nothing, "", "no flips and rotations"}},
        "--datasets has a row for each data set with the columns name, micrographs, picks, negatives, diameter, "
        "pixel_size, split (train, validation or test); a name is a molecule, and each gets an equal share of the "
        "training (docs/datasets.md). Ctrl-C keeps the best weights so far."};
    command.run = [](const Arguments& arguments) -> int {
        const std::string output = arguments.required_text("--output");
        arguments.not_together("--from", {"--architecture"});
        arguments.not_together("--datasets", {"--micrographs", "--picks", "--negatives", "--validation-micrographs",
                                              "--validation-picks", "--pixel-size"});
        if (arguments.has("--validation-picks")) {
            arguments.required_text("--validation-micrographs");
        }
        const picker_train_options options = options_of(arguments);
        if (!arguments.has("--datasets") && !arguments.has("--from")) {
            arguments.required_text("--diameter");
        }
        prepare_output(output);
        Terminal terminal(arguments);
        libpicker::Dataset train, validation;
        bool has_validation = false;
        if (arguments.has("--datasets")) {
            const std::string file = arguments.text("--datasets");
            train.add_rows(file, "train");
            has_validation = validation.add_rows(file, "validation") > 0;
        } else {
            add_pairs(train, arguments, "--micrographs", "--picks", "--negatives", terminal);
            if (arguments.has("--validation-micrographs")) {
                add_pairs(validation, arguments, "--validation-micrographs", "--validation-picks", "", terminal);
                has_validation = true;
            }
        }
        auto model = arguments.has("--from")
                         ? libpicker::Model::load(arguments.text("--from"))
                         : libpicker::Model::create(arguments.text("--architecture", "deeppicker"), options.seed);
        const picker_train_report report =
            model.train(train, has_validation ? &validation : nullptr, options, terminal.control());
        terminal.finish();
        model.save(output);
        print(arguments,
              {{"model", output},
               {"epochs", report.epochs},
               {"best_epoch", report.best_epoch},
               {"stopped_early", report.stopped_early != 0},
               {"cancelled", report.cancelled != 0},
               {"positives", report.positives},
               {"negatives", report.negatives},
               {"validation_samples", report.validation_samples},
               {"outside", report.outside},
               {"best_validation_loss", json_number(report.best_validation_loss)},
               {"best_validation_accuracy", json_number(report.best_validation_accuracy)},
               {"threshold", report.threshold},
               {"validation_f1", json_number(report.validation_f1)},
               {"seconds", report.seconds}},
              summary(report, output));
        if (report.validation_f1 < 0.2 || report.best_validation_accuracy < 0.7) { // never true of NaN
            terminal.warning("the model has hardly learned; check --diameter, the pixel size and the coordinates");
        }
        if (report.cancelled != 0) {
            terminal.remark("cancelled: the best weights so far are saved");
            return exit_cancelled;
        }
        return exit_done;
    };
    return command;
}

} // namespace cli
