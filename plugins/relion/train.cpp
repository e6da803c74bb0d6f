// The train mode of the External job (train.hpp): one training of the library, then the model at RELION's place. Its
// own files are in picker_run: the state that Continue goes on from, and, when it is done, the model and training.json.
#include "train.hpp"

#include "arguments.hpp"
#include "chart.hpp"
#include "console.hpp"
#include "text_file.hpp"
#include "train_data.hpp"
#include "train_logfile.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

namespace relion {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* model_name = "model.safetensors";
constexpr const char* way_out =
    " (in RELION: start a new job, or add the parameter 'overwrite' without a value and use Continue)";

Json settings_of(const Parameters& parameters) {
    Json json = Json::object();
    for (const auto& [label, value] : parameters.settings()) {
        json[label] = value;
    }
    return json;
}

// What an earlier try of this job left when it was done; null where it was not.
Json read_record(const std::string& path) {
    std::ifstream in(path);
    return in ? Json::parse(in, nullptr, false) : Json();
}

void refuse_other_settings(const Json& before, const Json& now) {
    std::string differences;
    const auto differ = [&](const std::string& label, const Json& earlier, const Json& later) {
        if (earlier != later) {
            differences += (differences.empty() ? "" : ", ") + label + " " +
                           (earlier.is_null() ? "not given" : earlier.get<std::string>()) + " (now " +
                           (later.is_null() ? "not given" : later.get<std::string>()) + ")";
        }
    };
    for (const auto& [label, value] : before.items()) {
        differ(label, value, now.value(label, Json()));
    }
    for (const auto& [label, value] : now.items()) {
        if (!before.contains(label)) {
            differ(label, Json(), value);
        }
    }
    if (!differences.empty()) {
        throw libpicker::Error(PICKER_MISMATCH,
                               "this job is done, and it was with other parameters: " + differences + way_out);
    }
}

std::vector<double> curve_of(const libpicker::Model& model, const char* name) {
    std::vector<double> values;
    const Json metadata = Json::parse(model.metadata());
    const Json curve = Json::parse(metadata.at("provenance").at("curve").get<std::string>());
    for (const Json& value : curve.at(name)) {
        values.push_back(value.is_null() ? std::nan("") : value.get<double>());
    }
    return values;
}

// The files that RELION reads, from what the job keeps for itself: on Continue RELION moves its own copies away.
void publish(const Job& job, const Host& host, const Json& record) {
    const std::string kept = job.file(std::string("picker_run/") + model_name);
    const auto model = libpicker::Model::load(kept);
    TrainingSummary summary;
    summary.job = job.folder();
    summary.lines = record.at("lines").get<std::vector<std::string>>();
    summary.held_out = record.at("held_out").get<std::vector<std::string>>();
    summary.loss = curve_of(model, "loss");
    summary.validation_loss = curve_of(model, "validation-loss");
    summary.validation_accuracy = curve_of(model, "validation-accuracy");
    model.save(job.file(model_name));
    write_whole(job.file("logfile.pdf"), training_pdf(summary));
    write_output_nodes(job, host,
                       {{model_name, model_type, host.model_label}, {"logfile.pdf", log_type, host.train_log_label}});
}

libpicker::Model starting_model(const Parameters& parameters, const picker_train_options& options) {
    for (const char* label : {"architecture", "initialise_from"}) {
        if (parameters.has("from") && parameters.has(label)) {
            throw cli::UsageError(std::string("give the parameter 'from' or '") + label + "', not both");
        }
    }
    if (parameters.has("from")) {
        return libpicker::Model::load(parameters.text("from"));
    }
    parameters.required_text("diameter", "add a parameter 'diameter', the longest axis of the particle in angstrom");
    auto model = libpicker::Model::create(parameters.text("architecture", "deeppicker"),
                                          libpicker::make<picker_model_options>(), options.seed);
    if (parameters.has("initialise_from")) {
        const std::string from = parameters.text("initialise_from");
        say(counted(model.take_layers(libpicker::Model::load(from)), "layer") + " taken over from " + from);
    }
    return model;
}

std::vector<std::string> describe(const picker_train_report& report, const libpicker::Model& model,
                                  const TrainingData& data) {
    const picker_model_info info = model.info();
    const auto count = [](std::int64_t n, const char* noun) { return counted(n, noun); };
    std::vector<std::string> lines = {
        std::string(info.architecture) + ", particles of " + number_text(info.diameter) +
            " A: " + count(report.positives, "particle") + " and " + count(report.negatives, "negative") + " of " +
            count(static_cast<std::int64_t>(data.train.size()), "micrograph"),
        count(report.epochs, "epoch") + (report.stopped_early != 0 ? ", stopped early" : "") + "; the best is epoch " +
            std::to_string(report.best_epoch) + " (validation loss " + number_text(report.best_validation_loss) +
            (std::isfinite(report.best_validation_accuracy)
                 ? ", accuracy " + number_text(report.best_validation_accuracy)
                 : "") +
            ")"};
    lines.push_back("figure of merit of a pick: " + number_text(report.threshold) + " or more, " +
                    (std::isfinite(report.validation_f1)
                         ? "chosen on " +
                               count(static_cast<std::int64_t>(data.held_out.size()), "held-out micrograph") + " (F1 " +
                               number_text(report.validation_f1) + ")"
                         : "as the architecture has it: no micrograph was held out"));
    std::string left;
    const auto left_out = [&](std::int64_t number, const std::string& why) {
        left += number > 0 ? (left.empty() ? "" : ", ") + std::to_string(number) + " " + why : "";
    };
    left_out(report.outside, "too near to the border");
    left_out(report.masked, "in masked places");
    left_out(report.overlapping, "with a near neighbour");
    if (!left.empty()) {
        lines.push_back("particles left out: " + left);
    }
    if (report.prior > 0) {
        lines.push_back("share of random windows that are particles: " + number_text(report.prior));
    }
    return lines;
}

} // namespace

