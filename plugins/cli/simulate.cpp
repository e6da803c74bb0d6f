// picker simulate: micrographs with known particles, their coordinates, and a STAR that lists them.
#include "command.hpp"

#include <cstdio>
#include <sstream>

namespace cli {
namespace {

// "10,45": two numbers of a flag.
void set_pair(const Arguments& arguments, const std::string& flag, double& first, double& second) {
    if (const auto parts = split(arguments.text(flag), ','); !parts.empty()) {
        if (parts.size() != 2) {
            throw UsageError("picker simulate: " + flag + " needs two numbers with a comma between them: " + flag +
                             " 0,90");
        }
        first = parse_number(parts[0], "picker simulate: " + flag);
        second = parse_number(parts[1], "picker simulate: " + flag);
    }
}

void set_size(const Arguments& arguments, picker_simulation& settings) {
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
}

picker_simulation settings_of(const Arguments& arguments, const std::vector<const char*>& structures) {
    auto settings = libpicker::make<picker_simulation>();
    if (arguments.has("--preset")) {
        libpicker::set_preset(settings, arguments.text("--preset"));
    }
    settings.structures = structures.data();
    settings.structure_count = structures.size();
    set_size(arguments, settings);
    // A flag that is given wins over the preset, also with 0.
    const auto set = [&](double& member, const std::string& flag) {
        member = arguments.zero_or_more(flag).value_or(member);
    };
    const auto set_above = [&](double& member, const std::string& flag) {
        member = arguments.above_zero(flag).value_or(member);
    };
    const auto set_count = [&](std::int32_t& member, const std::string& flag, int lowest) {
        member = static_cast<std::int32_t>(arguments.integer(flag, lowest).value_or(member));
    };
    set_count(settings.particles, "--particles", 0);
    settings.has_particles = arguments.has("--particles") ? 1 : settings.has_particles;
    set_above(settings.pixel_size, "--pixel-size");
    set_above(settings.diameter, "--diameter");
    set_above(settings.min_distance, "--min-distance");
    set_above(settings.defocus, "--defocus");
    set(settings.defocus_spread, "--defocus-spread");
    settings.astigmatism = arguments.number("--astigmatism").value_or(settings.astigmatism);
    settings.astigmatism_angle = arguments.number("--astigmatism-angle").value_or(settings.astigmatism_angle);
    set_above(settings.voltage, "--voltage");
    set_above(settings.spherical_aberration, "--spherical-aberration");
    set_above(settings.amplitude_contrast, "--amplitude-contrast");
    set_above(settings.b_factor, "--b-factor");
    settings.seed = seed_of(arguments);
    if (const auto snr = arguments.zero_or_more("--snr")) {
        settings.has_snr = 1;
        settings.snr = *snr;
    }
    set_count(settings.views, "--views", 0);
    set_pair(arguments, "--preferred-view", settings.preferred_rot, settings.preferred_tilt);
    set(settings.preferred_fraction, "--preferred-fraction");
    set_above(settings.preferred_concentration, "--preferred-concentration");
    set(settings.contrast_spread, "--contrast-spread");
    set(settings.touching, "--touching");
    set(settings.dose, "--dose");
    set_above(settings.detector_mtf, "--detector-mtf");
    if (const auto ice = arguments.zero_or_more("--ice-noise")) {
        settings.has_ice_noise = 1;
        settings.ice_noise = *ice;
    }
    set(settings.background_noise, "--background-noise");
    set_above(settings.background_length, "--background-length");
    set(settings.readout_noise, "--readout-noise");
    set(settings.thickness_gradient, "--thickness-gradient");
    set(settings.carbon, "--carbon");
    set_count(settings.gold, "--gold", 0);
    set_count(settings.contamination, "--contamination", 0);
    set_count(settings.aggregates, "--aggregates", 0);
    return settings;
}

struct Written {
    std::string path;
    picker_simulated info;
};

// RELION 3.1's form: an optics table and a micrographs table.
std::string micrographs_star(const std::vector<Written>& written, double pixel_size,
                             const picker_simulation& settings) {
    const auto given = [](double value, double fallback) { return format_number(value > 0 ? value : fallback, 6); };
    std::ostringstream star;
    star.exceptions(std::ios::badbit); // a file's content: whole, or std::bad_alloc
    star << "\n# version 30001\n\ndata_optics\n\nloop_\n_rlnOpticsGroupName #1\n_rlnOpticsGroup "
            "#2\n_rlnMicrographPixelSize "
            "#3\n_rlnVoltage #4\n_rlnSphericalAberration #5\n_rlnAmplitudeContrast #6\nopticsGroup1 1 "
         << format_number(pixel_size, 6) << " " << given(settings.voltage, 300) << " "
         << given(settings.spherical_aberration, 2.7) << " " << given(settings.amplitude_contrast, 0.1)
         << "\n\n\n# version 30001\n\ndata_micrographs\n\nloop_\n_rlnMicrographName #1\n_rlnOpticsGroup "
            "#2\n_rlnDefocusU #3\n_rlnDefocusV #4\n_rlnDefocusAngle #5\n";
    for (const Written& w : written) {
        const bool quote = w.path.find_first_of(" \t#") != std::string::npos;
        star << (quote ? "\"" + w.path + "\"" : w.path) << " 1 " << format_number(w.info.defocus_u, 2) << " "
             << format_number(w.info.defocus_v, 2) << " " << format_number(w.info.defocus_angle, 2) << "\n";
    }
    star << "\n";
    return star.str();
}

// Writes one image with its truth and, where there is any, the table of what is no particle.
Written write_scene(const libpicker::SimulatedScene& made, const std::string& folder, const std::string& stem,
                    Json& entries) {
    const std::string base = in_folder(folder, stem);
    made.micrograph.write(base + ".mrc");
    made.truth.write(base + ".star");
    entries.push_back({{"path", base + ".mrc"},
                       {"truth", base + ".star"},
                       {"particles", made.truth.size()},
                       {"defocus_u", made.info.defocus_u},
                       {"defocus_v", made.info.defocus_v},
                       {"defocus_angle", made.info.defocus_angle}});
    if (made.others.size() > 0) {
        const std::string others = in_folder(folder, "others");
        make_folder(others);
        const std::string path = in_folder(others, stem + ".star");
        made.others.write(path);
        entries.back()["others"] = path;
    }
    return {base + ".mrc", made.info};
}

std::vector<Flag> flags() {
    return {
        {"--output", Takes::one, "DIR", "folder to write to (required)"},
        {"--structure", Takes::many, "FILE...", "density maps (MRC) or atoms (PDB, mmCIF); none: the built-in phantom"},
        {"--preset", Takes::one, "NAME", "realistic: a usual mixture of what follows; other flags change it"},
        {"--count", Takes::one, "N", "micrographs [1]"},
        {"--size", Takes::one, "W,H", "pixels [1024,1024]"},
        {"--particles", Takes::one, "N", "per micrograph [100]; fewer where they do not fit, 0: none"},
        {"--diameter", Takes::one, "A", "longest axis of the phantom [180]"},
        {"--min-distance", Takes::one, "D", "between centres, in diameters [1]"},
        {"--touching", Takes::one, "F", "share of the particles put at 0.7 to 1 diameter from another [0]"},
        {"--preferred-fraction", Takes::one, "F", "share of the particles seen from near one direction [0]"},
        {"--preferred-view", Takes::one, "ROT,TILT", "that direction, degrees [0,0]"},
        {"--preferred-concentration", Takes::one, "K", "von Mises-Fisher kappa round it [10]"},
        {"--views", Takes::one, "N", "directions per structure, projected once; 0: each particle its own [0]"},
        {"--snr", Takes::one, "S", "signal variance inside particles / noise variance [0.1]; 0: no noise"},
        {"--contrast-spread", Takes::one, "R", "relative deviation of the particles' contrast [0]"},
        {"--defocus", Takes::one, "A", "underfocus [15000]"},
        {"--defocus-spread", Takes::one, "A", "uniform +- around it, per micrograph [0]"},
        {"--astigmatism", Takes::one, "A", "difference of the two defoci [0]"},
        {"--astigmatism-angle", Takes::one, "DEG", "of the larger one, from x towards y [0]"},
        {"--voltage", Takes::one, "KV", "[300]"},
        {"--spherical-aberration", Takes::one, "MM", "[2.7]"},
        {"--amplitude-contrast", Takes::one, "Q", "[0.1]"},
        {"--b-factor", Takes::one, "A2", "envelope exp(-B k^2 / 4) [100]"},
        {"--dose", Takes::one, "E", "electrons per square angstrom, counted; 0: Gaussian noise [0]"},
        {"--detector-mtf", Takes::one, "M", "modulation at the Nyquist frequency [1]"},
        {"--ice-noise", Takes::one, "F", "share of the noise variance: the ice's structure [0.25]"},
        {"--background-noise", Takes::one, "F", "share of it that is a slow background [0]"},
        {"--background-length", Takes::one, "A", "correlation length of the slow background [300]"},
        {"--readout-noise", Takes::one, "F", "share of it that is the detector's readout [0]"},
        {"--thickness-gradient", Takes::one, "R", "relative change of the intensity across the image [0]"},
        {"--carbon", Takes::one, "F", "share of the area under carbon film [0]"},
        {"--gold", Takes::one, "N", "gold beads of 100 A [0]"},
        {"--contamination", Takes::one, "N", "lumps of ice [0]"},
        {"--aggregates", Takes::one, "N", "clumps of particles [0]"},
        {"--prefix", Takes::one, "NAME", "of the file names [sim]"},
        {"--pixel-size", Takes::one, "A", "angstrom per pixel [4]"}};
}

} // namespace

Command simulate_command() {
    Command command;
    command.spec = {
        "simulate", "Make micrographs with known particles: STEM.mrc, STEM.star and micrographs.star.", "", flags(),
        "No particle lies on carbon, gold, contamination or aggregates. Images with gold, contamination or aggregates "
        "have these listed in others/STEM.star (kind 1 gold, 2 contamination, 3 aggregate); the others have no such "
        "file. docs/simulation.md defines every setting."};
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
        libpicker::Control control = terminal.control();
        control.progress = [](const picker_progress&) { return interrupted(); };
        const libpicker::Simulator simulator(settings, control);
        make_folder(folder);
        Json json = {{"micrographs", Json::array()}};
        std::vector<Written> written;
        double diameter = 0, pixel_size = 0;
        std::size_t particles = 0;
        for (std::int64_t i = 0; i < count && !terminal.step("simulate", i, count); ++i) {
            char stem[64];
            std::snprintf(stem, sizeof stem, "_%04lld", static_cast<long long>(i + 1));
            libpicker::SimulatedScene made = simulator.make(static_cast<std::uint64_t>(i), control);
            written.push_back(write_scene(made, folder, prefix + stem, json["micrographs"]));
            diameter = made.info.diameter;
            pixel_size = made.micrograph.info().pixel_size;
            particles += made.truth.size();
        }
        const std::string list = in_folder(folder, "micrographs.star");
        terminal.finish();
        write_file(list, micrographs_star(written, pixel_size, settings));
        json["list"] = list;
        json["diameter"] = diameter;
        json["pixel_size"] = pixel_size;
        json["particles"] = particles;
        print(arguments, json,
              counted(static_cast<std::int64_t>(written.size()), "micrograph") + " with " +
                  counted(static_cast<std::int64_t>(particles), "particle") + " of " + format_number(diameter, 0) +
                  " A at " + format_number(pixel_size, 3) + " A per pixel in " + folder + "\n");
        return interrupted() ? exit_cancelled : exit_done;
    };
    return command;
}

} // namespace cli
