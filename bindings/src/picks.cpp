// Picks: a table of coordinates and scores whose columns numpy sees without a copy.
#include "values.hpp"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

namespace bindings {
namespace {

using Doubles = py::array_t<double, py::array::c_style | py::array::forcecast>;
using Picks = std::shared_ptr<PicksObject>;

Picks own(libpicker::Picks&& picks) {
    return std::make_shared<PicksObject>(PicksObject{std::move(picks)});
}

void check_column(const Doubles& column, const char* name, py::ssize_t count) {
    if (column.ndim() != 1 || column.shape(0) != count) {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT,
                               std::string("x, y and score must be one-dimensional and of equal length; ") + name +
                                   " is not");
    }
}

Picks from_arrays(const Doubles& x, const Doubles& y, const std::optional<Doubles>& score) {
    const py::ssize_t count = x.ndim() == 1 ? x.shape(0) : 0;
    check_column(x, "x", count);
    check_column(y, "y", count);
    if (score) {
        check_column(*score, "score", count);
    }
    libpicker::Picks picks;
    libpicker::check(picker_picks_append(picks.get(), x.data(), y.data(), score ? score->data() : nullptr,
                                         static_cast<std::size_t>(count)));
    return own(std::move(picks));
}

Picks read(const py::object& path, const std::optional<std::string>& format) {
    const std::string name = path_of(path);
    const py::gil_scoped_release release;
    return own(libpicker::Picks::read(name, format ? format->c_str() : nullptr));
}

// A column of numbers, lent out.
py::array numbers(const py::object& self, const std::string& name) {
    const auto& picks = py::cast<const PicksObject&>(self).handle;
    py::array_t<double> array({static_cast<py::ssize_t>(picks.size())}, picks.column(name.c_str()), self);
    array.attr("setflags")(py::arg("write") = false);
    return array;
}

// Any column; texts are copied.
py::object column(const py::object& self, const std::string& name) {
    const auto& picks = py::cast<const PicksObject&>(self).handle;
    const auto texts = picks.text_columns();
    const auto text = std::find(texts.begin(), texts.end(), name);
    if (text == texts.end()) {
        return numbers(self, name);
    }
    py::list values;
    for (std::size_t row = 0; row < picks.size(); ++row) {
        values.append(picks.text(static_cast<std::size_t>(text - texts.begin()), row));
    }
    return py::module_::import("numpy").attr("array")(values, py::arg("dtype") = "object");
}

std::vector<std::string> columns(const PicksObject& self) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < picker_picks_column_count(self.handle.get()); ++i) {
        names.emplace_back(picker_picks_column_name(self.handle.get(), i));
    }
    for (std::string& name : self.handle.text_columns()) {
        names.push_back(std::move(name));
    }
    return names;
}

bool has_column(const PicksObject& self, const std::string& name) {
    const auto names = columns(self);
    return std::find(names.begin(), names.end(), name) != names.end();
}

py::object pandas() {
    try {
        return py::module_::import("pandas");
    } catch (py::error_already_set& error) {
        if (!error.matches(PyExc_ImportError)) {
            throw;
        }
        throw py::import_error("picks become a table of pandas, which is not installed: pip install pandas");
    }
}

py::object to_pandas(const py::object& self) {
    py::dict data;
    for (const std::string& name : columns(py::cast<const PicksObject&>(self))) {
        data[py::str(name)] = column(self, name).attr("copy")(); // a table is to be changed
    }
    return pandas().attr("DataFrame")(data);
}

Picks from_pandas(const py::object& table) {
    const auto take = [&](const char* name) { return table.attr("__getitem__")(name).attr("to_numpy")(); };
    for (const char* name : {"x", "y"}) {
        if (!table.attr("__contains__")(name).cast<bool>()) {
            throw libpicker::Error(PICKER_NOT_FOUND, std::string("the table has no column '") + name +
                                                         "'; picks need x and y (centres, pixels) and may have score");
        }
    }
    std::optional<Doubles> score;
    if (table.attr("__contains__")("score").cast<bool>()) {
        score = Doubles(take("score"));
    }
    return from_arrays(Doubles(take("x")), Doubles(take("y")), score);
}

