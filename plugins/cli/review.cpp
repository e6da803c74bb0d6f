// picker review: proposals on unseen micrographs for a person to judge, one round of DeepEM's training.
#include "command.hpp"

#include <sstream>

namespace cli {

Command review_command() {
    Command command;
    command.spec = {
        "review",
        "Propose particles on unseen micrographs for a person to judge (train --review).",
        "",
        {{"--model", Takes::one, "FILE", "a trained model (required)"},
         {"--micrographs", Takes::many, "IN...", "that no training and no round has used (required)"},
         {"--output", Takes::one, "DIR", "the round's folder (required)"},
         {"--earlier", Takes::many, "DIR...", "folders of earlier rounds: none of their micrographs may come again"},
         {"--diameter", Takes::one, "A", "longest axis of the particle, angstrom [as trained]"},
         {"--threshold", Takes::one, "T", "proposed as particles at and above this score [0.5]"},
         {"--negatives-per-positive", Takes::one, "R",
          "best-scoring places below it, proposed as non-particles, for each particle of a micrograph [1]"}},
        "DIR/positives/STEM.star and DIR/negatives/STEM.star hold the proposals. To judge them set _pickerVerdict to 1 "
        "(particle), 0 (not a particle) or -1 (undecided), or delete rows in any program: one deleted from positives "
        "is a false positive, one deleted from negatives is not used. DIR/round.json remembers what was proposed."};
    command.run = [](const Arguments& arguments) -> int {
        const std::string output = arguments.required_text("--output");
        const auto model = libpicker::Model::load(arguments.required_text("--model"));
        Terminal terminal(arguments);
        const libpicker::Inputs inputs = inputs_of(arguments, "--micrographs");
        tell_pixel_sizes(arguments, inputs, terminal);
        auto pick = libpicker::make<picker_pick_options>();
        pick.diameter = arguments.above_zero("--diameter").value_or(0);
        pick.pixel_size = arguments.number("--pixel-size").value_or(0);
        if (const auto threshold = arguments.score("--threshold")) {
            pick.has_threshold = 1;
            pick.threshold = *threshold;
        }
        auto options = libpicker::make<picker_review_options>();
        options.pick = &pick;
        options.output = output.c_str();
        const auto earlier = libpicker::detail::pointers(arguments.list("--earlier"));
        options.earlier = earlier.data();
        options.earlier_count = earlier.size();
        if (const auto negatives = arguments.zero_or_more("--negatives-per-positive")) {
            options.has_negatives = 1;
            options.negatives = *negatives;
        }
        const picker_review_report report = model.propose_review(inputs, options, terminal.control());
        terminal.finish();
        std::ostringstream text;
        text << counted(report.micrographs, "micrograph") << ": " << report.positives << " proposed particles at "
             << format_score(report.threshold) << " and above, " << report.negatives
             << " proposed non-particles below\njudge " << in_folder(output, "positives") << " and "
             << in_folder(output, "negatives") << ", then: picker train --from MODEL --review " << output << " ...\n";
        print(arguments,
              {{"output", output},
               {"micrographs", report.micrographs},
               {"positives", report.positives},
               {"negatives", report.negatives},
               {"threshold", report.threshold},
               {"diameter", report.diameter}},
              text.str());
        return exit_done;
    };
    return command;
}

} // namespace cli
