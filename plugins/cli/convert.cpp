// picker convert: coordinate files from one format to another.
#include "lists.hpp"
#include "run_records.hpp"

#include <filesystem>
#include <set>

namespace cli {
namespace {

// The format that a flag names, else the one of the path's extension.
std::string format_of(const Arguments& arguments, const std::string& flag, const std::string& path) {
    for (int i = 0; i < picker_format_count(); ++i) {
        if (arguments.has(flag) ? arguments.text(flag) == picker_format_name(i) : has_ending_of(path, i)) {
            return picker_format_name(i);
        }
    }
    throw UsageError(arguments.has(flag) ? "picker convert: there is no format '" + arguments.text(flag) +
                                               "'; use one of " + format_list()
                                         : "picker convert: the extension of '" + path + "' names no format; give " +
                                               flag + ", one of " + format_list());
}

bool is_folder(const std::string& path) {
    return path.back() == '/' || std::filesystem::is_directory(path);
}

// Where the picks of several micrographs go. A name without an extension can only be a folder once a format is named,
// unless it is a file or device already.
bool is_output_folder(const Arguments& arguments, const std::string& out) {
    std::error_code none;
    return is_folder(out) || (arguments.has("--to-format") && !std::filesystem::path(out).has_extension() &&
                              !std::filesystem::exists(out, none));
}

// The micrographs that IN has picks of, and these picks.
struct Source {
    libpicker::Inputs inputs = libpicker::Inputs::from_names({});
    std::vector<std::size_t> used; // of inputs
    std::vector<libpicker::Picks> picks;
    bool has_files = false;      // the images can be opened
    std::set<std::string> named; // stems of the micrographs that IN itself names
    RunRecords records;          // of the run that IN belongs to, where the images are not given
};

Source read(const Arguments& arguments, const std::string& in, Terminal& terminal) {
    Source source;
    std::vector<std::string> names;
    if (arguments.has("--from-format") && !std::filesystem::is_directory(in)) {
        names = {std::filesystem::path(in).filename().string()}; // the file's own name says nothing of its format
    } else {
        source.inputs.match_picks({in});
        names = source.inputs.unmatched();
        if (std::filesystem::is_directory(in)) {
            names = one_per_micrograph(names);
        }
        for (const std::string& name : names) {
            if (!is_coordinate_file(name)) {
                source.named.insert(libpicker::Inputs::from_names({name}).stem(0));
            }
        }
    }
    source.has_files = arguments.has("--micrographs");
    if (!source.has_files) {
        source.records = RunRecords({in});
        for (std::string& name : names) {
            name = source.records.name_for(name);
        }
    }
    source.inputs = source.has_files ? inputs_of(arguments, "--micrographs") : libpicker::Inputs::from_names(names);
    if (names.size() == 1 && source.inputs.size() == 1) { // whatever they are called
        source.used = {0};
        const std::string format = std::filesystem::is_directory(in) ? "" : format_of(arguments, "--from-format", in);
        const std::string named = libpicker::Inputs::from_names(names).stem(0);
        if (source.inputs.stem(0) != named) {
            terminal.remark("note: " + in + " speaks of " + named + "; its picks are taken for those of " +
                            source.inputs.name(0));
        }
        if (!format.empty()) {
            source.picks.push_back(libpicker::Picks::read(in, format.c_str()));
            return source;
        }
        source.used.clear();
    }
    source.inputs.match_picks({in});
    for (std::size_t i = 0; i < source.inputs.size(); ++i) {
        if (source.inputs.has_picks(i)) {
            source.used.push_back(i);
            source.picks.push_back(source.inputs.picks(i));
        }
    }
    if (source.used.empty()) {
        throw libpicker::Error(PICKER_NOT_FOUND, in + " has no picks of the micrographs given; files are matched by "
                                                      "name without folder and extension");
    }
    return source;
}

// Where picks go that were made on other images of the same fields.
struct Target {
    libpicker::Inputs inputs = libpicker::Inputs::from_names({});
    std::vector<std::size_t> partner; // of each micrograph of the source
};

Target target_of(const Arguments& arguments, Source& source) {
    Target target;
    if (arguments.has("--map-to")) {
        if (!source.has_files) {
            throw UsageError("picker convert: --map-to needs the images that were picked, for their sizes; give them "
                             "with --micrographs");
        }
        target.inputs = inputs_of(arguments, "--map-to");
        target.partner = source.inputs.pair(target.inputs, arguments.text("--pairs"));
    } else if (arguments.has("--pairs")) {
        throw UsageError("picker convert: --pairs says which image of --map-to belongs to which; give --map-to too");
    } else if (arguments.has("--binning")) {
        throw UsageError("picker convert: --binning says how images of --map-to were made; give --map-to too");
    }
    return target;
}

// Header and pixel size of an image; the STAR's pixel size goes before the header's.
picker_micrograph_info image_of(const libpicker::Inputs& inputs, std::size_t index) {
    picker_micrograph_info info = header_of(inputs.path(index));
    info.pixel_size = inputs.pixel_size(index) > 0 ? inputs.pixel_size(index) : info.pixel_size;
    return info;
}

// The picks of source.used[n] as they are written, and what is known of their micrograph, whose name is borrowed.
struct Piece {
    libpicker::Picks mapped; // where the picks go to another image
    const libpicker::Picks* picks = nullptr;
    picker_picks_context context{};
    std::string stem;
    bool named = false; // IN says whose picks these are
};

Piece mapped_piece(const Arguments& arguments, const Source& source, const Target& target, std::size_t n) {
    const std::size_t from = source.used[n], to = target.partner[from];
    picker_micrograph_info picked = image_of(source.inputs, from);
    picked.pixel_size = arguments.number("--pixel-size").value_or(picked.pixel_size);
    const picker_micrograph_info image = image_of(target.inputs, to);
    Piece piece;
    piece.context = target.inputs.context(to);
    piece.context.box_size = arguments.above_zero("--box-size").value_or(0);
    piece.context.width = image.width;
    piece.context.height = image.height;
    piece.context.pixel_size = image.pixel_size;
    piece.stem = target.inputs.stem(to);
    try {
        piece.mapped = source.picks[n].map(
            picked, image, static_cast<picker_binning>(arguments.choice("--binning", {"fourier", "blocks"})));
    } catch (const libpicker::Error& error) {
        throw libpicker::Error(error.status(),
                               source.inputs.name(from) + " to " + target.inputs.name(to) + ": " + error.what());
    }
    return piece;
}

Piece plain_piece(const Arguments& arguments, const Source& source, std::size_t n) {
    const std::size_t index = source.used[n];
    Piece piece;
    piece.picks = &source.picks[n];
    piece.context = context_of(arguments, source.inputs, index);
    piece.stem = source.inputs.stem(index);
    source.records.complete(piece.context, piece.stem);
    return piece;
}

Piece piece_of(const Arguments& arguments, const Source& source, const Target& target, std::size_t n) {
    Piece piece =
        target.partner.empty() ? plain_piece(arguments, source, n) : mapped_piece(arguments, source, target, n);
    piece.context.flip_y = arguments.has("--flip-y") ? 1 : 0;
    piece.named = source.named.count(source.inputs.stem(source.used[n])) != 0;
    return piece;
}

const libpicker::Picks& picks_of(const Piece& piece) {
    return piece.picks != nullptr ? *piece.picks : piece.mapped;
}

// Writes all picks into one file.
void write_together(const Arguments& arguments, const std::vector<Piece>& pieces, const std::string& path,
                    const std::string& format) {
    std::vector<picker_picks_context> contexts;
    std::vector<const libpicker::Picks*> tables;
    for (const Piece& piece : pieces) {
        require_name(arguments, piece.context.micrograph, format);
        contexts.push_back(piece.context);
        tables.push_back(&picks_of(piece));
    }
    libpicker::Picks::write_many(path, tables, contexts, format.c_str());
}

// Writes the picks of one micrograph, with its name where IN has it. Not into STEM.star of a folder: RELION knows a
// micrograph's coordinates by the name of their file.
void write_alone(const Piece& piece, const std::string& path, const std::string& format, bool in_folder) {
    if (piece.named && picker_format_holds_many(find_format(format)) != 0 && !(in_folder && format == "star")) {
        libpicker::Picks::write_many(path, {&picks_of(piece)}, {piece.context}, format.c_str());
    } else {
        picks_of(piece).write(path, &piece.context, format.c_str());
    }
}

} // namespace

Command convert_command() {
    Command command;
    std::string notes =
        "IN or OUT may be a folder, with a file STEM.star (cbox, box, csv, cs) for each micrograph (where IN has one "
        "in several formats, the "
        "first of these is read); OUT without extension is a folder where --to-format is given. Picks of several "
        "micrographs go into a folder OUT, or into one file of a format that holds many (star, csv, cs).\n"
        ".cs needs the name and the size of each micrograph: give --micrographs (images, a STAR list, or cryoSPARC's "
        "exposures .cs), unless IN is a .cs or belongs to a pick run, whose run.json has them.\n"
        "--flip-y: rows are counted as stored everywhere, so picks of the very file that the other program has need no "
        "flip. What needs one is the micrograph: cryoSPARC's Patch Motion keeps the rows of TIFF movies, RELION and "
        "MotionCor turn them around, so their micrographs of one movie are mirror images. Flip when picks go from "
        "one to the other. `picker check` tells which frame fits.\nFormats:";
    for (int i = 0; i < picker_format_count(); ++i) {
        std::string name = std::string("  ") + picker_format_name(i);
        name.resize(8, ' ');
        notes += "\n" + name + picker_format_description(i);
    }
    command.spec = {
        "convert",
        "Convert coordinates between formats, chosen by extension.",
        "IN OUT",
        {{"--from-format", Takes::one, "NAME", "of IN [its extension's]"},
         {"--to-format", Takes::one, "NAME", "of OUT [its extension's]; needed where OUT is a folder"},
         {"--flip-y", Takes::nothing, "",
          "count rows from the other edge: for micrographs that another motion corrector made mirrored (see below)"},
         {"--box-size", Takes::one, "PX", "edge of a box in pixels, for .box and .cbox [that of the boxes in IN]"},
         {"--micrographs", Takes::many, "IN...",
          "convert the picks of these only; before IN and OUT, end them with --"},
         {"--map-to", Takes::many, "IN...",
          "other images of the fields of --micrographs (raw beside denoised or binned): coordinates and names of "
          "these"},
         {"--pairs", Takes::one, "FILE.csv",
          "with the line picked,target first: which image of --map-to belongs to which [by name: the same, or longer]"},
         {"--binning", Takes::one, "HOW",
          "how the smaller image was made: fourier (cropped in Fourier space) or blocks (averages of whole pixels, "
          "half a pixel off) [fourier]"}},
        notes};
    command.run = [](const Arguments& arguments) -> int {
        if (arguments.positional().size() != 2 || arguments.positional()[0].empty() ||
            arguments.positional()[1].empty()) {
            throw UsageError("picker convert: name two files, IN and OUT");
        }
        const std::string& in = arguments.positional()[0];
        const std::string& out = arguments.positional()[1];
        if (in == "-" || out == "-") {
            throw UsageError("picker convert: '-' is no file here; /dev/stdout and /dev/stdin are");
        }
        const bool to_folder = is_output_folder(arguments, out);
        const std::string to = format_of(arguments, "--to-format", out);
        Terminal terminal(arguments);
        Source source = read(arguments, in, terminal);
        const bool together = !to_folder && source.used.size() > 1;
        if (together && picker_format_holds_many(find_format(to)) == 0) {
            throw UsageError("picker convert: " + in + " holds picks of " + std::to_string(source.used.size()) +
                             " micrographs; give a folder for OUT, or one micrograph with --micrographs");
        }
        const Target target = target_of(arguments, source);
        if (to_folder) {
            refuse_equal_stems(source.inputs);
            make_folder(out);
        }
        Json json = {{"input", in}, {"output", out}, {"to", to}, {"files", Json::array()}};
        std::size_t picks = 0;
        std::vector<Piece> pieces; // that go into one file
        Outside outside;
        for (std::size_t n = 0; n < source.used.size() && !interrupted(); ++n) {
            Piece piece = piece_of(arguments, source, target, n);
            picks += picks_of(piece).size();
            outside.count(picks_of(piece), piece.context);
            if (together) {
                pieces.push_back(std::move(piece));
                continue;
            }
            const std::string path =
                to_folder
                    ? (std::filesystem::path(out) / (piece.stem + picker_format_extension(find_format(to)))).string()
                    : out;
            write_alone(piece, path, to, to_folder);
            json["files"].push_back({{"path", path}, {"picks", picks_of(piece).size()}});
        }
        if (together && !interrupted()) {
            write_together(arguments, pieces, out, to);
            json["files"].push_back({{"path", out}, {"picks", picks}, {"micrographs", pieces.size()}});
        }
        outside.tell(terminal);
        json["picks"] = picks;
        print(arguments, json,
              counted(static_cast<std::int64_t>(picks), "pick") +
                  (source.used.size() > 1 ? " of " + std::to_string(source.used.size()) + " micrographs" : "") + ": " +
                  out + "\n");
        return interrupted() ? exit_cancelled : exit_done;
    };
    return command;
}

} // namespace cli
