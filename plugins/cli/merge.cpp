// picker merge: several pick sets as one, micrograph by micrograph.
#include "lists.hpp"
#include "run_records.hpp"

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
libpicker::Inputs micrographs_of(const Arguments& arguments, const std::vector<std::string>& sets,
                                 const RunRecords& records) {
    if (arguments.has("--micrographs")) {
        return inputs_of(arguments, "--micrographs");
    }
    // Sets may spell one micrograph in several ways; its stem is what they have in common. A name that a set has for it
    // goes before that of a coordinate file.
    std::vector<std::string> names;
    std::map<std::string, std::size_t> places; // in names, by stem
    libpicker::Inputs none = libpicker::Inputs::from_names({});
    for (const std::string& set : sets) {
        none.match_picks({set});
        const libpicker::Inputs those = libpicker::Inputs::from_names(one_per_micrograph(none.unmatched()));
        refuse_equal_stems(those);
        for (std::size_t i = 0; i < those.size(); ++i) {
            const std::string name = records.name_for(those.name(i));
            const auto [place, is_new] = places.emplace(those.stem(i), names.size());
            if (is_new) {
                names.push_back(name);
            } else if (is_coordinate_file(names[place->second]) && !is_coordinate_file(name)) {
                names[place->second] = name;
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

// "star" is RELION's file of each micrograph, as from `picker pick`; other formats that hold many are one file.
bool is_list(const std::string& format) {
    return format != "star" && picker_format_holds_many(find_format(format)) != 0;
}

// The merged picks of all micrographs, and what is known of these.
struct Merged {
    std::vector<std::size_t> micrographs; // of the inputs
    std::vector<libpicker::Picks> picks;
    std::vector<picker_picks_context> contexts;
};

void write_files(const Merged& merged, const libpicker::Inputs& inputs, const std::string& output,
                 const std::string& format) {
    for (std::size_t n = 0; n < merged.picks.size(); ++n) {
        const std::string name = inputs.stem(merged.micrographs[n]) + picker_format_extension(find_format(format));
        merged.picks[n].write(in_folder(output, name), &merged.contexts[n], format.c_str());
    }
}

void write_relion_list(const Merged& merged, const libpicker::Inputs& inputs, const std::string& output,
                       Terminal& terminal) {
    std::vector<std::pair<std::string, std::string>> files;
    std::vector<std::string> nameless;
    for (const std::size_t i : merged.micrographs) {
        files.emplace_back(inputs.name(i), in_folder(output, inputs.stem(i) + ".star"));
        if (is_coordinate_file(inputs.name(i))) {
            nameless.push_back(inputs.name(i));
        }
    }
    if (nameless.empty()) {
        write_coordinate_list(in_folder(output, "autopick.star"), files);
    }
    remark_names(terminal, nameless,
                 "autopick.star is not written, since it names micrographs and the sets do not (give --micrographs)");
}

void write_together(const Merged& merged, const std::string& output, const std::string& format) {
    std::vector<const libpicker::Picks*> tables;
    for (const libpicker::Picks& picks : merged.picks) {
        tables.push_back(&picks);
    }
    const std::string name = std::string("picks") + picker_format_extension(find_format(format));
    libpicker::Picks::write_many(in_folder(output, name), tables, merged.contexts, format.c_str());
}

void write_all(const Merged& merged, const libpicker::Inputs& inputs, const std::string& output,
               const std::vector<std::string>& formats, Terminal& terminal) {
    make_folder(output);
    for (const std::string& format : formats) {
        if (!is_list(format)) {
            write_files(merged, inputs, output, format);
        }
        if (format == "star") {
            write_relion_list(merged, inputs, output, terminal);
        }
    }
    for (const std::string& format : formats) {
        if (is_list(format)) {
            write_together(merged, output, format);
        }
    }
}

} // namespace

Command merge_command() {
    Command command;
    command.spec = {
        "merge",
        "Put several pick sets together, particle by particle.",
        "IN...",
        {{"--output", Takes::one, "DIR", "folder for STEM.star of each micrograph and autopick.star (required)"},
         {"--union", Takes::nothing, "", "particles of any set"},
         {"--intersection", Takes::nothing, "", "particles that every set has"},
         {"--subtract", Takes::nothing, "", "particles of the first set that no other has"},
         {"--consensus", Takes::one, "K", "particles that K sets have, or more"},
         {"--distance", Takes::one, "A", "picks as near as this are one particle (required)"},
         {"--micrographs", Takes::many, "IN...",
          "these only, and their pixel sizes; before the sets, end them with --"},
         {"--format", Takes::one, "LIST",
          "some of star, cbox, box (a file of each micrograph), csv, cs (picks.csv, picks.cs of all) [star]"},
         {"--box-size", Takes::one, "PX", "edge of a box in pixels, for .box and .cbox [that of the boxes in IN]"}},
        "Each IN is one set: a file, a folder or a quoted glob; picks of one set that are as near are one particle "
        "too. A "
        "particle stands where the first set that has it "
        "says, "
        "with that set's score and columns. The STAR files also say how many sets have it (pickerSets), which "
        "(mergeSources), and the score in each (pickerScore1, pickerScore2, ... in the order of IN).\n"
        "Pixel sizes, sizes and names of micrographs come from --micrographs, else from run.json where a set is a pick "
        "run."};
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
        const RunRecords records = arguments.has("--micrographs") ? RunRecords() : RunRecords(in);
        libpicker::Inputs inputs = micrographs_of(arguments, in, records);
        for (const std::string& format : formats) {
            for (std::size_t i = 0; is_list(format) && i < inputs.size(); ++i) {
                require_name(arguments, inputs.name(i), format);
            }
        }
        std::vector<Set> sets;
        for (const std::string& each : in) {
            sets.push_back(read_set(inputs, each, terminal));
        }
        const std::vector<std::string> names = names_of(in);
        const auto name_pointers = libpicker::detail::pointers(names);
        options.names = name_pointers.data();
        Json json = {{"output", output}, {"sets", names}, {"micrographs", Json::array()}};
        std::int64_t read = 0, particles = 0, kept = 0;
        Merged merged;
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
            records.complete(context, inputs.stem(i));
            context.pixel_size = required_pixel_size(arguments, inputs, i, context.pixel_size);
            options.distance = distance / context.pixel_size;
            auto report = libpicker::make<picker_merge_report>();
            merged.picks.push_back(libpicker::merge(these, options, &report));
            merged.contexts.push_back(context);
            merged.micrographs.push_back(i);
            read += report.picks;
            particles += report.particles;
            kept += report.kept;
            json["micrographs"].push_back({{"stem", inputs.stem(i)},
                                           {"picks", report.picks},
                                           {"particles", report.particles},
                                           {"kept", report.kept}});
        }
        if (interrupted()) {
            throw libpicker::Error(PICKER_CANCELLED, "cancelled; nothing is written");
        }
        const auto done = static_cast<std::int64_t>(json["micrographs"].size());
        if (done == 0) {
            throw libpicker::Error(PICKER_NOT_FOUND, "no set has picks of the micrographs given; files are matched by "
                                                     "name without folder and extension");
        }
        write_all(merged, inputs, output, formats, terminal);
        Outside outside;
        for (std::size_t n = 0; n < merged.picks.size(); ++n) {
            outside.count(merged.picks[n], merged.contexts[n]);
        }
        outside.tell(terminal);
        json["picks"] = read;
        json["particles"] = particles;
        json["kept"] = kept;
        print(arguments, json,
              counted(read, "pick") + " in " + counted(static_cast<std::int64_t>(in.size()), "set") + " of " +
                  counted(done, "micrograph") + ": " + counted(particles, "particle") + ", " + std::to_string(kept) +
                  " kept: " + output + "\n");
        return exit_done;
    };
    return command;
}

} // namespace cli
