// What the parts of the extension module share: the Python objects around the library's handles, and their
// registration.
#pragma once

#include "picker/picker.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <pybind11/pybind11.h>
#include <string>
#include <thread>
#include <vector>

namespace bindings {

namespace py = pybind11;

// Lets one thread at a time use a handle, as the library asks. Waiting threads do not hold the GIL, which the working
// one needs for its callbacks; a callback that comes back to its own handle is an error instead of a deadlock.
class Turn {
public:
    class Use {
    public:
        Use(Turn& turn, const char* what);
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use();

    private:
        Turn& turn_;
    };

private:
    std::mutex mutex_;
    std::atomic<std::thread::id> owner_{};
};

// Two handles of one kind for a call, in the order of their addresses, so that two calls on the same two cannot wait
// for each other. The second may be null, or the first.
class UseBoth {
public:
    UseBoth(Turn& one, Turn* other, const char* what) {
        const bool two = other != nullptr && other != &one;
        const bool other_first = two && std::less<>()(other, &one);
        low_.emplace(other_first ? *other : one, what);
        if (two) {
            high_.emplace(other_first ? one : *other, what);
        }
    }

private:
    std::optional<Turn::Use> low_, high_;
};

struct MicrographObject {
    libpicker::Micrograph handle;
    std::string name; // path or given name, "" if none; the library keeps it for messages only
    double pixel_size() const { return handle.info().pixel_size; }
};
struct PicksObject {
    libpicker::Picks handle; // never changed once it is in Python, so that columns can be lent out
};
struct ScoreMapObject {
    libpicker::Scores handle;
};
struct ModelObject {
    explicit ModelObject(libpicker::Model&& owned) : handle(std::move(owned)) {}
    libpicker::Model handle;
    mutable Turn turn;
};
struct DatasetObject {
    libpicker::Dataset handle;
    mutable Turn turn;
};

// A path (str, bytes or os.PathLike) as the library takes it.
std::string path_of(py::handle path);
// Path or text in a list, or one alone.
std::vector<std::string> paths_of(py::handle paths);
// Picks as they are, or read from a path.
std::shared_ptr<PicksObject> picks_of(py::handle given);
// A micrograph as it is, read from a path, or made of an array.
std::shared_ptr<MicrographObject> micrograph_of(py::handle given);
// Its size and pixel size alone, or (width, height).
picker_micrograph_info image_of(py::handle given);
// One thing for each of `count` micrographs: a list, or the same for all.
std::vector<py::object> for_each(const py::object& given, std::size_t count, const char* name);

void add_errors(py::module_& m);
void add_library(py::module_& m);
void add_progress(py::module_& m);
void add_micrograph(py::module_& m);
void add_picks(py::module_& m);
void add_scores(py::module_& m);
void add_model(py::module_& m);
void add_dataset(py::module_& m);
void add_training(py::module_& m);
void add_schemes(py::module_& m);
void add_pick_sets(py::module_& m);
void add_run(py::module_& m);
void add_preflight(py::module_& m);
void add_diameter(py::module_& m);
void add_report(py::module_& m);
void add_evaluate(py::module_& m);
void add_simulate(py::module_& m);

} // namespace bindings
