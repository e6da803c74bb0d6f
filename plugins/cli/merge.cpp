// picker merge: several pick sets as one, micrograph by micrograph.
#include "command.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace cli {
namespace {

// The rule that the flags name; `sets` is how many a particle must be in.
picker_merge_options rule_of(const Arguments& arguments, std::size_t count) {
    const std::vector<std::string> flags = {"--union", "--intersection", "--subtract", "--consensus"};
    std::vector<std::string> given;
    std::copy_if(flags.begin(), flags.end(), std::back_inserter(given),
                 [&](const std::string& flag) { return arguments.has(flag); });
    if (given.size() != 1) {
        throw UsageError(given.empty()
                             ? "picker merge: give one of --union, --intersection, --subtract, --consensus K"
                             : "picker merge: " + given[0] + " and " + given[1] + " cannot both be; give one");
    }
    auto options = libpicker::make<picker_merge_options>();
    options.rule = static_cast<std::int32_t>(std::find(flags.begin(), flags.end(), given[0]) - flags.begin());
    if (options.rule == PICKER_MERGE_CONSENSUS) {
        options.sets = static_cast<std::int32_t>(*arguments.integer("--consensus", 1));
        if (options.sets > static_cast<std::int32_t>(count)) {
            throw UsageError("picker merge: --consensus " + arguments.text("--consensus") + ", but only " +
                             counted(static_cast<std::int64_t>(count), "pick set") + " given");
        }
    }
    return options;
}

// What a set is called in the result: the last part of its path, numbered where two would be called alike.
std::vector<std::string> names_of(const std::vector<std::string>& sets) {
    std::vector<std::string> names;
    for (const std::string& set : sets) {
        std::filesystem::path path(set);
        while (path.filename().empty() && path.has_parent_path()) {
            path = path.parent_path();
        }
        std::string name = std::filesystem::is_directory(path) ? path.filename().string() : path.stem().string();
        std::replace_if(
            name.begin(), name.end(), [](char c) { return c == ' ' || c == '\t' || c == '+'; }, '_');
        const std::string first = name;
        for (int i = 2; std::find(names.begin(), names.end(), name) != names.end(); ++i) {
            name = first + "-" + std::to_string(i);
        }
        names.push_back(name);
    }
    return names;
}

// The micrographs that the sets speak of, by --micrographs or by the names in the sets themselves.
libpicker::Inputs micrographs_of(const Arguments& arguments, const std::vector<std::string>& sets) {
    if (arguments.has("--micrographs")) {
        return inputs_of(arguments, "--micrographs");
    }
    // Sets may spell one micrograph in several ways; its stem is what they have in common.
    std::vector<std::string> names;
    std::set<std::string> stems;
    libpicker::Inputs none = libpicker::Inputs::from_names({});
    for (const std::string& set : sets) {
        none.match_picks({set});
        const libpicker::Inputs those = libpicker::Inputs::from_names(one_per_micrograph(none.unmatched()));
        refuse_equal_stems(those);
        for (std::size_t i = 0; i < those.size(); ++i) {
            if (stems.insert(those.stem(i)).second) {
                names.push_back(those.name(i));
            }
        }
    }
    return libpicker::Inputs::from_names(names);
}

// One of the sets, micrograph by micrograph.
struct Set {
    std::vector<libpicker::Picks> picks;
    std::vector<bool> has;
};

Set read_set(libpicker::Inputs& inputs, const std::string& in, Terminal& terminal) {
    inputs.match_picks({in});
    tell_unmatched(inputs, "picks of " + in, terminal);
    Set set;
    std::vector<std::string> without;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        set.picks.push_back(inputs.picks(i));
        set.has.push_back(inputs.has_picks(i));
        if (!inputs.has_picks(i)) {
            without.push_back(inputs.stem(i));
        }
    }
    remark_names(terminal, without, in + " has no file for these micrographs, which counts as 0 picks");
    return set;
}

std::vector<std::string> formats_of(const Arguments& arguments) {
    const std::vector<std::string> formats = split(arguments.text("--format", "star"), ',');
    for (const std::string& format : formats) {
        if (find_format(format) < 0) {
            throw UsageError("picker merge: there is no format '" + format + "'; use some of " + format_list());
        }
    }
    return formats;
}

} // namespace

