// report: the folder of a run as one HTML page.
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

} // namespace

void add_report(py::module_& m) {
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
