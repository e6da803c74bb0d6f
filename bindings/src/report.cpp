// report: the folder of a run as one HTML page; select_micrographs: its good micrographs.
#include "record.hpp"
#include "task.hpp"
#include "values.hpp"

namespace bindings {
namespace {

// With the page's path, which the library is given and does not give back.
struct Report : picker_report_summary {
    std::string output;
};

const Fields<picker_report_options>& report_fields() {
    using O = picker_report_options;
    static const Fields<O> fields = {
        {"output", "path of the page [report.html in the folder]", [](O& o, const Value& v) { o.output = v.path(); }},
        {"title", "what stands above it [the folder's name]", [](O& o, const Value& v) { o.title = v.text(); }},
        {"picture_side", "pixels, longest edge of every picture [by their number: about 20 MB in all]",
         [](O& o, const Value& v) { o.picture_side = static_cast<std::int32_t>(v.integer(0, 4096)); }},
        {"png", "True: the plots too, as NAME-scores.png and so on beside the page [False]",
         [](O& o, const Value& v) { o.png = v.flag() ? 1 : 0; }},
        {"pdf", "True: the plots too, as NAME.pdf [False]", [](O& o, const Value& v) { o.pdf = v.flag() ? 1 : 0; }}};
    return fields;
}

Report report(const py::object& folder, const py::object& progress, int threads, const py::kwargs& given) {
    Keep keep;
    auto options = libpicker::make<picker_report_options>();
    for (const auto& [key, value] : given) {
        const std::string name = py::cast<std::string>(key);
        if (!set_field(options, report_fields(), name, value, keep)) {
            unknown_keyword("report", name, names_of(report_fields()));
        }
    }
    const std::string path = path_of(folder);
    const std::string output = options.output != nullptr ? options.output : path + "/report.html";
    options.output = output.c_str();
    Task task(progress, threads);
    return task.run([&](const libpicker::Control& c) {
        return Report{libpicker::write_report(path, options, c), output};
    });
}

struct Selected {
    std::int64_t micrographs, selected;
    std::vector<std::int64_t> failing;
    std::string output, reasons;
};

Selected select_micrographs(const py::object& folder, const std::vector<std::string>& rules, const py::object& list,
                            const py::object& output) {
    const std::string path = path_of(folder);
    const std::string listed = list.is_none() ? "" : path_of(list);
    const std::string to = output.is_none() ? path : path_of(output);
    const bool is_cs = listed.size() > 3 && listed.substr(listed.size() - 3) == ".cs";
    const py::gil_scoped_release release;
    const auto result = libpicker::select_micrographs(path, rules, listed, to);
    return {result.micrographs, result.selected, result.failing,
            to + (is_cs ? "/micrographs_selected.cs" : "/micrographs_selected.star"), to + "/selection.csv"};
}

void add_selection(py::module_& m) {
    Record<Selected> record(m, "SelectedMicrographs", "Which micrographs of a run passed.");
    record.field("micrographs", &Selected::micrographs, "number of them")
        .field("selected", &Selected::selected, "number of those that passed")
        .field("failing", &Selected::failing, "for each rule, how many micrographs do not meet it")
        .field("output", &Selected::output, "path of the list of those that passed")
        .field("reasons", &Selected::reasons, "path of selection.csv");
    m.def("select_micrographs", &select_micrographs, py::arg("folder"), py::arg("rules"), py::kw_only(),
          py::arg("micrographs") = py::none(), py::arg("output") = py::none(),
          "Chooses micrographs of a run by their quality, as `picker select` does (docs/quality.md). Returns a\n"
          "SelectedMicrographs.\n\n"
          "    folder: the output of pick_files\n"
          "    rules: such as ['picks >= 20', 'defocus < 30000'], on the columns of quality.csv; all must hold\n"
          "    micrographs: the STAR or .cs list that was picked: its rows are written [none: a plain list]\n"
          "    output: folder [the run's]");
}

} // namespace

void add_report(py::module_& m) {
    add_selection(m);
    Record<Report> record(m, "ReportSummary", "What the report of a run holds.");
    record.field("output", &Report::output, "path of the page");
    const auto number = [&](const char* name, auto member, const char* what) {
        record.value(
            name, [member](const Report& self) { return self.*member; }, what);
    };
    using S = picker_report_summary;
    number("micrographs", &S::micrographs, "of the run");
    number("failed", &S::failed, "of the run");
    number("pictures", &S::pictures, "of the micrographs that were picked");
    number("without_picture", &S::without_picture, "picked, but the image could not be read again");
    number("picks", &S::picks, "at the run's threshold");
    number("rows", &S::rows, "that the page holds, down to the run's keep");
    number("threshold", &S::threshold, "of the run");
    number("diameter", &S::diameter, "angstrom, of the run");
    number("bytes", &S::bytes, "of the page");
    static const std::string text =
        "Writes the report of a run, as `picker report` does: one HTML page that needs no network, with plots, "
        "pictures, "
        "a\nlive threshold, and picks to correct for a training (docs/report.md). Returns a ReportSummary.\n\n"
        "    folder: the output of pick_files\n    progress: True for a bar, or a callable(Progress) that may return "
        "True to cancel\n    threads: worker threads [0: one per core]\n" +
        document(report_fields());
    m.def("report", &report, py::arg("folder"), py::kw_only(), py::arg("progress") = py::none(), py::arg("threads") = 0,
          text.c_str());
}

} // namespace bindings
