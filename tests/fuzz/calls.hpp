// Random sequences of calls of the C API: the bytes of an input as choices, and the handles that calls made so far.
#pragma once

#include "picker/picker.h"
#include "targets.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

namespace fuzz {

// Takes choices from bytes; zeros once they have run out.
class Choices {
public:
    explicit Choices(Bytes bytes) : bytes_(bytes) {}
    bool done() const { return at_ >= bytes_.size(); }
    unsigned byte() { return done() ? 0U : bytes_[at_++]; }
    unsigned below(unsigned count) { return byte() % count; }
    // A number, often one that nobody expects.
    double number();
    int whole() { return static_cast<int>(number()); }
    // A file that is there, or not, or is no file; sometimes NULL.
    const char* path();
    const char* word(); // of columns, formats, heads and so on; sometimes NULL

private:
    Bytes bytes_;
    std::size_t at_ = 0;
};

// A few places for handles of one kind; an empty place gives NULL to a call.
template <typename Handle, void (*Free)(Handle*)> class Places {
public:
    Places() = default;
    ~Places() {
        for (Handle* handle : handles_) {
            Free(handle);
        }
    }
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;

    Handle* get(Choices& in) { return handles_[in.below(3)]; }
    // What a call handed out: something after success, nothing after a failure.
    void put(Choices& in, picker_status status, Handle* made) {
        require((status == PICKER_OK) == (made != nullptr), "a handle was handed out by a failure, or none by success");
        Handle*& place = handles_[in.below(3)];
        Free(place);
        place = made;
    }
    void drop(Choices& in) { put(in, PICKER_INVALID_ARGUMENT, nullptr); }

private:
    std::array<Handle*, 3> handles_{};
};

struct Handles {
    Places<picker_micrograph, picker_micrograph_free> micrographs;
    Places<picker_picks, picker_picks_free> picks;
    Places<picker_inputs, picker_inputs_free> inputs;
    Places<picker_model, picker_model_free> models;
    Places<picker_dataset, picker_dataset_free> datasets;
    Places<picker_dataset_table, picker_dataset_table_free> tables;
    Places<picker_scores, picker_scores_free> scores;
    Places<picker_run_report, picker_run_report_free> runs;
    Places<picker_evaluation, picker_evaluation_free> evaluations;
    Places<picker_simulator, picker_simulator_free> simulators;
};

// Every status must be one of picker.h and none a fault of the library; a failure must leave a message.
picker_status checked(picker_status status, const char* call);
#define PICKER_FUZZ_CALL(call) fuzz::checked(call, #call)

// A struct prepared by its own init; rarely its size is spoiled.
template <typename Struct> Struct prepared(Choices& in, picker_status (*init)(Struct*, std::size_t)) {
    Struct out;
    require(init(&out, sizeof out) == PICKER_OK, "a struct cannot be prepared");
    if (in.below(64) == 63) {
        out.struct_size = in.byte() % sizeof out;
    }
    return out;
}

using Call = void (*)(Choices&, Handles&);
std::span<const Call> data_calls();  // calls_data.cpp: images, coordinates, inputs
std::span<const Call> model_calls(); // calls_models.cpp: models and what uses them

} // namespace fuzz