End train(const Job& job, const Parameters& parameters) {
    namespace fs = std::filesystem;
    picker_train_options options = train_options_of(parameters);
    const Host host = greet(job, "trains on", particles_file(parameters));
    const Json settings = settings_of(parameters);
    const std::string record_file = job.file("picker_run/training.json");
    if (const Json record = read_record(record_file); record.is_object() && !parameters.has("overwrite")) {
        refuse_other_settings(record.at("settings"), settings);
        publish(job, host, record);
        say("the training is complete; the model is " + job.file(model_name) +
            " (the parameter 'overwrite' trains anew)");
        return End::success;
    }
    std::error_code ignored;
    fs::remove(record_file, ignored);
    fs::create_directories(job.file("picker_run"), ignored);
    const std::string state = job.file("picker_run/training.state");
    options.state_file = state.c_str();
    auto model = starting_model(parameters, options);
    const TrainingData data = read_training_data(parameters);
    const auto control = control_of(job, parameters);
    auto report = libpicker::make<picker_train_report>();
    try {
        report = model.train(data.train, data.held_out.empty() ? nullptr : &data.validation, options, control);
    } catch (const libpicker::Error& error) {
        if (error.status() == PICKER_CANCELLED) {
            return cancelled_end("no epoch was done yet");
        }
        throw libpicker::Error(
            error.status(),
            error.what() + std::string(error.status() == PICKER_MISMATCH && fs::exists(state, ignored) ? way_out : ""));
    }
    if (report.resumed_after > 0) {
        say("went on after epoch " + std::to_string(report.resumed_after));
    }
    if (report.cancelled != 0) {
        return cancelled_end("what " + counted(report.epochs, "epoch") + " came to is kept");
    }
    const Json record = {
        {"settings", settings},           {"version", picker_version()},   {"lines", describe(report, model, data)},
        {"held_out", data.held_out},      {"threshold", report.threshold}, {"epochs", report.epochs},
        {"best_epoch", report.best_epoch}};
    model.save(job.file(std::string("picker_run/") + model_name));
    write_whole(record_file, record.dump(2) + "\n");
    fs::remove(state, ignored);
    publish(job, host, record);
    for (const auto& line : record.at("lines")) {
        say(line.get<std::string>());
    }
    say("the model is " + job.file(model_name));
    if (report.validation_f1 < 0.2 || report.best_validation_accuracy < 0.7) { // never true of NaN
        warn("the model has hardly learned; check the diameter, the pixel size and the coordinates");
    }
    return End::success;
}

} // namespace relion
