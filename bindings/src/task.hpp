// A long call of the library: without the GIL, with progress to Python, stopped by Ctrl-C.
#pragma once

#include "module.hpp"

namespace bindings {

class Task {
public:
    // progress: None, True (a bar), or a callable that is given a Progress and cancels by returning True.
    // device: a name of libpicker.devices().
    Task(const py::object& progress, int threads, const std::string& device = "cpu");
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task();

    // `call` is given a libpicker::Control and must not touch Python.
    template <typename Call> auto run(Call&& call) {
        const py::gil_scoped_release release;
        return call(static_cast<const libpicker::Control&>(control_));
    }

private:
    libpicker::Control control_;
    py::object callable_;
    py::object bar_; // what progress=True made; closed at the end
};

// Makes the user's LibTorch known to the engine, where its own search would not find it.
void prepare_torch();

} // namespace bindings