// (width, height): given, or those of a micrograph.
std::pair<int, int> size_of(const py::object& size, const py::object& micrograph, bool required) {
    if (!micrograph.is_none()) {
        const auto info = micrograph_of(micrograph)->handle.info();
        return {info.width, info.height};
    }
    if (!size.is_none()) {
        return py::cast<std::pair<int, int>>(size);
    }
    if (required) {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT,
                               "the rules need the size of the micrograph: give micrograph= or "
                               "size=(width, height), in pixels");
    }
    return {0, 0};
}

const Fields<picker_select_rules>& select_fields() {
    using O = picker_select_rules;
    static const Fields<O> fields = {
        {"threshold", "least score of a pick", assign_has<&O::threshold, &O::has_threshold>},
        {"top", "best N [0: all]", assign<&O::top>},
        {"min_distance", "pixels between centres; the better of two stays [0]", assign<&O::min_distance>},
        {"edge", "pixels; picks nearer to the border are dropped [0]", assign<&O::edge>},
        {"mask", "Micrograph, array or path; places above half its maximum are excluded; any size, stretched",
         [](O& o, const Value& v) { o.mask = v.micrograph(); }},
        {"overlap_distance", "pixels; of what min_distance leaves, both of two nearer than this are dropped [0: kept]",
         assign<&O::overlap_distance>}};
    return fields;
}

Picks select(const PicksObject& self, const py::object& size, const py::object& micrograph, const py::kwargs& given) {
    Keep keep;
    auto rules = options_from("Picks.select", select_fields(), given, keep);
    std::tie(rules.width, rules.height) = size_of(size, micrograph, true);
    const py::gil_scoped_release release;
    return own(self.handle.select(rules));
}

// What the keywords of write say of a micrograph. `name` keeps the text that the context borrows.
picker_picks_context context_of(const py::object& micrograph, const py::object& size, double pixel_size,
                                double box_size, std::uint64_t micrograph_uid, std::uint32_t exposure_group,
                                bool flip_y, std::string& name) {
    auto context = libpicker::make<picker_picks_context>();
    context.pixel_size = pixel_size;
    context.box_size = box_size;
    context.micrograph_uid = micrograph_uid;
    context.exposure_group = exposure_group;
    context.flip_y = flip_y ? 1 : 0;
    if (py::isinstance<MicrographObject>(micrograph)) {
        const auto& given = py::cast<const MicrographObject&>(micrograph);
        name = given.name;
        std::tie(context.width, context.height) = size_of(size, micrograph, false);
        context.pixel_size = pixel_size > 0 ? pixel_size : given.pixel_size();
    } else {
        if (!micrograph.is_none()) {
            name = path_of(micrograph);
        }
        std::tie(context.width, context.height) = size_of(size, py::none(), false);
    }
    context.micrograph = name.empty() ? nullptr : name.c_str();
    return context;
}

void write(const PicksObject& self, const py::object& path, const std::optional<std::string>& format,
           const py::object& micrograph, const py::object& size, double pixel_size, double box_size,
           std::uint64_t micrograph_uid, std::uint32_t exposure_group, bool flip_y) {
    const std::string file = path_of(path);
    std::string name;
    const auto context =
        context_of(micrograph, size, pixel_size, box_size, micrograph_uid, exposure_group, flip_y, name);
    const py::gil_scoped_release release;
    self.handle.write(file, &context, format ? format->c_str() : nullptr);
}

std::string show(const PicksObject& self) {
    std::string text = "<libpicker.Picks: " + std::to_string(self.handle.size()) + " picks, columns ";
    bool first = true;
    for (const std::string& name : columns(self)) {
        text += (first ? "" : ", ") + name;
        first = false;
    }
    return text + ">";
}

} // namespace

std::shared_ptr<PicksObject> picks_of(py::handle given) {
    if (py::isinstance<PicksObject>(given)) {
        return py::cast<Picks>(given);
    }
    return read(py::reinterpret_borrow<py::object>(given), std::nullopt);
}

