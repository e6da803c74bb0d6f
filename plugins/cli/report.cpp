// picker report: the report of a pick run as one HTML page.
#include "command.hpp"

#include <sstream>

namespace cli {
namespace {

std::string size_text(std::int64_t bytes) {
    const double megabytes = static_cast<double>(bytes) / 1e6;
    return megabytes < 0.1 ? format_number(megabytes * 1e3, 0) + " kB" : format_number(megabytes, 1) + " MB";
}

} // namespace

Command report_command() {
    Command command;
    command.spec = {
        "report",
        "Write the report of a run: one HTML page with plots, pictures, a live threshold.",
        "DIR",
        {{"--output", Takes::one, "FILE", "the page [DIR/report.html]"},
         {"--title", Takes::one, "TEXT", "what stands above it [the folder's name]"},
         {"--picture-size", Takes::one, "PX",
          "longest edge of every micrograph's picture [by their number, so that a page stays near 20 MB at most]"},
         {"--png", Takes::nothing, "",
          "the plots for papers too: NAME-scores.png, -counts, -run and -gallery beside the page"},
         {"--pdf", Takes::nothing, "", "the same as NAME.pdf, a page each"}},
        "DIR is the output folder of picker pick. The page is one file and needs no network. Its slider reaches down "
        "to "
        "what the run kept: pick with --keep 0 to see all candidates. Picks that are added, removed or marked good or "
        "bad in it are exported as STAR or CSV for picker train --picks and --negatives."};
    command.run = [](const Arguments& arguments) -> int {
        if (arguments.positional().size() != 1) {
            throw UsageError("picker report: give one folder, the output of picker pick");
        }
        const std::string folder = arguments.positional().front();
        const std::string output = arguments.text("--output", in_folder(folder, "report.html"));
        const std::string title = arguments.text("--title");
        auto options = libpicker::make<picker_report_options>();
        options.output = output.c_str();
        options.title = title.c_str();
        options.picture_side = static_cast<std::int32_t>(arguments.integer("--picture-size", 16, 4096).value_or(0));
        options.png = arguments.has("--png") ? 1 : 0;
        options.pdf = arguments.has("--pdf") ? 1 : 0;
        if (arguments.has("--output")) {
            prepare_output(output);
        }
        Terminal terminal(arguments);
        terminal.hold_warnings();
        const picker_report_summary summary = libpicker::write_report(folder, options, terminal.control());
        terminal.finish();
        std::ostringstream text;
        text << counted(summary.picks, "pick") << " on " << counted(summary.micrographs, "micrograph") << " (score "
             << format_score(summary.threshold) << " or more)\nreport " << output << " (" << size_text(summary.bytes)
             << ")\n";
        print(arguments,
              {{"output", output},
               {"micrographs", summary.micrographs},
               {"failed", summary.failed},
               {"pictures", summary.pictures},
               {"without_picture", summary.without_picture},
               {"picks", summary.picks},
               {"rows", summary.rows},
               {"threshold", summary.threshold},
               {"diameter", summary.diameter},
               {"bytes", summary.bytes}},
              text.str());
        terminal.release_warnings();
        return exit_done;
    };
    return command;
}

} // namespace cli
