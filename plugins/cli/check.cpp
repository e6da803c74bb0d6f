// picker check: whether picks stand in the frame of their micrographs.
#include "command.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>

namespace cli {
namespace {

constexpr std::size_t most_images = 10; // that are searched for particles where no reference is given

// The micrographs of both sides, with picks and reference positions for each.
struct Sides {
    std::vector<libpicker::Picks> picks, reference;
    std::vector<picker_check_item> items;
};

// The images that were picked, where they are not those of the reference.
struct PickedOn {
    libpicker::Inputs inputs = libpicker::Inputs::from_names({});
    std::vector<std::optional<std::size_t>> partners; // of each micrograph of the reference
};

// Which micrograph an image of --picked-on shows the field of is picker_inputs_pair's rule. What has no partner is told
// of and left out: of many micrographs, only some may have been picked.
PickedOn picked_on(const Arguments& arguments, const libpicker::Inputs& micrographs, Terminal& terminal) {
    PickedOn picked;
    picked.partners.resize(micrographs.size());
    if (!arguments.has("--picked-on")) {
        if (arguments.has("--pairs")) {
            throw UsageError("picker check: --pairs says which image of --picked-on belongs to which; give --picked-on "
                             "too");
        }
        return picked;
    }
    picked.inputs = inputs_of(arguments, "--picked-on");
    std::vector<std::string> alone;
    std::string reason;
    for (std::size_t k = 0; k < picked.inputs.size(); ++k) {
        try {
            libpicker::Inputs image = libpicker::Inputs::from_names({picked.inputs.name(k)});
            std::optional<std::size_t>& partner =
                picked.partners[image.pair(micrographs, arguments.text("--pairs")).front()];
            if (partner) {
                throw UsageError("picker check: " + picked.inputs.name(*partner) + " and " + picked.inputs.name(k) +
                                 " may both show the field of one micrograph; say which does in a table of pairs "
                                 "(--pairs), or leave one out of --picked-on");
            }
            partner = k;
        } catch (const libpicker::Error& error) {
            if (error.status() != PICKER_MISMATCH) {
                throw;
            }
            alone.push_back(picked.inputs.name(k));
            reason = error.what();
        }
    }
    if (alone.size() == picked.inputs.size()) {
        throw libpicker::Error(PICKER_MISMATCH, reason);
    }
    remark_names(terminal, alone, "images of --picked-on left out, since they show none of the micrographs");
    std::vector<std::string> without;
    for (std::size_t i = 0; i < micrographs.size(); ++i) {
        if (!picked.partners[i]) {
            without.push_back(micrographs.name(i));
        }
    }
    remark_names(terminal, without, "micrographs that --picked-on does not have; their size is taken from the scale");
    return picked;
}

// The picks of each micrograph: under the name of the image that was picked, or under its own.
std::vector<std::optional<libpicker::Picks>> picks_of(const Arguments& arguments, libpicker::Inputs& micrographs,
                                                      PickedOn& picked, Terminal& terminal) {
    const std::vector<std::string> patterns = expand_standard_input(arguments.list("--picks"));
    micrographs.match_picks(patterns);
    std::vector<std::string> unmatched = micrographs.unmatched();
    if (picked.inputs.size() > 0) {
        picked.inputs.match_picks(patterns);
        const std::vector<std::string> others = picked.inputs.unmatched();
        unmatched.erase(std::remove_if(unmatched.begin(), unmatched.end(),
                                       [&](const std::string& name) {
                                           return std::find(others.begin(), others.end(), name) == others.end();
                                       }),
                        unmatched.end());
    }
    remark_names(terminal, unmatched, "picks left out, since they are of none of the micrographs");
    std::vector<std::optional<libpicker::Picks>> picks(micrographs.size());
    for (std::size_t i = 0; i < micrographs.size(); ++i) {
        if (const auto partner = picked.partners[i]; partner && picked.inputs.has_picks(*partner)) {
            picks[i] = picked.inputs.picks(*partner);
        } else if (micrographs.has_picks(i)) {
            picks[i] = micrographs.picks(i);
        }
    }
    return picks;
}

// Reference positions of each micrograph that has picks: those given, or those that the installed model finds in the
// image, whose frame is the image's own.
std::vector<std::optional<libpicker::Picks>> reference_of(const Arguments& arguments, libpicker::Inputs& micrographs,
                                                          const std::vector<std::optional<libpicker::Picks>>& picks,
                                                          Terminal& terminal) {
    std::vector<std::optional<libpicker::Picks>> reference(micrographs.size());
    if (arguments.has("--reference")) {
        micrographs.match_picks(expand_standard_input(arguments.list("--reference")));
        tell_unmatched(micrographs, "reference positions", terminal);
        for (std::size_t i = 0; i < micrographs.size(); ++i) {
            if (micrographs.has_picks(i)) {
                reference[i] = micrographs.picks(i);
            }
        }
        return reference;
    }
    const libpicker::Model model = libpicker::Model::load("general");
    libpicker::Control control = terminal.control();
    control.progress = [](const picker_progress&) { return interrupted(); };
    auto options = libpicker::make<picker_pick_options>();
    options.diameter = *arguments.above_zero("--diameter");
    std::size_t done = 0;
    for (std::size_t i = 0; i < micrographs.size() && done < most_images; ++i) {
        if (picks[i]) {
            const libpicker::Micrograph image = libpicker::Micrograph::read(micrographs.path(i));
            options.pixel_size = required_pixel_size(arguments, micrographs, i, image.info().pixel_size);
            reference[i] = model.pick(image, options, control);
            ++done;
        }
    }
    terminal.remark("note: the reference positions are those that the model 'general' finds in " +
                    counted(static_cast<std::int64_t>(done), "image"));
    return reference;
}

Sides sides_of(const Arguments& arguments, Terminal& terminal) {
    libpicker::Inputs inputs = inputs_of(arguments, "--micrographs");
    PickedOn picked = picked_on(arguments, inputs, terminal);
    auto picks = picks_of(arguments, inputs, picked, terminal);
    auto reference = reference_of(arguments, inputs, picks, terminal);
    Sides sides;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!reference[i] || !picks[i]) {
            continue;
        }
        sides.picks.push_back(std::move(*picks[i]));
        sides.reference.push_back(std::move(*reference[i]));
        auto item = libpicker::make<picker_check_item>();
        item.picks = sides.picks.back().get();
        item.reference = sides.reference.back().get();
        const picker_micrograph_info info = header_of(inputs.path(i));
        item.width = info.width;
        item.height = info.height;
        if (picked.partners[i]) {
            const picker_micrograph_info image = header_of(picked.inputs.path(*picked.partners[i]));
            item.picks_width = image.width;
            item.picks_height = image.height;
        }
        sides.items.push_back(item);
    }
    if (sides.items.empty()) {
        throw libpicker::Error(PICKER_NOT_FOUND,
                               "none of the " + std::to_string(inputs.size()) + " micrographs has " +
                                   (arguments.has("--reference") ? "both --picks and --reference" : "--picks") +
                                   "; rename them: files are matched by name without folder and extension");
    }
    return sides;
}

