// picker heads: what heads a model has; one added, removed, taken out or taken over.
#include "command.hpp"

#include <algorithm>
#include <sstream>

namespace cli {
namespace {

std::string table_of(const std::vector<picker_head_info>& heads, const picker_model_info& info) {
    std::ostringstream text;
    const auto row = [&](const std::string& name, double threshold, double diameter) {
        std::string padded = name;
        padded.resize(std::max<std::size_t>(padded.size() + 1, 24), ' ');
        text << "  " << padded << "threshold " << format_score(threshold);
        if (diameter > 0) {
            text << ", particles of " << format_number(diameter, 1) << " A";
        }
        text << "\n";
    };
    row("general", info.threshold, info.diameter);
    for (const picker_head_info& head : heads) {
        row(head.name, head.threshold, head.diameter);
    }
    return text.str();
}

} // namespace

Json heads_json(const std::vector<picker_head_info>& heads) {
    Json json = Json::array();
    for (const picker_head_info& head : heads) {
        json.push_back({{"name", head.name}, {"threshold", head.threshold}, {"diameter", head.diameter}});
    }
    return json;
}

Command heads_command() {
    Command command;
    command.spec = {
        "heads",
        "List the heads of a model, or add, remove, export or import one.",
        "MODEL.safetensors",
        {{"--add", Takes::one, "NAME", "a head that equals the general one"},
         {"--remove", Takes::one, "NAME", "take a head away"},
         {"--export", Takes::one, "NAME", "a model with this head alone (general too), as its general one"},
         {"--import", Takes::one, "OTHER", "take the general head of another model over, which has the same body ..."},
         {"--name", Takes::one, "NAME", "... under this name"},
         {"--output", Takes::one, "FILE", "the changed model, or the exported one; MODEL stays as it is"}},
        "A model of hydrapicker has one general head, for particles that it has never seen, and one for each set that "
        "it was trained on (picker train --heads, --head). picker pick --head NAME picks with one of them."};
    command.run = [](const Arguments& arguments) -> int {
        if (arguments.positional().size() != 1) {
            throw UsageError("picker heads: give one MODEL.safetensors");
        }
        arguments.not_together("--add", {"--remove", "--export", "--import"});
        arguments.not_together("--remove", {"--export", "--import"});
        arguments.not_together("--export", {"--import"});
        const bool changes = arguments.has("--add") || arguments.has("--remove") || arguments.has("--export") ||
                             arguments.has("--import");
        if (changes != arguments.has("--output") || arguments.has("--name") != arguments.has("--import")) {
            throw UsageError("picker heads: --add, --remove, --export and --import need --output, which needs one of "
                             "them; --import needs --name");
        }
        const std::string path = arguments.positional()[0];
        auto model = libpicker::Model::load(path);
        const std::string output = arguments.text("--output");
        if (changes) {
            prepare_output(output);
        }
        if (arguments.has("--add")) {
            model.add_head(arguments.text("--add"));
        } else if (arguments.has("--remove")) {
            model.remove_head(arguments.text("--remove"));
        } else if (arguments.has("--export")) {
            model = model.export_head(arguments.text("--export"));
        } else if (arguments.has("--import")) {
            model.import_head(arguments.text("--name"), libpicker::Model::load(arguments.text("--import")), "general");
        }
        if (changes) {
            model.save(output);
        }
        const picker_model_info info = model.info();
        const Json general = {{"threshold", info.threshold}, {"diameter", info.diameter}};
        const Json json = {
            {"model", changes ? output : path}, {"general", general}, {"heads", heads_json(model.heads())}};
        print(arguments, json, (changes ? output : path) + "\n" + table_of(model.heads(), info));
        return exit_done;
    };
    return command;
}

} // namespace cli
