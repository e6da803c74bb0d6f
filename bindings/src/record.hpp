// Structs that the library fills in, as read-only Python objects with a repr that shows every field.
#pragma once

#include "module.hpp"

#include <pybind11/stl.h>

namespace bindings {

// "Name(field=value, ...)" of an object whose class has _fields.
inline std::string show_record(py::handle self) {
    const py::handle type = py::type::handle_of(self);
    std::string text;
    for (const py::handle name : type.attr("_fields")) {
        text += (text.empty() ? "" : ", ") + py::cast<std::string>(name) + "=" +
                py::cast<std::string>(py::repr(self.attr(name)));
    }
    return py::cast<std::string>(type.attr("__name__")) + "(" + text + ")";
}

inline py::dict record_dict(py::handle self) {
    py::dict result;
    for (const py::handle name : py::type::handle_of(self).attr("_fields")) {
        result[name] = self.attr(name);
    }
    return result;
}

template <typename Struct> class Record {
public:
    Record(py::module_& m, const char* name, const char* what) : class_(m, name, what) {
        class_.attr("_fields") = py::tuple();
        class_.def("__repr__", [](py::handle self) { return show_record(self); });
        class_.def(
            "as_dict", [](py::handle self) { return record_dict(self); }, "The fields by name.");
    }
    template <typename Type> Record& field(const char* name, Type Struct::*member, const char* what) {
        class_.def_property_readonly(
            name, [member](const Struct& self) { return self.*member; }, what);
        return listed(name);
    }
    template <std::size_t N> Record& field(const char* name, char (Struct::*member)[N], const char* what) {
        class_.def_property_readonly(
            name, [member](const Struct& self) { return std::string(self.*member); }, what);
        return listed(name);
    }
    Record& flag(const char* name, std::int32_t Struct::*member, const char* what) {
        class_.def_property_readonly(
            name, [member](const Struct& self) { return self.*member != 0; }, what);
        return listed(name);
    }
    template <typename Get> Record& value(const char* name, Get&& get, const char* what) {
        class_.def_property_readonly(name, std::forward<Get>(get), what);
        return listed(name);
    }

private:
    Record& listed(const char* name) {
        class_.attr("_fields") = py::object(class_.attr("_fields")) + py::object(py::make_tuple(name));
        return *this;
    }
    py::class_<Struct> class_;
};

} // namespace bindings