// What the frame means for a person who has to put it right.
std::string description(const picker_check_result& result) {
    static const std::map<std::string, std::string> words = {
        {"identity", ""},
        {"flip-x", "mirrored left to right"},
        {"flip-y", "mirrored top to bottom: rows counted from the other end"},
        {"rotate-180", "turned by 180 degrees"},
        {"transpose", "x and y exchanged"},
        {"rotate-90", "turned by 90 degrees, (x, y) to (height - 1 - y, x)"},
        {"rotate-270", "turned by 90 degrees, (x, y) to (y, width - 1 - x)"},
        {"anti-transpose", "x and y exchanged, and turned by 180 degrees"}};
    const auto found = words.find(result.name);
    std::string text = found == words.end() ? result.name : found->second;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
    if (std::abs(result.scale - 1) > 1e-6) {
        add("coordinates of another size: times " + format_number(result.scale, 4));
    }
    if (result.shift != PICKER_SHIFT_NONE) {
        add("shifted by " + format_number(result.dx, 1) + ", " + format_number(result.dy, 1) + " pixels" +
            (result.shift == PICKER_SHIFT_HALF_BOX ? ", half a box: corners taken for centres, or the other way round"
                                                   : ""));
    }
    return text;
}

// The command that puts it right, where there is one.
std::string repair(const picker_check_result& result) {
    const bool moved = std::abs(result.scale - 1) > 1e-6 || result.shift != PICKER_SHIFT_NONE;
    if (std::string(result.name) == "flip-y" && !moved) {
        return "  picker convert --flip-y writes them so\n";
    }
    if (std::string(result.name) == "identity" && result.shift == PICKER_SHIFT_NONE) {
        return "  picker convert --map-to writes them for the micrographs of the reference\n";
    }
    return "";
}

