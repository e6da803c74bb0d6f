// picker train: a model from micrographs and coordinates.
#include "train_parts.hpp"

#include <cmath>
#include <filesystem>
#include <sstream>

namespace cli {
namespace {

std::string summary(const picker_train_report& report, const std::string& output) {
    std::ostringstream text;
    text << counted(report.epochs, "epoch") << " in " << format_number(report.seconds, 0) << " s on "
         << report.positives << " particles and " << report.negatives << " negatives; ";
    if (report.best_epoch > 0) {
        text << "the best is epoch " << report.best_epoch;
    } else {
        text << "none was better on the held-out samples than the weights before, which are kept";
    }
    text << " (validation accuracy " << format_number(report.best_validation_accuracy, 3) << ")\n";
    if (report.resumed_after > 0) {
        text << "went on after epoch " << report.resumed_after << "\n";
    }
    if (report.prior > 0) {
        text << "prior " << format_number(report.prior, 4) << ": share of random windows that are particles\n";
    }
    const auto left_out = [&](std::int64_t count, const std::string& why) {
        if (count > 0) {
            text << counted(count, "particle") << " " << why << "\n";
        }
    };
    left_out(report.outside, "too near to the border to train on");
    left_out(report.masked, "in masked places");
    left_out(report.overlapping, "left out, as they overlap");
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

// One line for each network that was tried, best first.
std::string tuning_text(const Json& tuning) {
    std::ostringstream text;
    for (const Json& row : tuning) {
        text << "box " << row["box"] << ", kernels " << row["kernels"].dump() << ", pools " << row["pools"].dump()
             << ", maps " << row["maps"].dump() << ": held-out loss " << format_number(row["loss"].get<double>(), 4)
             << ", accuracy " << format_number(row["accuracy"].get<double>(), 3) << "\n";
    }
    return text.str();
}

// The flags of data and files, and then the settings.
std::vector<Flag> flags() {
    std::vector<Flag> all = {
        {"--architecture", Takes::one, "NAME", "what to train; picker models lists them [deeppicker]"},
        {"--from", Takes::one, "MODEL", "go on from a trained model instead"},
        {"--initialise-from", Takes::one, "MODEL",
         "begin with the first layers of a model of another architecture, as far as they are the same (parsed-s2)"},
        {"--micrographs", Takes::many, "IN...", "files, folders, quoted globs, a STAR list, or -"},
        {"--picks", Takes::many, "IN...", "their particles: STAR, box or CSV files, folders, quoted globs"},
        {"--negatives", Takes::many, "IN...", "known non-particles (ice, overlaps, carbon), same formats"},
        {"--masks", Takes::many, "IN...", "places without samples (carbon, ice), as images; STEM or STEM_mask"},
        {"--validation-micrographs", Takes::many, "IN...", "choose the default threshold by picking these"},
        {"--validation-picks", Takes::many, "IN...", "their particles"},
        {"--validation-masks", Takes::many, "IN...", "places that are not picked in them"},
        {"--datasets", Takes::one, "FILE", "several molecules: a table, CSV or STAR, see below"},
        {"--diameter", Takes::one, "A", "longest axis of the particle, angstrom"},
        skip_bad_flag("they are left out"),
        {"--output", Takes::one, "FILE", "the model, MODEL.safetensors (required)"}};
    for (const std::vector<Flag>& more : {train_network_flags(), train_setting_flags(), train_scheme_flags()}) {
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

} // namespace

Command train_command() {
    Command command;
    command.spec = {
        "train", "Train a model on micrographs with known particles.", "", flags(),
        "--datasets has a row for each data set with the columns name, micrographs, picks, negatives, diameter, "
        "mask, pixel_size, split (train, validation or test); a name is a molecule, and each gets an equal share of "
        "the training "
        "(docs/datasets.md). Ctrl-C keeps the best weights so far. MODEL.safetensors.state is written after "
        "every epoch and removed at the end; from it --resume goes on to the same model (docs/training.md)."};
    command.run = [](const Arguments& arguments) -> int {
        const std::string output = arguments.required_text("--output");
        arguments.not_together("--from", {"--architecture", "--activation", "--box", "--kernels", "--pools", "--maps",
                                          "--step", "--tune", "--initialise-from"});
        arguments.not_together("--datasets",
                               {"--micrographs", "--picks", "--negatives", "--validation-micrographs",
                                "--validation-picks", "--masks", "--validation-masks", "--pixel-size", "--skip-bad"});
        if (arguments.has("--validation-picks")) {
            arguments.required_text("--validation-micrographs");
        }
        check_schemes(arguments);
        picker_train_options options = train_options_of(arguments);
        const std::string head = arguments.text("--head", "");
        options.head = head.empty() ? nullptr : head.c_str();
        const std::string state = output + ".state";
        options.state_file = state.c_str();
        if (!arguments.has("--datasets") && !arguments.has("--from")) {
            arguments.required_text("--diameter");
        }
        prepare_output(output);
        Terminal terminal(arguments);
        auto model = arguments.has("--from") ? libpicker::Model::load(arguments.text("--from"))
                                             : libpicker::Model::create(arguments.text("--architecture", "deeppicker"),
                                                                        network_options_of(arguments), options.seed);
        if (arguments.has("--initialise-from")) {
            const int layers = model.take_layers(libpicker::Model::load(arguments.text("--initialise-from")));
            terminal.remark(counted(layers, "layer") + " taken over from " + arguments.text("--initialise-from"));
        }
        SchemeResult scheme;
        libpicker::Dataset train, validation;
        const bool has_validation = add_training_data(train, validation, arguments, model, terminal, scheme);
        if (arguments.has("--recentre")) {
            recentre_picks(train, arguments, terminal, scheme);
        }
        Json tuning;
        if (const auto candidates = arguments.integer("--tune", 2)) {
            model.tune(train, options, static_cast<int>(*candidates), terminal.control());
            tuning = Json::parse(Json::parse(model.metadata())["provenance"]["tuning"].get<std::string>());
        }
        const picker_train_report report =
            train_by_scheme(model, train, has_validation ? &validation : nullptr, options, arguments, terminal, scheme);
        terminal.finish();
        model.save(output);
        if (report.cancelled == 0 && !trains_in_rounds(arguments)) {
            std::error_code ignored;
            std::filesystem::remove(state, ignored);
        }
        Json json = {{"model", output},
                     {"epochs", report.epochs},
                     {"best_epoch", report.best_epoch},
                     {"stopped_early", report.stopped_early != 0},
                     {"cancelled", report.cancelled != 0},
                     {"positives", report.positives},
                     {"negatives", report.negatives},
                     {"validation_samples", report.validation_samples},
                     {"outside", report.outside},
                     {"masked", report.masked},
                     {"overlapping", report.overlapping},
                     {"prior", report.prior > 0 ? Json(report.prior) : Json()},
                     {"resumed_after", report.resumed_after},
                     {"best_validation_loss", json_number(report.best_validation_loss)},
                     {"best_validation_accuracy", json_number(report.best_validation_accuracy)},
                     {"threshold", report.threshold},
                     {"validation_f1", json_number(report.validation_f1)},
                     {"seconds", report.seconds}};
        json["tuning"] = tuning;
        json.update(scheme.json);
        print(arguments, json, tuning_text(tuning) + scheme.text + summary(report, output));
        if (report.validation_f1 < 0.2 || report.best_validation_accuracy < 0.7) { // never true of NaN
            terminal.warning("the model has hardly learned; check --diameter, the pixel size and the coordinates");
        }
        if (report.cancelled != 0) {
            terminal.remark(std::string("cancelled: the best weights so far are saved") +
                            (trains_in_rounds(arguments) ? "" : "; --resume goes on after the last epoch"));
            return exit_cancelled;
        }
        return exit_done;
    };
    return command;
}

} // namespace cli
