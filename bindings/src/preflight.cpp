// preflight: everything that is wrong with the inputs of a run, before it.
#include "record.hpp"
#include "task.hpp"
#include "values.hpp"

namespace bindings {
namespace {

// With its texts: the library's are borrowed from its preflight.
struct Problem {
    std::string kind, level, path, message;
    std::optional<std::int64_t> index;
    bool skippable = false;
};

struct Report {
    picker_preflight_summary summary;
    std::vector<Problem> problems;
    std::vector<std::string> lines; // of each group
};

const Fields<picker_preflight_options>& preflight_fields() {
    using O = picker_preflight_options;
    static const Fields<O> fields = {{"pixel_size", "angstrom, for all [lists and headers]",
                                      [](O& o, const Value& v) { o.pixel_size = v.number(); }},
                                     {"diameter", "angstrom, for images that are smaller [not known yet]",
                                      [](O& o, const Value& v) { o.diameter = v.number(); }},
                                     {"output", "folder of the run: permission and room [not checked]",
                                      [](O& o, const Value& v) { o.output = v.path(); }},
                                     {"write_score_maps", "True: they need room too [False]",
                                      [](O& o, const Value& v) { o.write_score_maps = v.flag() ? 1 : 0; }},
                                     {"deep",
                                      "True: read the pixels too: NaN, constant, clipped, hot pixels, stripes [False]",
                                      [](O& o, const Value& v) { o.deep = v.flag() ? 1 : 0; }},
                                     {"allow_same_stem", "True: nothing is written by stem [False]",
                                      [](O& o, const Value& v) { o.allow_same_stem = v.flag() ? 1 : 0; }}};
    return fields;
}

Report preflight(const py::object& inputs, const py::object& progress, int threads, const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("preflight", preflight_fields(), given, keep);
    const auto patterns = paths_of(inputs);
    Task task(progress, threads);
    return task.run([&](const libpicker::Control& c) {
        constexpr const char* levels[] = {"remark", "warning", "error"};
        const libpicker::Preflight checked(libpicker::Inputs::all_of(patterns), options, c);
        Report report{checked.summary(), {}, {}};
        for (const picker_problem& p : checked.problems()) {
            report.problems.push_back({p.kind, levels[p.level], p.path, p.message,
                                       p.index < 0 ? std::nullopt : std::optional(p.index), p.skippable != 0});
        }
        for (const picker_problem_group& group : checked.groups()) {
            report.lines.emplace_back(group.text);
        }
        return report;
    });
}

} // namespace

void add_preflight(py::module_& m) {
    Record<Problem>(m, "Problem", "One thing that is wrong with the inputs of a run.")
        .field("kind", &Problem::kind, "'missing', 'truncated' and so on (docs/pick-run.md)")
        .field("level", &Problem::level, "'error', 'warning' or 'remark'")
        .field("path", &Problem::path, "of the file or folder; a pattern as it was given")
        .field("message", &Problem::message, "names the thing, the file and the way out")
        .field("index", &Problem::index, "of the micrograph; None where it is no single one's")
        .field("skippable", &Problem::skippable, "an error of this micrograph alone");
    Record<Report> record(m, "Preflight", "What the check before a run came to.");
    const auto number = [&](const char* name, auto member, const char* what) {
        record.value(
            name, [member](const Report& self) { return self.summary.*member; }, what);
    };
    using S = picker_preflight_summary;
    number("micrographs", &S::micrographs, "in all");
    number("usable", &S::usable, "without an error");
    number("errors", &S::errors, "among the problems");
    number("blocking", &S::blocking, "errors that have to be mended before the run");
    number("bytes_least", &S::bytes_least, "estimate of what the run writes; 0 without an output");
    number("bytes_most", &S::bytes_most, "the same");
    number("bytes_free", &S::bytes_free, "of the disk; -1 where it is not known");
    number("seconds", &S::seconds, "of this call");
    record.field("problems", &Report::problems, "a Problem for each, by kind and then by micrograph");
    record.field("lines", &Report::lines, "a line for each kind: how many, the first names, the way out");
    static const std::string text =
        "Checks the inputs of a run, as `picker pick` does before it loads a model: headers, file sizes, pixel sizes,\n"
        "equal names, the output folder. Returns a Preflight; problems raise nothing.\n\n"
        "    inputs: a path, folder, quoted glob or STAR list, or several of them\n"
        "    progress: True for a bar, or a callable(Progress) that may return True to cancel\n"
        "    threads: worker threads [0: one per core]\n" +
        document(preflight_fields());
    m.def("preflight", &preflight, py::arg("inputs"), py::kw_only(), py::arg("progress") = py::none(),
          py::arg("threads") = 0, text.c_str());
}

} // namespace bindings
