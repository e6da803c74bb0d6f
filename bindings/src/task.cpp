// Progress, log lines and signals of long calls.
#include "task.hpp"

#include "record.hpp"

namespace bindings {
namespace {

// A copy of picker_progress, whose strings live only during the callback.
struct ProgressObject {
    std::string stage, item;
    std::int64_t done = 0, total = 0;
    double rate = 0, seconds_left = -1, value = 0;
};

} // namespace

Task::Task(const py::object& progress, int threads, const std::string& device)
    : callable_(py::none()), bar_(py::none()) {
    if (threads < 0) {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT,
                               "threads must be 0 (one per core) or more, not " + std::to_string(threads));
    }
    control_.threads = threads;
    control_.device_name = device;
    if (progress.is(py::bool_(true))) {
        bar_ = py::module_::import("libpicker._progress").attr("Bar")();
        callable_ = bar_;
    } else if (!progress.is_none() && !progress.is(py::bool_(false))) {
        if (PyCallable_Check(progress.ptr()) == 0) {
            throw py::type_error(std::string("progress must be True, None or a callable, not ") +
                                 Py_TYPE(progress.ptr())->tp_name);
        }
        callable_ = progress;
    }
    control_.progress = [this](const picker_progress& p) {
        const py::gil_scoped_acquire gil;
        if (PyErr_CheckSignals() != 0) {
            throw py::error_already_set(); // KeyboardInterrupt, unless the host handles SIGINT in another way
        }
        if (callable_.is_none()) {
            return false;
        }
        // Only True itself cancels: a callback that happens to return a number goes on.
        return callable_(ProgressObject{p.stage, p.item, p.done, p.total, p.rate, p.seconds_left, p.value})
            .is(py::bool_(true));
    };
    control_.log = [](int level, const std::string& line) {
        const py::gil_scoped_acquire gil;
        py::module_::import("logging").attr("getLogger")("libpicker").attr(level > 0 ? "warning" : "info")("%s", line);
    };
}

Task::~Task() {
    if (!bar_.is_none()) {
        try {
            bar_.attr("close")();
        } catch (py::error_already_set& error) {
            error.discard_as_unraisable("the end of a progress bar");
        }
    }
}

void prepare_torch() {
    py::module_::import("libpicker._torch").attr("prepare")();
}

void add_progress(py::module_& m) {
    Record<ProgressObject>(m, "Progress", "How far a long call has come; given to progress callbacks.")
        .field("stage", &ProgressObject::stage, "'read', 'sample', 'train', 'pick', 'write'")
        .field("item", &ProgressObject::item, "the micrograph or epoch in hand, '' if none")
        .field("done", &ProgressObject::done, "items done")
        .field("total", &ProgressObject::total, "items in all, 0 where unknown")
        .field("rate", &ProgressObject::rate, "items per second")
        .field("seconds_left", &ProgressObject::seconds_left, "-1 where unknown")
        .field("value", &ProgressObject::value, "training: validation loss; NaN where nothing is measured");
}

} // namespace bindings
