// propose_diameter: the particle's diameter from a few micrographs.
#include "record.hpp"
#include "task.hpp"
#include "values.hpp"

namespace bindings {
namespace {

// With its texts: the library's are borrowed from its proposal.
struct Proposal {
    picker_diameter_summary summary;
    std::string doubt, text;
    std::vector<std::pair<double, double>> curve;
    std::vector<std::pair<std::string, double>> micrographs;
};

const Fields<picker_diameter_options>& diameter_fields() {
    using O = picker_diameter_options;
    static const Fields<O> fields = {
        {"smallest", "angstrom, of the diameters tried [50, and at least 6 pixels]", assign<&O::smallest>},
        {"largest", "angstrom, of the diameters tried [1000, and at most a quarter of an edge]", assign<&O::largest>},
        {"pixel_size", "angstrom, for all [lists and headers]", assign<&O::pixel_size>},
        {"micrographs", "how many to look at, spread over the inputs [3]", assign<&O::micrographs>},
        {"invert", "True: light particles on a dark ground [False]",
         [](O& o, const Value& v) { o.invert = v.flag() ? 1 : 0; }}};
    return fields;
}

Proposal propose(const libpicker::Model& model, const py::object& inputs, const py::object& progress, int threads,
                 const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("propose_diameter", diameter_fields(), given, keep);
    const auto patterns = paths_of(inputs);
    Task task(progress, threads);
    return task.run([&](const libpicker::Control& c) {
        const libpicker::Diameter found(model, libpicker::Inputs(patterns), options, c);
        Proposal result{found.summary(), {}, {}, {}, found.micrographs()};
        result.doubt = result.summary.doubt;
        result.text = result.summary.text;
        for (const picker_diameter_step& step : found.curve()) {
            result.curve.emplace_back(step.diameter, step.support);
        }
        return result;
    });
}

} // namespace

void add_diameter(py::module_& m) {
    Record<Proposal> record(m, "DiameterProposal", "A diameter proposed from a few micrographs.");
    const auto number = [&](const char* name, auto member, const char* what) {
        record.value(
            name, [member](const Proposal& self) { return self.summary.*member; }, what);
    };
    using S = picker_diameter_summary;
    number("diameter", &S::diameter, "angstrom; a best guess where it is not sure, 0 without particles");
    number("low", &S::low, "angstrom: from here to high the support is at least 0.8 of the largest");
    number("high", &S::high, "the same");
    number("confidence", &S::confidence, "0 to 1");
    record.value(
        "sure", [](const Proposal& self) { return self.summary.sure != 0; }, "whether it can be relied on");
    record.field("doubt", &Proposal::doubt,
                 "'none', 'no_particles', 'at_smallest_end', 'at_largest_end', 'flat' or 'disagreement'");
    record.field("text", &Proposal::text, "one line for people");
    record.field("curve", &Proposal::curve, "(diameter, support) of every diameter tried");
    record.field("micrographs", &Proposal::micrographs, "(name, the diameter that it would propose by itself)");
    static const std::string text =
        "Proposes the particle's diameter from a few micrographs, as `picker diameter` does. Returns a\n"
        "DiameterProposal; one that is not sure raises nothing.\n\n"
        "    model: whose scores are probabilities, Model.load('general')\n"
        "    inputs: a path, folder, quoted glob or STAR list, or several of them\n"
        "    progress: True for a bar, or a callable(Progress) that may return True to cancel\n"
        "    threads: worker threads [0: one per core]\n" +
        document(diameter_fields());
    m.def("propose_diameter", &propose, py::arg("model"), py::arg("inputs"), py::kw_only(),
          py::arg("progress") = py::none(), py::arg("threads") = 0, text.c_str());
}

} // namespace bindings
