// Micrograph: pixels that numpy sees without a copy.
#include "record.hpp"

#include <pybind11/numpy.h>

namespace bindings {
namespace {

using FloatArray = py::array_t<float, py::array::c_style | py::array::forcecast>;

std::shared_ptr<MicrographObject> from_array(const py::object& given, double pixel_size, const std::string& name) {
    const py::array array = py::array::ensure(given);
    const std::string kind = array ? std::string(1, array.dtype().kind()) : "O";
    if (std::string("biuf").find(kind) == std::string::npos) {
        throw py::type_error("a micrograph is made of an array of real numbers (height x width)");
    }
    if (array.ndim() != 2) {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT,
                               "a micrograph has two dimensions (height, width), this array has " +
                                   std::to_string(array.ndim()) + "; give one image of a stack, such as array[0]");
    }
    if (array.shape(0) > std::numeric_limits<int>::max() || array.shape(1) > std::numeric_limits<int>::max()) {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT, "the array is too large for a micrograph");
    }
    const FloatArray pixels(array);
    return std::make_shared<MicrographObject>(
        MicrographObject{libpicker::Micrograph::from_data(pixels.data(), static_cast<int>(pixels.shape(1)),
                                                          static_cast<int>(pixels.shape(0)), pixel_size, name),
                         name});
}

std::shared_ptr<MicrographObject> read(const py::object& path) {
    const std::string name = path_of(path);
    const py::gil_scoped_release release;
    return std::make_shared<MicrographObject>(MicrographObject{libpicker::Micrograph::read(name), name});
}

py::buffer_info buffer(MicrographObject& self) {
    const auto info = self.handle.info();
    return py::buffer_info(
        const_cast<float*>(self.handle.data()), sizeof(float), py::format_descriptor<float>::format(), 2,
        {info.height, info.width},
        {static_cast<py::ssize_t>(sizeof(float)) * info.width, static_cast<py::ssize_t>(sizeof(float))}, true);
}

// A read-only view that keeps the micrograph alive.
py::array view(const py::object& self) {
    const auto& micrograph = py::cast<const MicrographObject&>(self);
    const auto info = micrograph.handle.info();
    py::array_t<float> array({info.height, info.width}, micrograph.handle.data(), self);
    array.attr("setflags")(py::arg("write") = false);
    return array;
}

std::string show(const MicrographObject& self) {
    const auto info = self.handle.info();
    const std::string size = info.pixel_size > 0
                                 ? py::cast<std::string>(py::str("{:g} A/pixel").format(info.pixel_size))
                                 : std::string("pixel size unknown");
    return "<libpicker.Micrograph " + (self.name.empty() ? "" : "'" + self.name + "' ") + std::to_string(info.width) +
           " x " + std::to_string(info.height) + " pixels (width x height), " + size + ">";
}

picker_micrograph_info inspect(const py::object& path, bool deep) {
    const std::string name = path_of(path);
    auto info = libpicker::make<picker_micrograph_info>();
    const py::gil_scoped_release release;
    libpicker::check(picker_micrograph_inspect(name.c_str(), deep ? 1 : 0, &info));
    return info;
}

} // namespace

std::shared_ptr<MicrographObject> micrograph_of(py::handle given) {
    if (py::isinstance<MicrographObject>(given)) {
        return py::cast<std::shared_ptr<MicrographObject>>(given);
    }
    if (py::isinstance<py::str>(given) || py::isinstance<py::bytes>(given) || py::hasattr(given, "__fspath__")) {
        return read(py::reinterpret_borrow<py::object>(given));
    }
    return from_array(py::reinterpret_borrow<py::object>(given), 0, "");
}

picker_micrograph_info image_of(py::handle given) {
    auto info = libpicker::make<picker_micrograph_info>();
    if (py::isinstance<py::tuple>(given) || py::isinstance<py::list>(given)) {
        std::tie(info.width, info.height) = py::cast<std::pair<int, int>>(given);
        return info;
    }
    if (py::isinstance<py::str>(given) || py::isinstance<py::bytes>(given) || py::hasattr(given, "__fspath__")) {
        const std::string path = path_of(given);
        const py::gil_scoped_release release;
        libpicker::check(picker_micrograph_inspect(path.c_str(), 0, &info));
        return info;
    }
    return micrograph_of(given)->handle.info();
}

void add_micrograph(py::module_& m) {
    using Info = picker_micrograph_info;
    Record<Info>(m, "MicrographInfo", "What is known of a micrograph's file or pixels.")
        .field("width", &Info::width, "pixels")
        .field("height", &Info::height, "pixels")
        .field("pixel_size", &Info::pixel_size, "angstrom, 0 where unknown")
        .field("format", &Info::format, "'mrc', 'tiff', 'png', 'memory'")
        .field("sample_type", &Info::sample_type, "'float32', 'int8', ...")
        .flag("big_endian", &Info::big_endian, "byte order of the file")
        .flag("has_statistics", &Info::has_statistics, "whether the five values below were computed")
        .field("mean", &Info::mean, "of the pixels")
        .field("deviation", &Info::deviation, "standard deviation of the pixels")
        .field("minimum", &Info::minimum, "of the pixels")
        .field("maximum", &Info::maximum, "of the pixels")
        .field("nonfinite", &Info::nonfinite, "number of NaN and infinite pixels")
        .field("file_size", &Info::file_size, "bytes, 0 for one made in memory");
    py::class_<MicrographObject, std::shared_ptr<MicrographObject>>(
        m, "Micrograph", py::buffer_protocol(),
        "A micrograph in memory: float32 pixels, height x width, rows as stored (y is the row, x the column).\n\n"
        "Micrograph(array, pixel_size=0, name='') copies a 2-D array (height x width). np.asarray(micrograph) and\n"
        "micrograph.array are views of the pixels without a copy, read-only.")
        .def(py::init(&from_array), py::arg("array"), py::arg("pixel_size") = 0.0, py::arg("name") = "",
             "array: real numbers, height x width. pixel_size: angstrom, 0 if unknown. name: for messages and files.")
        .def_static("read", &read, py::arg("path"), "Reads an MRC, TIFF or PNG file (docs/formats.md).")
        .def_static("inspect", &inspect, py::arg("path"), py::arg("deep") = false,
                    "What a file's header says, as MicrographInfo; with deep=True also statistics of the pixels.")
        .def_buffer(&buffer)
        .def_property_readonly("array", &view, "The pixels without a copy: float32, (height, width), read-only.")
        .def_property_readonly(
            "width", [](const MicrographObject& self) { return self.handle.info().width; }, "pixels")
        .def_property_readonly(
            "height", [](const MicrographObject& self) { return self.handle.info().height; }, "pixels")
        .def_property_readonly(
            "shape",
            [](const MicrographObject& self) {
                const auto info = self.handle.info();
                return py::make_tuple(info.height, info.width);
            },
            "(height, width), as of the array")
        .def_property_readonly("pixel_size", &MicrographObject::pixel_size, "angstrom, 0 where unknown")
        .def_readonly("name", &MicrographObject::name, "path or given name")
        .def_property_readonly(
            "info", [](const MicrographObject& self) { return self.handle.info(); },
            "Size, pixel size and statistics, as MicrographInfo.")
        .def(
            "write",
            [](const MicrographObject& self, const py::object& path) {
                const std::string name = path_of(path);
                const py::gil_scoped_release release;
                self.handle.write(name);
            },
            py::arg("path"), "Writes .mrc (float32), .tif (float32) or .png (8-bit, stretched), by extension.")
        .def("__repr__", &show);
}

} // namespace bindings
