// The extension module libpicker._core: everything of the package that talks to libpicker.
#include "module.hpp"

#include <pybind11/stl.h>

namespace bindings {

Turn::Use::Use(Turn& turn, const char* what) : turn_(turn) {
    if (turn.owner_ == std::this_thread::get_id()) {
        throw libpicker::Error(
            PICKER_INVALID_ARGUMENT,
            std::string("the ") + what +
                " is at work in this thread; use it after the call that reports progress, not in it");
    }
    {
        const py::gil_scoped_release release;
        turn.mutex_.lock();
    }
    turn.owner_ = std::this_thread::get_id();
}

Turn::Use::~Use() {
    turn_.owner_ = std::thread::id();
    turn_.mutex_.unlock();
}

std::string path_of(py::handle path) {
    return py::cast<std::string>(py::module_::import("os").attr("fsdecode")(path));
}

std::vector<std::string> paths_of(py::handle paths) {
    std::vector<std::string> result;
    if (py::isinstance<py::str>(paths) || py::isinstance<py::bytes>(paths) || py::hasattr(paths, "__fspath__")) {
        result.push_back(path_of(paths));
        return result;
    }
    for (const py::handle path : paths) {
        result.push_back(path_of(path));
    }
    return result;
}

std::vector<py::object> for_each(const py::object& given, std::size_t count, const char* name) {
    if (given.is_none() || py::isinstance<py::str>(given) || !py::isinstance<py::list>(given)) {
        return std::vector<py::object>(count, given);
    }
    auto all = py::cast<std::vector<py::object>>(given);
    if (all.size() != count) {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT, std::string(name) + " has " + std::to_string(all.size()) +
                                                            " entries for " + std::to_string(count) +
                                                            " micrographs; give one for each");
    }
    return all;
}

} // namespace bindings

PYBIND11_MODULE(_core, m) {
    m.doc() = "The compiled part of libpicker; use the package, which has all of its names.";
    // Classes first: functions name them in their signatures.
    bindings::add_errors(m);
    bindings::add_library(m);
    bindings::add_progress(m);
    bindings::add_micrograph(m);
    bindings::add_picks(m);
    bindings::add_scores(m);
    bindings::add_dataset(m);
    bindings::add_model(m);
    bindings::add_training(m);
    bindings::add_schemes(m);
    bindings::add_pick_sets(m);
    bindings::add_run(m);
    bindings::add_preflight(m);
    bindings::add_diameter(m);
    bindings::add_report(m);
    bindings::add_evaluate(m);
    bindings::add_simulate(m);
}
