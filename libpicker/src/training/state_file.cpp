// Training states on disk (state_file.hpp): tensors "parameters", "velocity" and "best"; identity, history and counters
// as JSON in the metadata, where a number that is none is null.
#include "training/state_file.hpp"

#include "core/error.hpp"
#include "core/json_text.hpp"
#include "io/atomic_file.hpp"
#include "io/file_reader.hpp"
#include "models/safetensors.hpp"
#include "models/spec_json.hpp"
#include "version.hpp"

#include <array>
#include <cmath>
#include <string>

namespace picker {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char *key_format = "picker.training-state", *key_identity = "picker.identity",
                     *key_progress = "picker.progress", *key_version = "picker.version";
constexpr const char* format_version = "1";
constexpr std::array tensor_names = {"parameters", "velocity", "best"};

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

double number_of(const Json& value) {
    return value.is_null() ? std::nan("") : value.get<double>();
}

Json progress_of(const TrainingState& state) {
    Json epochs = Json::array();
    for (const EpochReport& epoch : state.epochs) {
        epochs.push_back({number(epoch.loss), number(epoch.validation_loss), number(epoch.validation_accuracy),
                          epoch.learning_rate, epoch.seconds});
    }
    return {{"best_epoch", state.best_epoch},
            {"best_loss", number(state.best_loss)},
            {"best_accuracy", number(state.best_accuracy)},
            {"rate", state.rate},
            {"waiting", state.waiting},
            {"waiting_at_rate", state.waiting_at_rate},
            {"finished", state.finished},
            {"stopped_early", state.stopped_early},
            {"epochs", epochs}};
}

void read_progress(TrainingState& state, const Json& json) {
    state.best_epoch = whole_of<int>(json.at("best_epoch"));
    state.best_loss = number_of(json.at("best_loss"));
    state.best_accuracy = number_of(json.at("best_accuracy"));
    state.rate = json.at("rate").get<double>();
    state.waiting = whole_of<int>(json.at("waiting"));
    state.waiting_at_rate = whole_of<int>(json.at("waiting_at_rate"));
    state.finished = json.at("finished").get<bool>();
    state.stopped_early = json.at("stopped_early").get<bool>();
    for (const Json& epoch : json.at("epochs")) {
        EpochReport entry;
        entry.epoch = static_cast<int>(state.epochs.size()) + 1;
        entry.loss = number_of(epoch.at(0));
        entry.validation_loss = number_of(epoch.at(1));
        entry.validation_accuracy = number_of(epoch.at(2));
        entry.learning_rate = epoch.at(3).get<double>();
        entry.seconds = epoch.at(4).get<double>();
        state.epochs.push_back(entry);
    }
}

// "batch 32 (now 64), seed 0 (now 1)": settings that differ, or are in one of the two only.
std::string differing_settings(const Json& before, const Json& now) {
    std::string out;
    Json all = before;
    all.update(now);
    for (const auto& [key, unused] : all.items()) {
        const std::string was = before.contains(key) ? before[key].dump() : "not set";
        const std::string is = now.contains(key) ? now[key].dump() : "not set";
        if (was != is) {
            out += (out.empty() ? "" : ", ") + key + " " + was + " (now " + is + ")";
        }
    }
    return out;
}

// "training micrographs, training particles"
std::string differing_data(const Json& before, const Json& now) {
    std::string out;
    for (const auto& [key, value] : now.items()) {
        if (!before.contains(key) || before[key] != value) {
            out += (out.empty() ? "" : ", ") + key;
        }
    }
    return out;
}

void check_identity(const Json& before, const Json& now, const std::string& file) {
    const std::string settings = differing_settings(before.at("settings"), now.at("settings"));
    const std::string data = differing_data(before.at("data"), now.at("data"));
    if (!settings.empty() || !data.empty()) {
        fail(Status::mismatch, "cannot go on with the training in ", file, ", which was started otherwise: ", settings,
             settings.empty() || data.empty() ? "" : "; ", data.empty() ? "" : "other ", data,
             "; give what it was started with, or start anew (--overwrite)");
    }
}

std::string entry(const std::map<std::string, std::string>& metadata, const char* key, const std::string& file) {
    const auto found = metadata.find(key);
    if (found == metadata.end()) {
        fail(Status::bad_file, file, " is not the state of a training (no \"", key,
             "\" in its metadata); remove it, or name another file");
    }
    return found->second;
}

} // namespace

std::optional<TrainingState> StateFile::open(const Control& control) const {
    std::error_code ignored;
    if (path_.empty() || policy_ == StatePolicy::overwrite || !std::filesystem::exists(path_, ignored)) {
        return std::nullopt;
    }
    const std::string name = path_.string();
    const FileReader file(path_);
    const SafetensorsHeader header = read_safetensors_header(file);
    if (entry(header.metadata, key_format, name) != format_version) {
        fail(Status::unsupported, name, " was written by a newer version of the library; update this one");
    }
    TrainingState state;
    Json identity;
    try {
        identity = parse_json(entry(header.metadata, key_identity, name), 8, name);
        read_progress(state, parse_json(entry(header.metadata, key_progress, name), 8, name));
        if (policy_ == StatePolicy::refuse) {
            fail(Status::mismatch, name, " holds a training that is not finished (", state.epochs.size(),
                 " epochs done); go on with it (--resume) or start anew (--overwrite)");
        }
        check_identity(identity, identity_, name);
    } catch (const nlohmann::json::exception& error) {
        fail(Status::bad_file, name, " holds a damaged training state (", error.what(), "); start anew (--overwrite)");
    }
    const std::array targets = {&state.parameters, &state.memory, &state.best};
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (header.tensors.size() != targets.size() || header.tensors[i].name != tensor_names[i] ||
            (i != 1 && header.tensors[i].count() != header.tensors[0].count())) {
            fail(Status::bad_file, name, " holds a damaged training state: its tensors are not those of one; ",
                 "start anew (--overwrite)");
        }
        targets[i]->resize(header.tensors[i].count());
        read_tensor(file, header, header.tensors[i], *targets[i]);
    }
    if (entry(header.metadata, key_version, name) != PICKER_VERSION_STRING) {
        control.warn(text(name, " was written by version ", entry(header.metadata, key_version, name),
                          "; the last digits may differ from an uninterrupted training"));
    }
    return state;
}

void StateFile::write(const TrainingState& state) const {
    if (path_.empty()) {
        return;
    }
    const auto count = [](const std::vector<float>& values) { return static_cast<int>(values.size()); };
    const std::string bytes = write_safetensors({{tensor_names[0], {count(state.parameters)}, state.parameters},
                                                 {tensor_names[1], {count(state.memory)}, state.memory},
                                                 {tensor_names[2], {count(state.best)}, state.best}},
                                                {{key_format, format_version},
                                                 {key_version, PICKER_VERSION_STRING},
                                                 {key_identity, identity_.dump()},
                                                 {key_progress, progress_of(state).dump()}});
    write_whole(path_, bytes);
}

} // namespace picker
