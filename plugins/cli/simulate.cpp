// picker simulate: micrographs with known particles, their coordinates, and a STAR that lists them.
#include "command.hpp"

#include <cstdio>
#include <sstream>

namespace cli {
namespace {

picker_simulation settings_of(const Arguments& arguments, const std::vector<const char*>& structures) {
    auto settings = libpicker::make<picker_simulation>();
    settings.structures = structures.data();
    settings.structure_count = structures.size();
    if (const auto size = split(arguments.text("--size"), ','); !size.empty()) {
        if (size.size() != 2) {
            throw UsageError("picker simulate: --size needs a width and a height in pixels: --size 1024,768");
        }
        const std::int64_t width = parse_integer(size[0], "picker simulate: --size");
        const std::int64_t height = parse_integer(size[1], "picker simulate: --size");
        if (width < 1 || height < 1 || width > 65536 || height > 65536) {
            throw UsageError("picker simulate: --size needs a width and a height from 1 to 65536");
        }
        settings.width = static_cast<int>(width);
        settings.height = static_cast<int>(height);
    }
    settings.particles = static_cast<int>(arguments.integer("--particles", 1).value_or(0));
    settings.pixel_size = arguments.above_zero("--pixel-size").value_or(0);
    settings.diameter = arguments.above_zero("--diameter").value_or(0);
    settings.min_distance = arguments.above_zero("--min-distance").value_or(0);
    settings.defocus = arguments.above_zero("--defocus").value_or(0);
    settings.defocus_spread = arguments.zero_or_more("--defocus-spread").value_or(0);
    settings.voltage = arguments.above_zero("--voltage").value_or(0);
    settings.seed = seed_of(arguments);
    if (const auto snr = arguments.zero_or_more("--snr")) {
        settings.has_snr = 1;
        settings.snr = *snr;
    }
    return settings;
}

// RELION 3.1's form: an optics table and a micrographs table.
std::string micrographs_star(const std::vector<std::string>& names, double pixel_size,
                             const picker_simulation& settings) {
    std::ostringstream star;
    star << "\n# version 30001\n\ndata_optics\n\nloop_\n_rlnOpticsGroupName #1\n_rlnOpticsGroup "
            "#2\n_rlnMicrographPixelSize "
            "#3\n_rlnVoltage #4\n_rlnSphericalAberration #5\n_rlnAmplitudeContrast #6\nopticsGroup1 1 "
         << format_number(pixel_size, 6) << " " << format_number(settings.voltage > 0 ? settings.voltage : 300, 6)
         << " 2.700000 0.100000\n\n\n# version 30001\n\ndata_micrographs\n\nloop_\n_rlnMicrographName "
            "#1\n_rlnOpticsGroup #2\n";
    for (const std::string& name : names) {
        const bool quote = name.find_first_of(" \t#") != std::string::npos;
        star << (quote ? "\"" + name + "\"" : name) << " 1\n";
    }
    star << "\n";
    return star.str();
}

} // namespace

Command simulate_command() {
    Command command;
    command.spec = {"simulate",
                    "Make micrographs with known particles: STEM.mrc, STEM.star and micrographs.star.",
                    "",
                    {{"--output", Takes::one, "DIR", "folder to write to (required)"},
                     {"--structure", Takes::many, "MRC...", "density maps; none: the built-in phantom"},
                     {"--count", Takes::one, "N", "micrographs [1]"},
                     {"--size", Takes::one, "W,H", "pixels [1024,1024]"},
                     {"--particles", Takes::one, "N", "per micrograph [100]; fewer where they do not fit"},
                     {"--diameter", Takes::one, "A", "longest axis of the phantom [180]"},
                     {"--min-distance", Takes::one, "D", "between centres, in diameters [1]"},
                     {"--snr", Takes::one, "S", "signal variance inside particles / noise variance [0.1]; 0: no noise"},
                     {"--defocus", Takes::one, "A", "underfocus [15000]"},
                     {"--defocus-spread", Takes::one, "A", "uniform +- around it, per micrograph [0]"},
                     {"--voltage", Takes::one, "KV", "[300]"},
                     {"--prefix", Takes::one, "NAME", "of the file names [sim]"},
                     {"--pixel-size", Takes::one, "A", "angstrom per pixel [4]"}},
                    ""};
    command.run = [](const Arguments& arguments) -> int {
        const std::string folder = arguments.required_text("--output");
        const auto structures = libpicker::detail::pointers(arguments.list("--structure"));
        const picker_simulation settings = settings_of(arguments, structures);
        const std::int64_t count = arguments.integer("--count", 1, 1000000).value_or(1);
        const std::string prefix = arguments.text("--prefix", "sim");
        if (prefix.empty() || prefix.find('/') != std::string::npos) {
            throw UsageError("picker simulate: --prefix is the beginning of a file name; the folder is --output");
        }
        Terminal terminal(arguments);
        make_folder(folder);
        Json json = {{"micrographs", Json::array()}};
        std::vector<std::string> names;
        double diameter = 0, pixel_size = 0;
        std::size_t particles = 0;
        for (std::int64_t i = 0; i < count && !interrupted(); ++i) {
            char stem[64];
            std::snprintf(stem, sizeof stem, "_%04lld", static_cast<long long>(i + 1));
            const std::string base = in_folder(folder, prefix + stem);
            const auto made = libpicker::simulate(settings, static_cast<std::uint64_t>(i));
            made.micrograph.write(base + ".mrc");
            made.truth.write(base + ".star");
            diameter = made.diameter;
            pixel_size = made.micrograph.info().pixel_size;
            particles += made.truth.size();
            names.push_back(base + ".mrc");
            json["micrographs"].push_back(
                {{"path", base + ".mrc"}, {"truth", base + ".star"}, {"particles", made.truth.size()}});
        }
        const std::string list = in_folder(folder, "micrographs.star");
        terminal.finish();
        write_file(list, micrographs_star(names, pixel_size, settings));
        json["list"] = list;
        json["diameter"] = diameter;
        json["pixel_size"] = pixel_size;
        json["particles"] = particles;
        print(arguments, json,
              counted(static_cast<std::int64_t>(names.size()), "micrograph") + " with " +
                  counted(static_cast<std::int64_t>(particles), "particle") + " of " + format_number(diameter, 0) +
                  " A at " + format_number(pixel_size, 3) + " A per pixel in " + folder + "\n");
        return interrupted() ? exit_cancelled : exit_done;
    };
    return command;
}

} // namespace cli