void add_picks(py::module_& m) {
    static const std::string select_text =
        "The picks that a set of rules leaves, best first. Lengths are pixels of the micrograph.\n\n"
        "    size: (width, height) of the micrograph in pixels, or\n    micrograph: a Micrograph, array or path\n" +
        document(select_fields());
    py::class_<PicksObject, Picks>(
        m, "Picks",
        "Coordinates and scores: particle centres in pixels of the full-size micrograph, counted from 0; x is the\n"
        "column, y the row as stored. Columns of numbers are float64 arrays of length len(picks), read-only, without a "
        "copy.\n\n"
        "A table does not change: select and at_least make new ones. Picks() has no picks; read, from_arrays and\n"
        "from_pandas make others.")
        .def(py::init([] { return own(libpicker::Picks()); }))
        .def_static("read", &read, py::arg("path"), py::arg("format") = py::none(),
                    "Every pick in a file. format: a name of formats(), None for the file's extension.")
        .def_static("from_arrays", &from_arrays, py::arg("x"), py::arg("y"), py::arg("score") = py::none(),
                    "Picks at x (columns) and y (rows), pixels; arrays of one length, copied. No score is NaN.")
        .def_static("from_pandas", &from_pandas, py::arg("table"),
                    "Picks of the columns x, y and, where it is there, score of a pandas DataFrame.")
        .def("to_pandas", &to_pandas, "A pandas DataFrame with every column (a copy).")
        .def("__len__", [](const PicksObject& self) { return self.handle.size(); })
        .def("__getitem__", &column, py::arg("column"),
             "One column by name, such as picks['psi']; a column of text is an array of str, copied.")
        .def("__contains__", &has_column, py::arg("column"))
        // Without it, Python would iterate by asking for the columns 0, 1, ...
        .def(
            "__iter__",
            [](const py::object& self) {
                const auto take = [&](const char* name) { return numbers(self, name).attr("tolist")(); };
                return py::module_::import("builtins")
                    .attr("zip")(take("x"), take("y"), take("score"))
                    .attr("__iter__")();
            },
            "(x, y, score) of each pick.")
        .def_property_readonly("columns", &columns, "Names of the columns; the first three are x, y, score.")
        .def_property_readonly(
            "x", [](const py::object& self) { return numbers(self, "x"); }, "Columns of the centres, pixels, from 0.")
        .def_property_readonly(
            "y", [](const py::object& self) { return numbers(self, "y"); }, "Rows of the centres, pixels, from 0.")
        .def_property_readonly(
            "score", [](const py::object& self) { return numbers(self, "score"); },
            "Figure of merit, 0 to 1 for this library's models; NaN where a file gave none.")
        .def("select", &select, py::kw_only(), py::arg("size") = py::none(), py::arg("micrograph") = py::none(),
             select_text.c_str())
        .def(
            "at_least",
            [](const PicksObject& self, const std::string& name, double least) {
                return own(self.handle.at_least(name, least));
            },
            py::arg("column"), py::arg("least"), "The rows whose value in a column is `least` or more, in their order.")
        .def("write", &write, py::arg("path"), py::arg("format") = py::none(), py::kw_only(),
             py::arg("micrograph") = py::none(), py::arg("size") = py::none(), py::arg("pixel_size") = 0.0,
             py::arg("box_size") = 0.0, py::arg("micrograph_uid") = 0, py::arg("exposure_group") = 0,
             py::arg("flip_y") = false,
             "Writes the picks; the file appears whole or not at all.\n\n"
             "    format: a name of formats(), None for the extension\n"
             "    micrograph: the Micrograph, or its name: some formats want name, size and pixel size\n"
             "    size: (width, height) in pixels, which 'cs' needs; pixel_size: angstrom; box_size: pixels, which "
             "'box' needs\n"
             "    micrograph_uid, exposure_group: cryoSPARC's, for 'cs' [from the micrograph's name]\n"
             "    flip_y: write height - 1 - y, for a program whose copy of the micrograph is mirrored")
        .def("__repr__", &show);
    m.def(
        "draw",
        [](const py::object& path, const py::object& micrograph, const py::object& picks, double diameter,
           const py::object& reference, int long_side) {
            const std::string name = path_of(path);
            const auto image = micrograph_of(micrograph);
            const auto marks = picks_of(picks);
            const auto other = reference.is_none() ? nullptr : picks_of(reference);
            const py::gil_scoped_release release;
            libpicker::draw(name, image->handle, marks->handle, other ? &other->handle : nullptr, diameter, long_side);
        },
        py::arg("path"), py::arg("micrograph"), py::arg("picks"), py::arg("diameter"), py::kw_only(),
        py::arg("reference") = py::none(), py::arg("long_side") = 0,
        "Writes a PNG: the micrograph in grey, picks circled in green, `reference` in orange. diameter: pixels of the\n"
        "micrograph; long_side: of the picture, pixels (0: 1024).");
}

} // namespace bindings
