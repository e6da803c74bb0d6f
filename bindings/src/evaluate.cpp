// evaluate: picks against known particles.
#include "record.hpp"
#include "values.hpp"

#include <pybind11/numpy.h>

namespace bindings {
namespace {

using Result = picker_evaluation_result;

const Fields<picker_evaluate_options>& evaluate_fields() {
    using O = picker_evaluate_options;
    static const Fields<O> fields = {
        {"diameter", "pixels, longest axis of the particle; the presets need it", assign<&O::diameter>},
        {"radius_preset", "'half-diameter' [default], 'deeppicker', 'parsed' or 'hydrapicker'",
         assign<&O::radius_preset>},
        {"radius", "pixels within which a pick matches, instead of a preset", assign<&O::radius>},
        {"window", "pixels [1.2 diameters]", assign<&O::window>},
        {"aperture", "pixels [0.5 diameters]", assign<&O::aperture>},
        {"beta", "of F-beta [1]", assign<&O::beta>},
        {"threshold", "for precision, recall and F; the curves use every candidate",
         assign_has<&O::threshold, &O::has_threshold>},
        {"optimal", "True: most pairs, then least distance; False: greedy by score [False]", assign_flag<&O::optimal>}};
    return fields;
}

std::pair<int, int> size_of(const py::object& given) {
    if (given.is_none()) {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT,
                               "evaluate needs the size of the micrograph: size=(width, height) or size=micrograph");
    }
    const auto info = image_of(given);
    return {info.width, info.height};
}

libpicker::Evaluation evaluate(const py::object& picks, const py::object& truth, const py::object& size,
                               const py::object& group, const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("evaluate", evaluate_fields(), given, keep);
    const std::size_t count = py::isinstance<py::list>(picks) ? py::len(picks) : 1;
    const auto predicted = for_each(picks, count, "picks");
    const auto known = for_each(truth, count, "truth");
    const auto sizes = for_each(size, count, "size");
    const auto groups = for_each(group, count, "group");
    std::vector<picker_evaluate_item> items;
    for (std::size_t i = 0; i < count; ++i) {
        auto item = libpicker::make<picker_evaluate_item>();
        item.predicted = Value("picks", predicted[i], keep).picks();
        item.truth = Value("truth", known[i], keep).picks();
        std::tie(item.width, item.height) = size_of(sizes[i]);
        item.group = groups[i].is_none() ? nullptr : Value("group", groups[i], keep).text();
        items.push_back(item);
    }
    const py::gil_scoped_release release;
    return libpicker::Evaluation(items, options);
}

} // namespace

void add_evaluate(py::module_& m) {
    Record<Result>(m, "EvaluationResult", "Figures of picks against known particles; docs/evaluation.md defines each.")
        .field("picks", &Result::picks, "at the threshold")
        .field("truth", &Result::truth, "known particles")
        .field("matched", &Result::matched, "picks on a particle of their own")
        .field("duplicates", &Result::duplicates, "further picks on a particle that has one")
        .field("negatives", &Result::negatives, "places that are no particles, for the ROC curve")
        .field("precision", &Result::precision, "matched / picks")
        .field("recall", &Result::recall, "matched / truth")
        .field("f_beta", &Result::f_beta, "of precision and recall")
        .field("best_f", &Result::best_f, "over all thresholds")
        .field("best_threshold", &Result::best_threshold, "where F is best")
        .field("precision_at_best", &Result::precision_at_best, "at best_threshold")
        .field("recall_at_best", &Result::recall_at_best, "at best_threshold")
        .field("average_precision", &Result::average_precision, "area under precision over recall")
        .field("auroc", &Result::auroc, "area under the ROC curve")
        .flag("average_precision_is_lower_bound", &Result::average_precision_is_lower_bound,
              "the candidate list was cut at a threshold")
        .field("offset_mean", &Result::offset_mean, "distance of matched picks, pixels")
        .field("offset_median", &Result::offset_median, "distance of matched picks, pixels")
        .field("offset_95", &Result::offset_95, "95th percentile of the distance, pixels")
        .field("mean_dx", &Result::mean_dx, "shift of all matched picks, pixels")
        .field("mean_dy", &Result::mean_dy, "shift of all matched picks, pixels")
        .field("radius", &Result::radius, "within which a pick matches, pixels, as used");
    py::class_<libpicker::Evaluation>(m, "Evaluation", "Picks compared with known particles, pooled over micrographs.")
        .def("result", &libpicker::Evaluation::result, py::arg("group") = "",
             "The figures of one group, '' for all, as EvaluationResult.")
        .def_property_readonly("groups", &libpicker::Evaluation::groups, "Names of the groups; the first, '', is all.")
        .def(
            "curve",
            [](const libpicker::Evaluation& self, const std::string& column, const std::string& group) {
                const auto values = self.curve(column, group);
                return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
            },
            py::arg("column"), py::arg("group") = "",
            "'threshold', 'precision', 'recall', 'f_beta', 'false_positive_rate' or 'picked_fraction': float64, one\n"
            "value per distinct score, best first.")
        .def("__repr__", [](const libpicker::Evaluation& self) {
            const auto result = self.result();
            return py::str("<libpicker.Evaluation: {} picks, {} known particles, precision {:.3f}, recall {:.3f}>")
                .format(result.picks, result.truth, result.precision, result.recall);
        });
    static const std::string text =
        "Compares picks with known particles; returns an Evaluation. Lists compare several micrographs together.\n\n"
        "    picks, truth: Picks or path, or a list of them\n"
        "    size: (width, height) of the micrograph in pixels, a Micrograph or a path, or a list of them\n"
        "    group: name that figures are told by, or a list of names\n" +
        document(evaluate_fields());
    m.def("evaluate", &evaluate, py::arg("picks"), py::arg("truth"), py::kw_only(), py::arg("size") = py::none(),
          py::arg("group") = py::none(), text.c_str());
}

} // namespace bindings