std::string answer_text(const picker_check_result& result, std::size_t micrographs) {
    std::ostringstream text;
    text << counted(static_cast<std::int64_t>(micrographs), "micrograph") << ", " << counted(result.picks, "pick")
         << ", " << counted(result.reference, "reference position") << ": ";
    if (result.verdict == PICKER_CHECK_NOTHING) {
        text << "nothing fits (certainty " << format_number(result.certainty, 3)
             << ")\n  no flip, transpose, binning or shift lays the picks on the reference positions; they may be of "
                "other micrographs\n";
        return text.str();
    }
    const std::string what = description(result);
    if (result.verdict == PICKER_CHECK_AMBIGUOUS) {
        text << "ambiguous\n  the positions are symmetric: " << result.name << " fits, and so "
             << (std::string(result.others).find(',') == std::string::npos ? "does " : "do ")
             << (result.others[0] != '\0' ? result.others : "the same with another scale or shift")
             << "; give more micrographs\n";
    } else if (result.as_given != 0) {
        text << "the picks fit as they stand (certainty " << format_number(result.certainty, 3) << ")\n";
    } else {
        const bool only_moved = std::string(result.name) == "identity";
        text << "the picks do not fit as they stand, but "
             << (only_moved ? "once they are scaled or shifted" : std::string("by ") + result.name) << " (certainty "
             << format_number(result.certainty, 3) << ")\n  from the picks to the reference: " << what << "\n"
             << repair(result);
    }
    text << "  " << result.matched << " matched within " << format_number(result.radius, 1) << " pixels, "
         << format_number(result.expected, 1) << " would be by chance\n";
    return text.str();
}

Json answer_json(const picker_check_result& result, std::size_t micrographs) {
    const char* const verdicts[] = {"nothing", "fits", "ambiguous"};
    const char* const shifts[] = {"none", "half-box", "other"};
    Json json = {{"verdict", verdicts[result.verdict]},
                 {"as_given", result.as_given != 0},
                 {"certainty", json_number(result.certainty)},
                 {"micrographs", micrographs},
                 {"picks", result.picks},
                 {"reference", result.reference},
                 {"radius", result.radius}};
    if (result.verdict != PICKER_CHECK_NOTHING) {
        json["frame"] = {{"name", result.name},
                         {"transpose", result.transpose != 0},
                         {"flip_x", result.flip_x != 0},
                         {"flip_y", result.flip_y != 0},
                         {"scale", result.scale},
                         {"shift", shifts[result.shift]},
                         {"dx", result.dx},
                         {"dy", result.dy}};
        json["matched"] = result.matched;
        json["expected"] = result.expected;
        json["others"] = Json::array();
        std::istringstream others(result.others);
        for (std::string name; std::getline(others >> std::ws, name, ',');) {
            json["others"].push_back(name);
        }
    }
    return json;
}

} // namespace

Command check_command() {
    Command command;
    command.spec = {
        "check",
        "Check that picks stand in the frame of their micrographs: flips, scale, shift.",
        "",
        {{"--picks", Takes::many, "IN...", "the picks in question: files, folders, quoted globs (required)"},
         {"--reference", Takes::many, "IN...",
          "positions that stand right: known particles or other picks, same formats; none: what the installed model "
          "finds in the images (the first 10 that have picks), of --diameter"},
         {"--diameter", Takes::one, "A", "without --reference: the particle's longest axis"},
         {"--micrographs", Takes::many, "IN...",
          "the micrographs of the reference, for their sizes and, without --reference, their particles (required)"},
         {"--picked-on", Takes::many, "IN...",
          "the micrographs that were picked, where they are others (binned, denoised), for their sizes"},
         {"--pairs", Takes::one, "FILE.csv",
          "with the line picked,target first: an image of --picked-on and its micrograph [by name: the same, or "
          "longer]"},
         {"--box-size", Takes::one, "PX", "of the picks, in their pixels, to know half a box by [that of the boxes]"},
         {"--radius", Takes::one, "PX", "of a match, in pixels [a quarter of the distance between neighbours]"},
         {"--json", Takes::optional, "FILE", "print the result as JSON on standard output, or write it to FILE"}},
        "Tests the eight flips and transposes, binnings by whole numbers and the ratio of the micrographs' sizes, and "
        "shifts. Exit code 0 where the picks fit as they stand, 3 where not; the text says what fits."};
    command.run = [](const Arguments& arguments) -> int {
        Terminal terminal(arguments);
        arguments.required_text("--picks");
        arguments.required_text("--micrographs");
        if (!arguments.has("--reference") && !arguments.has("--diameter")) {
            throw UsageError("picker check: give --reference, positions that stand right, or --diameter A to have the "
                             "particles looked for in the images");
        }
        arguments.above_zero("--diameter");
        auto options = libpicker::make<picker_check_options>();
        options.box_size = arguments.above_zero("--box-size").value_or(0);
        options.radius = arguments.above_zero("--radius").value_or(0);
        const Sides sides = sides_of(arguments, terminal);
        const picker_check_result result = libpicker::check_frame(sides.items, options);
        const Json json = answer_json(result, sides.items.size());
        if (const std::string file = arguments.text("--json"); !file.empty()) {
            write_file(file, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
        }
        print(arguments, json, answer_text(result, sides.items.size()));
        return result.as_given != 0 ? exit_done : exit_partly;
    };
    return command;
}

} // namespace cli
