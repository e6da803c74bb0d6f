// Simulated micrographs with known particles.
#include "record.hpp"
#include "task.hpp"
#include "values.hpp"

namespace bindings {
namespace {

using O = picker_simulation;

const Fields<O>& simulation_fields() {
    static const Fields<O> fields = {
        {"size", "(width, height) in pixels [(1024, 1024)]",
         [](O& o, const Value& v) {
             const auto [width, height] = py::cast<std::pair<std::int32_t, std::int32_t>>(v.object());
             o.width = width;
             o.height = height;
         }},
        {"structures", "paths of MRC volumes, PDB or mmCIF atoms [the built-in phantom]",
         [](O& o, const Value& v) {
             const auto& list = v.texts();
             o.structures = list.data();
             o.structure_count = list.size();
         }},
        {"particles", "[100]; fewer where they do not fit, 0: none", assign_has<&O::particles, &O::has_particles>},
        {"pixel_size", "angstrom [4]", assign<&O::pixel_size>},
        {"diameter", "angstrom, longest axis of the phantom [180]", assign<&O::diameter>},
        {"min_distance", "between centres, in diameters [1]", assign<&O::min_distance>},
        {"snr", "signal over noise variance inside particles [0.1]; 0: no noise", assign_has<&O::snr, &O::has_snr>},
        {"defocus", "angstrom [15000]", assign<&O::defocus>},
        {"defocus_spread", "angstrom [0]", assign<&O::defocus_spread>},
        {"astigmatism", "angstrom, defocus u - v [0]", assign<&O::astigmatism>},
        {"astigmatism_angle", "degrees from x towards y [0]", assign<&O::astigmatism_angle>},
        {"voltage", "kV [300]", assign<&O::voltage>},
        {"spherical_aberration", "mm [2.7]", assign<&O::spherical_aberration>},
        {"amplitude_contrast", "[0.1]", assign<&O::amplitude_contrast>},
        {"b_factor", "angstrom^2 [100]", assign<&O::b_factor>},
        {"seed", "same settings, same pixels [0]", assign<&O::seed>},
        {"views", "directions per structure, projected once; 0: each particle its own [0]", assign<&O::views>},
        {"preferred_fraction", "of the particles, seen from near one direction [0]", assign<&O::preferred_fraction>},
        {"preferred_rot", "degrees, that direction", assign<&O::preferred_rot>},
        {"preferred_tilt", "degrees, that direction", assign<&O::preferred_tilt>},
        {"preferred_concentration", "von Mises-Fisher kappa [10]", assign<&O::preferred_concentration>},
        {"contrast_spread", "relative deviation of the particles' contrast [0]", assign<&O::contrast_spread>},
        {"touching", "share of the particles at 0.7 to 1 diameter from another [0]", assign<&O::touching>},
        {"dose", "electrons per angstrom^2, counted; 0: Gaussian noise [0]", assign<&O::dose>},
        {"detector_mtf", "at the Nyquist frequency [1]", assign<&O::detector_mtf>},
        {"ice_noise", "share of the noise variance [0.25]", assign_has<&O::ice_noise, &O::has_ice_noise>},
        {"background_noise", "share of the noise variance [0]", assign<&O::background_noise>},
        {"background_length", "angstrom, correlation length of the background [300]", assign<&O::background_length>},
        {"readout_noise", "share of the noise variance [0]", assign<&O::readout_noise>},
        {"thickness_gradient", "relative change of the intensity across the image [0]", assign<&O::thickness_gradient>},
        {"carbon", "share of the area under carbon film [0]", assign<&O::carbon>},
        {"gold", "number of gold beads [0]", assign<&O::gold>},
        {"contamination", "number of contaminations [0]", assign<&O::contamination>},
        {"aggregates", "number of aggregates [0]", assign<&O::aggregates>}};
    return fields;
}

// A preset first: what is given beside it wins.
O settings_from(const char* function, const py::object& preset, const py::kwargs& given, Keep& keep) {
    auto settings = libpicker::make<O>();
    if (!preset.is_none()) {
        libpicker::set_preset(settings, Value("preset", preset, keep).text());
    }
    for (const auto& [key, value] : given) {
        const std::string name = py::cast<std::string>(key);
        if (!set_field(settings, simulation_fields(), name, value, keep)) {
            unknown_keyword(function, name, names_of(simulation_fields()));
        }
    }
    return settings;
}

struct Scene {
    std::shared_ptr<MicrographObject> micrograph;
    std::shared_ptr<PicksObject> truth, others;
    picker_simulated info;
};

struct Simulator {
    std::unique_ptr<libpicker::Simulator> handle;
    mutable Turn turn;
};

std::shared_ptr<Simulator> create(const char* function, const py::object& preset, const py::object& progress,
                                  int threads, const py::kwargs& given) {
    Keep keep;
    const O settings = settings_from(function, preset, given, keep);
    auto made = std::make_shared<Simulator>();
    Task task(progress, threads);
    made->handle =
        task.run([&](const libpicker::Control& c) { return std::make_unique<libpicker::Simulator>(settings, c); });
    return made;
}

Scene make(const Simulator& self, const py::object& index, const py::object& progress, int threads) {
    Keep keep;
    const std::uint64_t number = Value("index", index, keep).whole();
    const Turn::Use use(self.turn, "simulator");
    Task task(progress, threads);
    auto scene = task.run([&](const libpicker::Control& c) { return self.handle->make(number, c); });
    return {std::make_shared<MicrographObject>(
                MicrographObject{std::move(scene.micrograph), "simulated " + std::to_string(number)}),
            std::make_shared<PicksObject>(PicksObject{std::move(scene.truth)}),
            std::make_shared<PicksObject>(PicksObject{std::move(scene.others)}), scene.info};
}

} // namespace

void add_simulate(py::module_& m) {
    Record<Scene> record(m, "Simulated", "A simulated micrograph and what is on it.");
    record
        .value(
            "micrograph", [](const Scene& s) { return s.micrograph; }, "Micrograph")
        .value(
            "truth", [](const Scene& s) { return s.truth; },
            "Picks: the particles, with columns rot, tilt, psi (degrees), structure, contrast, ...")
        .value(
            "others", [](const Scene& s) { return s.others; },
            "Picks: what is no particle, with columns kind (1 gold, 2 contamination, 3 aggregate), diameter "
            "(angstrom)");
    const auto number = [&](const char* name, auto member, const char* what) {
        record.value(
            name, [member](const Scene& s) { return s.info.*member; }, what);
    };
    number("diameter", &picker_simulated::diameter, "angstrom, longest axis of the largest structure");
    number("defocus_u", &picker_simulated::defocus_u, "angstrom");
    number("defocus_v", &picker_simulated::defocus_v, "angstrom");
    number("defocus_angle", &picker_simulated::defocus_angle, "degrees");
    number("gradient_angle", &picker_simulated::gradient_angle, "degrees from x towards y");
    static const std::string options =
        "    preset: 'realistic' (docs/simulation.md), or None; options that are given win over it\n"
        "    threads: worker threads [0: one per core]; the pixels do not depend on it\n" +
        document(simulation_fields());
    static const std::string class_text =
        "Many micrographs of one kind: structures are read and projected once. make(index) makes one.\n\n" + options;
    static const std::string text = "One micrograph with known particles: a Simulated. `index` is its number in the "
                                    "series of a seed.\n\n" +
                                    options;
    py::class_<Simulator, std::shared_ptr<Simulator>>(m, "Simulator", class_text.c_str())
        .def(py::init([](const py::object& preset, const py::object& progress, int threads, const py::kwargs& given) {
                 return create("Simulator", preset, progress, threads, given);
             }),
             py::kw_only(), py::arg("preset") = py::none(), py::arg("progress") = py::none(), py::arg("threads") = 0)
        .def("make", &make, py::arg("index") = 0, py::kw_only(), py::arg("progress") = py::none(),
             py::arg("threads") = 0, "Micrograph number `index` of the series: the same pixels at every call.")
        .def("__repr__", [](const Simulator&) { return "<libpicker.Simulator>"; });
    m.def(
        "simulate",
        [](const py::object& index, const py::object& preset, const py::object& progress, int threads,
           const py::kwargs& given) {
            return make(*create("simulate", preset, progress, threads, given), index, progress, threads);
        },
        py::arg("index") = 0, py::kw_only(), py::arg("preset") = py::none(), py::arg("progress") = py::none(),
        py::arg("threads") = 0, text.c_str());
}

} // namespace bindings
