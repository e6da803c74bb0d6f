// ScoreMap: a model's scores on a grid of places, which numpy sees without a copy.
#include "record.hpp"

#include <pybind11/numpy.h>

namespace bindings {
namespace {

using ScoreMap = std::shared_ptr<ScoreMapObject>;

py::array view(const py::object& self) {
    const auto& scores = py::cast<const ScoreMapObject&>(self).handle;
    const auto info = scores.info();
    py::array_t<float> array({info.height, info.width}, scores.data(), self);
    array.attr("setflags")(py::arg("write") = false);
    return array;
}

py::buffer_info buffer(ScoreMapObject& self) {
    const auto info = self.handle.info();
    return py::buffer_info(
        const_cast<float*>(self.handle.data()), sizeof(float), py::format_descriptor<float>::format(), 2,
        {info.height, info.width},
        {static_cast<py::ssize_t>(sizeof(float)) * info.width, static_cast<py::ssize_t>(sizeof(float))}, true);
}

template <typename Get> auto of_info(Get get) {
    return [get](const ScoreMapObject& self) { return get(self.handle.info()); };
}

} // namespace

void add_scores(py::module_& m) {
    using Info = picker_scores_info;
    py::class_<ScoreMapObject, ScoreMap>(
        m, "ScoreMap", py::buffer_protocol(),
        "Scores (0 to 1) on a grid of places: the value in row j, column i belongs to the pixel\n"
        "x = origin[0] + i * step[0], y = origin[1] + j * step[1] of the micrograph.")
        .def_static(
            "read",
            [](const py::object& path) {
                const std::string name = path_of(path);
                const py::gil_scoped_release release;
                return std::make_shared<ScoreMapObject>(ScoreMapObject{libpicker::Scores::read(name)});
            },
            py::arg("path"), "Reads a map that write, or a run with write_score_maps, has written.")
        .def(
            "write",
            [](const ScoreMapObject& self, const py::object& path) {
                const std::string name = path_of(path);
                const py::gil_scoped_release release;
                self.handle.write(name);
            },
            py::arg("path"), "Writes an MRC file whose extended header keeps origin, step and sizes.")
        .def_buffer(&buffer)
        .def_property_readonly("array", &view, "The scores without a copy: float32, rows (y) x columns (x), read-only.")
        .def_property_readonly("shape", of_info([](const Info& i) { return py::make_tuple(i.height, i.width); }),
                               "(rows, columns)")
        .def_property_readonly("origin", of_info([](const Info& i) { return py::make_tuple(i.origin_x, i.origin_y); }),
                               "(x, y) of the first value, pixels of the micrograph")
        .def_property_readonly("step", of_info([](const Info& i) { return py::make_tuple(i.step_x, i.step_y); }),
                               "(x, y) between values, pixels of the micrograph")
        .def_property_readonly("diameter", of_info([](const Info& i) { return i.diameter; }),
                               "of the particle, pixels of the micrograph")
        .def_property_readonly("pixel_size", of_info([](const Info& i) { return i.pixel_size; }),
                               "of the micrograph, angstrom")
        .def_property_readonly("micrograph_size", of_info([](const Info& i) {
                                   return py::make_tuple(i.micrograph_width, i.micrograph_height);
                               }),
                               "(width, height) of the micrograph, pixels")
        .def("__repr__", [](const ScoreMapObject& self) {
            const auto info = self.handle.info();
            return "<libpicker.ScoreMap " + std::to_string(info.height) + " x " + std::to_string(info.width) +
                   " values (rows x columns) of a micrograph of " + std::to_string(info.micrograph_width) + " x " +
                   std::to_string(info.micrograph_height) + " pixels (width x height)>";
        });
}

} // namespace bindings
