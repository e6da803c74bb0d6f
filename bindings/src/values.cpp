// Checks and conversions of single keyword arguments.
#include "values.hpp"

#include <pybind11/stl.h>

namespace bindings {

const std::vector<const char*>& Keep::list(const std::vector<std::string>& values) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) {
        pointers.push_back(text(value));
    }
    return lists.emplace_back(std::move(pointers));
}

void Value::refuse(const std::string& wanted) const {
    throw py::type_error(std::string(name_) + " must be " + wanted + ", not " + Py_TYPE(value_.ptr())->tp_name);
}

double Value::number() const {
    const double result = PyFloat_AsDouble(value_.ptr());
    if (PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        refuse("a number");
    }
    return result;
}

std::int64_t Value::integer(std::int64_t least, std::int64_t most) const {
    const py::object index = py::reinterpret_steal<py::object>(PyNumber_Index(value_.ptr()));
    if (!index) {
        PyErr_Clear();
        refuse("a whole number");
    }
    int overflow = 0;
    const long long result = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
    if (overflow != 0 || result < least || result > most) {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT, std::string(name_) + " must be from " + std::to_string(least) +
                                                            " to " + std::to_string(most) + ", not " +
                                                            py::cast<std::string>(py::str(index)));
    }
    return result;
}

std::uint64_t Value::whole() const {
    const py::object index = py::reinterpret_steal<py::object>(PyNumber_Index(value_.ptr()));
    if (!index) {
        PyErr_Clear();
        refuse("a whole number");
    }
    const unsigned long long result = PyLong_AsUnsignedLongLong(index.ptr());
    if (PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        throw libpicker::Error(PICKER_INVALID_ARGUMENT, std::string(name_) + " must be from 0 to 2^64 - 1, not " +
                                                            py::cast<std::string>(py::str(index)));
    }
    return result;
}

bool Value::flag() const {
    const std::string type = Py_TYPE(value_.ptr())->tp_name;
    if (!PyBool_Check(value_.ptr()) && type != "numpy.bool" && type != "numpy.bool_") {
        refuse("True or False");
    }
    return PyObject_IsTrue(value_.ptr()) == 1;
}

const char* Value::text() const {
    if (!py::isinstance<py::str>(value_)) {
        refuse("a str");
    }
    return keep_->text(py::cast<std::string>(value_));
}

const char* Value::path() const {
    return keep_->text(path_of(value_));
}

std::int32_t Value::choice(std::initializer_list<const char*> words) const {
    const std::string given = py::isinstance<py::str>(value_) ? py::cast<std::string>(value_) : std::string();
    std::string known;
    std::int32_t index = 0;
    for (const char* word : words) {
        if (given == word) {
            return index;
        }
        known += (index == 0 ? "'" : ", '") + std::string(word) + "'";
        ++index;
    }
    throw libpicker::Error(PICKER_INVALID_ARGUMENT, std::string(name_) + " must be one of " + known + ", not " +
                                                        py::cast<std::string>(py::repr(value_)));
}

std::vector<double> Value::numbers(std::size_t count) const {
    std::vector<double> result;
    if (py::isinstance<py::sequence>(value_) && !py::isinstance<py::str>(value_)) {
        for (const py::handle item : py::reinterpret_borrow<py::sequence>(value_)) {
            result.push_back(Value(name_, item, *keep_).number());
        }
    }
    if (result.size() != count) {
        refuse(std::to_string(count) + " numbers, such as a tuple");
    }
    return result;
}

const picker_micrograph* Value::micrograph() const {
    return keep_->micrographs.emplace_back(micrograph_of(value_))->handle.get();
}

const picker_picks* Value::picks() const {
    return keep_->picks.emplace_back(picks_of(value_))->handle.get();
}

void unknown_keyword(const char* function, const std::string& name, const std::string& known) {
    throw py::type_error(std::string(function) + "() got an unexpected keyword argument '" + name + "'; it takes " +
                         known);
}

} // namespace bindings
