// picker diameter: a diameter proposed from a few micrographs, with the curve that it comes from.
#include "preflight.hpp"

#include <limits>
#include <sstream>

namespace cli {
namespace {

// A line for each diameter, the support as a bar too.
std::string table(const std::vector<picker_diameter_step>& curve) {
    constexpr double widest = 40;
    double most = 0;
    for (const picker_diameter_step& step : curve) {
        most = std::max(most, step.support);
    }
    std::ostringstream text;
    text << "diameter (A)    picks  promised   support\n";
    for (const picker_diameter_step& step : curve) {
        const auto bar = static_cast<std::size_t>(most > 0 ? widest * step.support / most + 0.5 : 0);
        text << right_aligned(format_number(step.diameter, 0), 12) << right_aligned(format_number(step.picks, 0), 9)
             << right_aligned(format_number(step.promised, 1), 10) << right_aligned(format_number(step.support, 1), 10)
             << (bar > 0 ? "  " + std::string(bar, '#') : "") << "\n";
    }
    return text.str();
}

Json result_json(const picker_diameter_summary& summary, const libpicker::Diameter& found) {
    Json json = {{"diameter", summary.diameter}, {"low", summary.low},
                 {"high", summary.high},         {"confidence", summary.confidence},
                 {"sure", summary.sure != 0},    {"doubt", summary.doubt},
                 {"text", summary.text},         {"micrographs", Json::array()},
                 {"curve", Json::array()}};
    for (const auto& [name, own] : found.micrographs()) {
        json["micrographs"].push_back({{"micrograph", name}, {"diameter", own}});
    }
    for (const picker_diameter_step& step : found.curve()) {
        json["curve"].push_back({{"diameter", step.diameter},
                                 {"picks", step.picks},
                                 {"promised", step.promised},
                                 {"support", step.support}});
    }
    return json;
}

} // namespace

Command diameter_command() {
    Command command;
    command.spec = {
        "diameter",
        "Propose the particle's diameter from a few micrographs, and say how sure it is.",
        "",
        {{"--micrographs", Takes::many, "IN...", "files, folders, quoted globs, a STAR list, or - (required)"},
         {"--model", Takes::one, "MODEL", "a model whose scores are probabilities [general]"},
         {"--count", Takes::one, "N", "micrographs to look at, spread over all [3]"},
         {"--smallest", Takes::one, "A", "of the diameters tried [50, and at least 6 pixels]"},
         {"--largest", Takes::one, "A", "of the diameters tried [1000, and at most a quarter of an edge]"},
         {"--invert", Takes::nothing, "", "negate the micrographs first: light particles on a dark ground"}},
        "The model picks at each diameter. Promised are the particles that the probabilities of its picks add up to; "
        "the support is promised^2 / picks, and the proposal lies where it is largest. Exit code 1 where it is not to "
        "be "
        "relied on. picker pick --diameter auto does the same for its own micrographs."};
    command.run = [](const Arguments& arguments) -> int {
        auto options = libpicker::make<picker_diameter_options>();
        options.smallest = arguments.above_zero("--smallest").value_or(0);
        options.largest = arguments.above_zero("--largest").value_or(0);
        options.pixel_size = arguments.number("--pixel-size").value_or(0);
        options.micrographs = static_cast<std::int32_t>(
            arguments.integer("--count", 1, std::numeric_limits<std::int32_t>::max()).value_or(0));
        options.invert = arguments.has("--invert") ? 1 : 0;
        Terminal terminal(arguments);
        const libpicker::Inputs inputs = inputs_of(arguments, "--micrographs");
        const auto model = libpicker::Model::load(arguments.text("--model", "general"));
        const libpicker::Diameter found(model, inputs, options, terminal.control());
        terminal.finish();
        const picker_diameter_summary summary = found.summary();
        const std::int64_t wanted = options.micrographs > 0 ? options.micrographs : 3;
        if (summary.micrographs < wanted) {
            terminal.remark("note: only " + counted(summary.micrographs, "micrograph") + " to look at, of " +
                            std::to_string(wanted) + " asked for");
        }
        print(arguments, result_json(summary, found), table(found.curve()) + summary.text + "\n");
        return summary.sure != 0 ? exit_done : exit_failed;
    };
    return command;
}

} // namespace cli
