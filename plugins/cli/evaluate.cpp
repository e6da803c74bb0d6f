// picker evaluate: picks against known particles.
#include "evaluate_pairs.hpp"

#include <charconv>
#include <cmath>
#include <sstream>

namespace cli {
namespace {

std::string shortest(double value) {
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return std::isfinite(value) ? std::string(buffer, end) : std::string();
}

std::string curve_csv(const libpicker::Evaluation& evaluation) {
    const char* const names[] = {"threshold", "precision",           "recall",
                                 "f_beta",    "false_positive_rate", "picked_fraction"};
    std::vector<std::vector<double>> columns;
    std::string csv;
    for (const char* name : names) {
        csv += (csv.empty() ? "" : ",") + std::string(name);
        columns.push_back(evaluation.curve(name));
    }
    csv += "\n";
    for (std::size_t i = 0; i < columns[0].size(); ++i) {
        for (std::size_t c = 0; c < columns.size(); ++c) {
            csv += (c == 0 ? "" : ",") + shortest(columns[c][i]);
        }
        csv += "\n";
    }
    return csv;
}

// Box files and manual picks have none: every figure over thresholds would be one of an order that means nothing.
bool has_scores(const std::vector<Pair>& pairs) {
    bool any = false;
    for (const Pair& pair : pairs) {
        const double* score = pair.predicted.column("score");
        for (std::size_t i = 0; i < pair.predicted.size(); ++i) {
            any = true;
            if (std::isfinite(score[i])) {
                return true;
            }
        }
    }
    return !any;
}

Json result_json(const libpicker::Evaluation& evaluation, const std::string& group, double pixel_size,
                 double diameter_pixels, bool scored) {
    const auto r = evaluation.result(group);
    Json json = {{"picks", r.picks},
                 {"truth", r.truth},
                 {"matched", r.matched},
                 {"duplicates", r.duplicates},
                 {"negatives", r.negatives},
                 {"precision", json_number(r.precision)},
                 {"recall", json_number(r.recall)},
                 {"f_beta", json_number(r.f_beta)},
                 {"best_f", json_number(r.best_f)},
                 {"best_threshold", json_number(r.best_threshold)},
                 {"precision_at_best", json_number(r.precision_at_best)},
                 {"recall_at_best", json_number(r.recall_at_best)},
                 {"average_precision", json_number(r.average_precision)},
                 {"average_precision_is_lower_bound", r.average_precision_is_lower_bound != 0},
                 {"auroc", json_number(r.auroc)},
                 {"radius", r.radius}};
    if (!scored) {
        for (const char* name :
             {"best_f", "best_threshold", "precision_at_best", "recall_at_best", "average_precision", "auroc"}) {
            json[name] = nullptr;
        }
    }
    Json offsets = Json::object();
    for (const auto& [name, value] : {std::pair<const char*, double>{"mean", r.offset_mean},
                                      {"median", r.offset_median},
                                      {"percentile_95", r.offset_95},
                                      {"mean_dx", r.mean_dx},
                                      {"mean_dy", r.mean_dy}}) {
        offsets[name] = {{"pixels", json_number(value)},
                         {"angstrom", json_number(value * pixel_size)},
                         {"box_fraction", json_number(value / (1.5 * diameter_pixels))}};
    }
    json["offsets"] = offsets;
    return json;
}

std::string result_text(const libpicker::Evaluation& evaluation, const std::string& group, double pixel_size,
                        double diameter_pixels, double beta, bool scored) {
    const auto r = evaluation.result(group);
    const std::string f = beta == 1 ? "F1" : "F" + format_number(beta, 1);
    std::ostringstream text;
    text << r.picks << " picks, " << r.truth << " known particles, " << r.matched << " matched within "
         << format_number(r.radius, 1) << " pixels, " << r.duplicates << " duplicates\n"
         << "  precision " << format_number(r.precision, 3) << "  recall " << format_number(r.recall, 3) << "  " << f
         << " " << format_number(r.f_beta, 3) << "\n";
    if (!scored) {
        text << "  no scores: no AP, AUROC or best F\n";
    } else {
        text << "  best " << f << " " << format_number(r.best_f, 3) << " at score " << format_score(r.best_threshold)
             << " (precision " << format_number(r.precision_at_best, 3) << ", recall "
             << format_number(r.recall_at_best, 3) << ")\n  AP "
             << (r.average_precision_is_lower_bound != 0 ? "at least " : "") << format_number(r.average_precision, 3)
             << "  AUROC " << format_number(r.auroc, 3) << " (against " << r.negatives
             << " places without a particle)\n";
    }
    if (scored && r.average_precision_is_lower_bound != 0) {
        text << "  the candidates were cut at a threshold; pick with --keep 0 for the whole curve\n";
    }
    text << "  offset mean " << format_number(r.offset_mean, 2) << " px ("
         << format_number(r.offset_mean * pixel_size, 1) << " A, "
         << format_number(r.offset_mean / (1.5 * diameter_pixels), 3) << " box), median "
         << format_number(r.offset_median, 2) << ", 95 % " << format_number(r.offset_95, 2) << "; mean dx "
         << format_number(r.mean_dx, 2) << ", dy " << format_number(r.mean_dy, 2) << "\n";
    return text.str();
}

} // namespace

Command evaluate_command() {
    Command command;
    command.spec = {
        "evaluate",
        "Compare picks with known particles: precision, recall, F, AP, offsets.",
        "",
        {{"--picks", Takes::many, "IN...", "what was picked: files, folders, quoted globs (required)"},
         {"--truth", Takes::many, "IN...", "known particles, same formats (required)"},
         {"--diameter", Takes::one, "A", "longest axis of the particle (required)"},
         {"--micrographs", Takes::many, "IN...",
          "their micrographs: sizes, pixel sizes and columns for --by [those of the run in --picks]"},
         {"--radius", Takes::one, "RULE",
          "how near a match must be: half-diameter, deeppicker, parsed, hydrapicker, or pixels [half-diameter]"},
         {"--window", Takes::one, "A", "DeepPicker's window, for its rule [1.2 diameters]"},
         {"--aperture", Takes::one, "A", "PARSED's aperture, for its rule [0.5 diameters]"},
         {"--threshold", Takes::one, "T", "precision, recall and offsets of the picks with this score or more [all]"},
         {"--beta", Takes::one, "B", "of F-beta [1]"},
         {"--optimal", Takes::nothing, "", "match as many as possible instead of best score first"},
         {"--by", Takes::one, "COLUMN",
          "figures for each value of a column of the micrographs' STAR (rlnDefocusU, ...); more than eight numbers "
          "are cut into four groups of equal size"},
         {"--curve", Takes::one, "FILE.csv", "write the precision-recall curve"},
         {"--json", Takes::optional, "FILE", "print the result as JSON on standard output, or write it to FILE"}},
        "A second pick on one particle is a false positive. docs/evaluation.md defines every figure."};
    command.run = [](const Arguments& arguments) -> int {
        Terminal terminal(arguments);
        arguments.required_text("--diameter");
        const double diameter = *arguments.above_zero("--diameter");
        std::vector<Pair> pairs = pairs_of(arguments, terminal);
        std::vector<std::string> groups = arguments.has("--by") ? bin_groups(pairs) : std::vector<std::string>();
        const double pixel_size = pairs.front().pixel_size; // lengths are given in pixels of the first micrograph
        auto options = libpicker::make<picker_evaluate_options>();
        options.diameter = diameter / pixel_size;
        options.window = arguments.above_zero("--window").value_or(0) / pixel_size;
        options.aperture = arguments.above_zero("--aperture").value_or(0) / pixel_size;
        options.beta = arguments.above_zero("--beta").value_or(0);
        options.optimal = arguments.has("--optimal") ? 1 : 0;
        if (const auto threshold = arguments.number("--threshold")) {
            options.has_threshold = 1;
            options.threshold = *threshold;
        }
        const std::string rule = arguments.text("--radius", "half-diameter");
        if (rule.find_first_of("0123456789") != std::string::npos) {
            options.radius = *arguments.above_zero("--radius");
        } else {
            options.radius_preset = rule.c_str();
        }
        std::vector<picker_evaluate_item> items;
        for (const Pair& pair : pairs) {
            auto item = libpicker::make<picker_evaluate_item>();
            item.predicted = pair.predicted.get();
            item.truth = pair.truth.get();
            item.width = pair.width;
            item.height = pair.height;
            item.group = pair.group.c_str();
            item.radius_scale = pixel_size / pair.pixel_size;
            items.push_back(item);
        }
        const libpicker::Evaluation evaluation(items, options);
        const double beta = options.beta > 0 ? options.beta : 1;
        const bool scored = has_scores(pairs);
        Json json = result_json(evaluation, "", pixel_size, options.diameter, scored);
        json["micrographs"] = pairs.size();
        json["diameter"] = diameter;
        json["beta"] = beta;
        std::string text = counted(static_cast<std::int64_t>(pairs.size()), "micrograph") + ": " +
                           result_text(evaluation, "", pixel_size, options.diameter, beta, scored);
        if (groups.empty()) {
            groups = evaluation.groups();
        }
        for (const std::string& group : groups) {
            if (!group.empty()) {
                json["by"][arguments.text("--by")][group] =
                    result_json(evaluation, group, pixel_size, options.diameter, scored);
                text += arguments.text("--by") + " " + group + ": " +
                        result_text(evaluation, group, pixel_size, options.diameter, beta, scored);
            }
        }
        if (const std::string file = arguments.text("--json"); !file.empty()) {
            write_file(file, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
        }
        if (arguments.has("--curve")) {
            write_file(arguments.text("--curve"), curve_csv(evaluation));
        }
        print(arguments, json, text);
        return exit_done;
    };
    return command;
}

} // namespace cli
