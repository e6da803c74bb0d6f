// picker score: score maps of micrographs, as MRC.
#include "preflight.hpp"

#include <filesystem>
#include <sstream>

namespace cli {

Command score_command() {
    Command command;
    command.spec = {
        "score",
        "Write score maps: the probability of a particle at each place, as STEM.mrc.",
        "",
        {{"--model", Takes::one, "MODEL", "a trained model, MODEL.safetensors (required)"},
         {"--micrographs", Takes::many, "IN...", "files, folders, quoted globs, a STAR list, or - (required)"},
         {"--output", Takes::one, "DIR", "folder to write to (required)"},
         {"--diameter", Takes::one, "A", "longest axis of the particle [as trained]"},
         {"--invert", Takes::nothing, "", "negate the micrographs first: light particles on a dark ground"},
         {"--head", Takes::one, "NAME", "of a model with heads (hydrapicker), the one that scores [general]"},
         {"--step", Takes::one, "N", "working pixels between the places that are scored [the model's]"},
         skip_bad_flag("they are listed last")},
        "picker pick --score-maps DIR makes picks of them without running the network again."};
    command.run = [](const Arguments& arguments) -> int {
        const std::string model_path = arguments.required_text("--model");
        const std::string output = arguments.required_text("--output");
        const double diameter = arguments.above_zero("--diameter").value_or(0);
        const int step = static_cast<int>(arguments.integer("--step", 1).value_or(0));
        const std::string head = arguments.text("--head");
        Terminal terminal(arguments);
        const libpicker::Inputs inputs = all_inputs_of(arguments, "--micrographs");
        auto check = libpicker::make<picker_preflight_options>();
        check.pixel_size = arguments.number("--pixel-size").value_or(0);
        check.diameter = diameter;
        check.output = output.c_str();
        check.write_score_maps = 1;
        const Json problems = check_run(inputs, check, arguments, terminal);
        const auto model = libpicker::Model::load(model_path);
        make_folder(output);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            std::error_code none;
            if (std::filesystem::equivalent(in_folder(output, inputs.stem(i)) + ".mrc", inputs.path(i), none)) {
                throw libpicker::Error(PICKER_INVALID_ARGUMENT, "the score map of " + inputs.path(i) +
                                                                    " would overwrite it; choose another --output");
            }
        }
        libpicker::Control control = terminal.control();
        control.progress = [](const picker_progress&) { return interrupted(); };
        Json json = {{"output", output}, {"maps", Json::array()}};
        std::ostringstream text;
        std::vector<std::string> failures;
        for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) {
            const std::string path = in_folder(output, inputs.stem(i)) + ".mrc";
            try {
                const auto micrograph = libpicker::Micrograph::read(inputs.path(i));
                auto options = libpicker::make<picker_pick_options>();
                options.diameter = diameter;
                options.step = step;
                options.invert = arguments.has("--invert") ? 1 : 0;
                options.head = head.empty() ? nullptr : head.c_str();
                options.pixel_size = pixel_size_of(arguments, inputs, i, 0);
                const auto scores = model.score(micrograph, options, control);
                scores.write(path);
                const picker_scores_info info = scores.info();
                json["maps"].push_back({{"micrograph", inputs.path(i)},
                                        {"map", path},
                                        {"width", info.width},
                                        {"height", info.height},
                                        {"origin_x", info.origin_x},
                                        {"origin_y", info.origin_y},
                                        {"step_x", info.step_x},
                                        {"step_y", info.step_y}});
                text << path << "  " << info.width << " x " << info.height << ", one value every "
                     << format_number(info.step_x, 2) << " pixels\n";
            } catch (const libpicker::Error& error) {
                if (error.status() == PICKER_CANCELLED) {
                    break;
                }
                if (error.status() == PICKER_BACKEND) {
                    throw; // no micrograph will fare better
                }
                json["maps"].push_back({{"micrograph", inputs.path(i)}, {"error", error.what()}});
                failures.push_back(error.what());
            }
            terminal.step("score", static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(inputs.size()));
        }
        terminal.finish();
        json["problems"] = problems;
        print(arguments, json, text.str());
        for (const std::string& failure : failures) {
            terminal.warning(failure);
        }
        if (interrupted()) {
            terminal.remark("cancelled: the maps that are done are kept");
            return exit_cancelled;
        }
        return failures.empty() ? exit_done : failures.size() == inputs.size() ? exit_failed : exit_partly;
    };
    return command;
}

} // namespace cli
