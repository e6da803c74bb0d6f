// picker models: the architectures, and what a checkpoint is.
#include "command.hpp"

#include <algorithm>
#include <sstream>

namespace cli {
namespace {

Json architecture_json(int index) {
    return {{"name", picker_architecture_name(index)},
            {"parameters", picker_architecture_parameters(index)},
            {"summary", picker_architecture_summary(index)},
            {"source", picker_architecture_source(index)}};
}

int list_architectures(const Arguments& arguments) {
    Json json = {{"architectures", Json::array()}};
    std::ostringstream text;
    text << "Architectures (picker train --architecture NAME):\n";
    for (int i = 0; i < picker_architecture_count(); ++i) {
        json["architectures"].push_back(architecture_json(i));
        std::string name = picker_architecture_name(i);
        name.resize(std::max<std::size_t>(name.size() + 1, 20), ' ');
        text << "  " << name << picker_architecture_parameters(i) << " parameters. " << picker_architecture_summary(i)
             << "\n"
             << std::string(20, ' ') << "Source: " << picker_architecture_source(i) << "\n";
    }
    json["weights"] = Json::array();
    text << "\nTrained models that are installed (picker pick --model NAME):\n";
    for (int i = 0; i < picker_shipped_model_count(); ++i) {
        json["weights"].push_back(
            {{"name", picker_shipped_model_name(i)}, {"summary", picker_shipped_model_summary(i)}});
        std::string name = picker_shipped_model_name(i);
        name.resize(std::max<std::size_t>(name.size() + 1, 20), ' ');
        text << "  " << name << picker_shipped_model_summary(i) << "\n";
    }
    text << "\npicker models NAME or FILE.safetensors describes one of them, or one of yours.\n";
    print(arguments, json, text.str());
    return exit_done;
}

} // namespace

Command models_command() {
    Command command;
    command.spec = {"models", "List the architectures, or describe trained models.", "[MODEL.safetensors...]", {}, ""};
    command.run = [](const Arguments& arguments) -> int {
        if (arguments.positional().empty()) {
            return list_architectures(arguments);
        }
        Json json = {{"models", Json::array()}};
        std::ostringstream text;
        for (const std::string& path : arguments.positional()) {
            const auto model = libpicker::Model::load(path);
            const picker_model_info info = model.info();
            const auto heads = model.heads();
            json["models"].push_back({{"path", path},
                                      {"architecture", info.architecture},
                                      {"parameters", info.parameters},
                                      {"trained", info.trained != 0},
                                      {"diameter", info.diameter},
                                      {"pixel_size", info.pixel_size},
                                      {"threshold", info.threshold},
                                      {"hash", info.hash},
                                      {"heads", heads_json(heads)},
                                      {"metadata", Json::parse(model.metadata())}});
            text << path << "\n  architecture  " << info.architecture << ", " << info.parameters << " parameters\n";
            if (info.trained != 0) {
                text << "  trained on    particles of " << format_number(info.diameter, 1) << " A at "
                     << format_number(info.pixel_size, 3) << " A per pixel\n  threshold     "
                     << format_score(info.threshold) << "\n";
            } else {
                text << "  not trained\n";
            }
            text << "  hash          " << info.hash << "\n";
            if (!heads.empty()) {
                text << "  heads         general";
                for (const picker_head_info& head : heads) {
                    text << ", " << head.name;
                }
                text << "\n";
            }
        }
        print(arguments, json, text.str());
        return exit_done;
    };
    return command;
}

} // namespace cli