Command merge_command() {
    Command command;
    command.spec = {
        "merge",
        "Put several pick sets together, particle by particle.",
        "IN...",
        {{"--output", Takes::one, "DIR", "folder for a file STEM.star of each micrograph (required)"},
         {"--union", Takes::nothing, "", "particles of any set"},
         {"--intersection", Takes::nothing, "", "particles that every set has"},
         {"--subtract", Takes::nothing, "", "particles of the first set that no other has"},
         {"--consensus", Takes::one, "K", "particles that K sets have, or more"},
         {"--distance", Takes::one, "A", "picks as near as this are one particle (required)"},
         {"--micrographs", Takes::many, "IN...",
          "these only, and their pixel sizes; before the sets, end them with --"},
         {"--format", Takes::one, "LIST", "of the files: some of star, cbox, box, csv, cs [star]"},
         {"--box-size", Takes::one, "PX", "edge of a box in pixels, for .box and .cbox [that of the boxes in IN]"}},
        "Each IN is one set: a file, a folder or a quoted glob; picks of one set that are as near are one particle "
        "too. A "
        "particle stands where the first set that has it "
        "says, "
        "with that set's score and columns. The STAR files also say how many sets have it (pickerSets), which "
        "(mergeSources), and the score in each (pickerScore1, pickerScore2, ... in the order of IN)."};
    command.run = [](const Arguments& arguments) -> int {
        Terminal terminal(arguments);
        const std::vector<std::string>& in = arguments.positional();
        if (in.empty()) {
            throw UsageError("picker merge: name the pick sets, each a file, a folder or a quoted glob");
        }
        picker_merge_options options = rule_of(arguments, in.size());
        const std::string output = arguments.required_text("--output");
        arguments.required_text("--distance");
        const double distance = *arguments.above_zero("--distance");
        const std::vector<std::string> formats = formats_of(arguments);
        libpicker::Inputs inputs = micrographs_of(arguments, in);
        std::vector<Set> sets;
        for (const std::string& each : in) {
            sets.push_back(read_set(inputs, each, terminal));
        }
        const std::vector<std::string> names = names_of(in);
        const auto name_pointers = libpicker::detail::pointers(names);
        options.names = name_pointers.data();
        make_folder(output);
        Json json = {{"output", output}, {"sets", names}, {"micrographs", Json::array()}};
        std::int64_t read = 0, particles = 0, kept = 0;
        for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) {
            std::vector<const libpicker::Picks*> these;
            bool any = false;
            for (const Set& set : sets) {
                these.push_back(&set.picks[i]);
                any = any || set.has[i];
            }
            if (!any) {
                continue; // no set speaks of it
            }
            picker_picks_context context = context_of(arguments, inputs, i);
            context.pixel_size = required_pixel_size(arguments, inputs, i, context.pixel_size);
            options.distance = distance / context.pixel_size;
            auto report = libpicker::make<picker_merge_report>();
            const libpicker::Picks merged = libpicker::merge(these, options, &report);
            for (const std::string& format : formats) {
                merged.write(in_folder(output, inputs.stem(i) + picker_format_extension(find_format(format))), &context,
                             format.c_str());
            }
            read += report.picks;
            particles += report.particles;
            kept += report.kept;
            json["micrographs"].push_back({{"stem", inputs.stem(i)},
                                           {"picks", report.picks},
                                           {"particles", report.particles},
                                           {"kept", report.kept}});
        }
        const auto done = static_cast<std::int64_t>(json["micrographs"].size());
        if (done == 0 && !interrupted()) {
            throw libpicker::Error(PICKER_NOT_FOUND, "no set has picks of the micrographs given; files are matched by "
                                                     "name without folder and extension");
        }
        json["picks"] = read;
        json["particles"] = particles;
        json["kept"] = kept;
        print(arguments, json,
              counted(read, "pick") + " in " + counted(static_cast<std::int64_t>(in.size()), "set") + " of " +
                  counted(done, "micrograph") + ": " + counted(particles, "particle") + ", " + std::to_string(kept) +
                  " kept: " + output + "\n");
        return interrupted() ? exit_cancelled : exit_done;
    };
    return command;
}

} // namespace cli
