// Targets: what the library itself keeps: models, training states, and the folders of runs.
#include "io/atomic_file.hpp"
#include "models/model.hpp"
#include "picking/run_journal.hpp"
#include "report/run_folder.hpp"
#include "targets.hpp"
#include "training/state_file.hpp"

#include <nlohmann/json.hpp>

namespace fuzz {

// A model that is taken can be written, and is the same when it is read again.
void checkpoint(Bytes bytes) {
    const std::filesystem::path path = file("in.safetensors", bytes);
    picker::Model model;
    if (!takes(path, [&] { model = picker::load_model(path); })) {
        return;
    }
    require(model.parameters.size() == picker::parameter_count(model.spec.network), "a model has not all parameters");
    (void)picker::metadata_json(model);
    const std::filesystem::path copy = folder() / "copy.safetensors";
    picker::save_model(copy, model);
    const picker::Model again = picker::load_model(copy);
    require(picker::model_hash(again) == picker::model_hash(model), "a copy of a model is another model");
    require(again.provenance == model.provenance, "a copy of a model has another provenance");
}

void state(Bytes bytes) {
    const std::filesystem::path path = file("in.state", bytes);
    const nlohmann::ordered_json identity = {{"settings", {{"batch", 32}}}, {"data", {{"particles", "1"}}}};
    const picker::StateFile states(path, picker::StatePolicy::resume, identity);
    std::optional<picker::TrainingState> read;
    if (!takes(path, [&] { read = states.open({}); }) || !read) {
        return;
    }
    states.write(*read);
    const auto again = states.open({});
    require(again && again->parameters == read->parameters && again->memory == read->memory &&
                again->best == read->best && again->epochs.size() == read->epochs.size() &&
                again->waiting == read->waiting && again->rate == read->rate,
            "a copy of a training state differs");
}

void journal(Bytes bytes) {
    const std::filesystem::path path = file("journal.jsonl", bytes);
    const nlohmann::json settings = {{"threshold", 0.5}, {"model", "m"}};
    takes(path, [&] {
        picker::Journal journal(folder(), settings, false);
        if (const nlohmann::json* record = journal.find("m1")) {
            (void)picker::run_item(*record, path);
        }
        picker::RunItem item;
        item.stem = "m2";
        journal.append(item, nlohmann::json::array());
        const picker::Journal again(folder(), settings, false);
        require(again.find("m2") != nullptr, "a line of the journal is lost");
    });
}

void run(Bytes bytes) {
    const std::filesystem::path path = file("run.json", bytes);
    takes(path, [&] {
        const picker::RunFolder read = picker::read_run_folder(folder());
        (void)read.summary.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    });
}

} // namespace fuzz
