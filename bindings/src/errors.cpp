// Failed calls become the exceptions of libpicker._errors, by status, with the library's message as it is.
#include "module.hpp"

namespace bindings {
namespace {

const char* class_of(picker_status status) {
    switch (status) {
    case PICKER_INVALID_ARGUMENT:
        return "InvalidArgument";
    case PICKER_NOT_FOUND:
        return "NotFound";
    case PICKER_IO:
        return "IoError";
    case PICKER_BAD_FILE:
        return "BadFile";
    case PICKER_UNSUPPORTED:
        return "Unsupported";
    case PICKER_MISMATCH:
        return "Mismatch";
    case PICKER_CANCELLED:
        return "Cancelled";
    case PICKER_OUT_OF_MEMORY:
        return "OutOfMemory";
    case PICKER_BACKEND:
        return "BackendError";
    case PICKER_INTERNAL:
        return "InternalError";
    default:
        return "Error"; // of a newer library
    }
}

} // namespace

void add_errors(py::module_&) {
    py::register_local_exception_translator([](std::exception_ptr thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const libpicker::Error& error) {
            const py::object type = py::module_::import("libpicker._errors").attr(class_of(error.status()));
            py::set_error(type, error.what());
        }
    });
}

} // namespace bindings
