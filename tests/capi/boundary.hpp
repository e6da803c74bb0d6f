// The table of every C function: one valid call each, written so that any pointer can be turned into NULL and any
// struct_size be spoiled. boundary_test.cpp runs through it and holds it against picker.h.
#pragma once

#include "capi/support.hpp"

#include <array>
#include <cstring>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>

namespace capi {

// Valid handles of every kind, made once; no LibTorch in it.
struct World {
    World();
    TempFolder folder;
    picker_simulation simulation = small_simulation();
    libpicker::Simulated sample = libpicker::simulate(simulation, 0);
    libpicker::Micrograph corner; // of the sample, hardly larger than a window: the naive scorer is slow
    libpicker::Model model = libpicker::Model::create("deeppicker", 1);
    libpicker::Model pupil = libpicker::Model::create("deeppicker", 1);
    libpicker::Model sized = libpicker::Model::create("deeppicker", 1); // trained, where it can be: knows a diameter
    libpicker::Dataset dataset;
    std::string image, picks, checkpoint, score_map, table; // files that exist
    std::unique_ptr<libpicker::Inputs> inputs, listed;      // listed: by a STAR file with an optics group
    std::unique_ptr<libpicker::DatasetTable> rows;
    std::unique_ptr<libpicker::Scores> scores;
    std::unique_ptr<libpicker::Rounds> rounds; // where something can be trained
    std::string eager;                         // a checkpoint that takes every candidate for a particle
    std::unique_ptr<libpicker::RunReport> report;
    std::unique_ptr<libpicker::Evaluation> evaluation;
    std::unique_ptr<libpicker::Simulator> simulator;
    picker_evaluate_item item = make<picker_evaluate_item>();
    picker_evaluate_options evaluate_options = make<picker_evaluate_options>();
    picker_pick_options pick_options = make<picker_pick_options>();
    picker_select_rules rules = make<picker_select_rules>();
    picker_run_options run_options = make<picker_run_options>();
    picker_train_options train_options = make<picker_train_options>();
    std::string output, source_folder;
};

constexpr int neutral = -1; // a call without a status gave 0, NULL or ""

enum class SizeCase { zero, eight, one_short, huge, longer, longer_set };

// How one call is to be spoiled, and what it did with what it was given.
class Call {
public:
    Call() = default;
    static Call with_null(const std::string& name) {
        Call call;
        call.null_ = name;
        return call;
    }
    static Call with_size(const std::string& name, SizeCase size) {
        Call call;
        call.sized_ = name;
        call.size_ = size;
        return call;
    }

    // An input pointer.
    template <typename T> T* p(const char* name, T* value) {
        seen_.insert(name);
        return null_ == name ? nullptr : value;
    }
    // A handle that the callee hands out; filled with rubbish before, freed afterwards.
    template <typename T, void (*Free)(T*)> T** handle(const char* name) {
        auto slot = std::make_shared<T*>(reinterpret_cast<T*>(&rubbish_));
        T* const before = *slot;
        outs_.push_back({name, [slot] { return *slot == nullptr; }, [slot, before] { return *slot != before; },
                         [slot, before] {
                             if (*slot != before) {
                                 Free(*slot);
                             }
                         }});
        return p(name, slot.get());
    }
    // A number or borrowed pointer that the callee hands out.
    template <typename T> T* value(const char* name, T before) {
        auto slot = std::make_shared<T>(before);
        outs_.push_back({name, [slot] { return *slot == T{}; }, [slot, before] { return *slot != before; }, [slot] {}});
        return p(name, slot.get());
    }
    // A struct with struct_size, in or out. It stands in a larger block, as that of a newer caller would.
    template <typename T> T* s(const char* name, T prepared) {
        blocks_.emplace_back();
        auto* target = reinterpret_cast<T*>(blocks_.back().bytes.data());
        static_assert(sizeof(T) + tail <= sizeof(Block));
        std::memcpy(static_cast<void*>(target), &prepared, sizeof(T));
        structs_.insert(name);
        if (sized_ == name) {
            target->struct_size = spoiled_size(sizeof(T));
            blocks_.back().bytes[sizeof(T) + tail - 1] = size_ == SizeCase::longer_set ? 1 : 0;
            blocks_.back().known = sizeof(T);
        }
        return p(name, target);
    }

    // Out-parameters are emptied by a failure and filled by a success.
    void check_outs(const std::string& what, int outcome) const;
    void free_outs();
    // The callee wrote no byte beyond what it knows of a struct.
    bool tails_untouched() const;
    const std::set<std::string>& seen() const { return seen_; }
    const std::set<std::string>& structs() const { return structs_; }

private:
    static constexpr std::size_t tail = 64;
    struct Block {
        alignas(16) std::array<unsigned char, 512> bytes{};
        std::size_t known = 0;
    };
    struct Slot {
        std::string name;
        std::function<bool()> empty, filled;
        std::function<void()> release;
    };
    std::size_t spoiled_size(std::size_t right) const {
        switch (size_) {
        case SizeCase::zero:
            return 0;
        case SizeCase::eight:
            return 8;
        case SizeCase::one_short:
            return right - 1;
        case SizeCase::huge:
            return SIZE_MAX;
        default:
            return right + tail;
        }
    }

    std::string null_, sized_;
    SizeCase size_ = SizeCase::zero;
    std::set<std::string> seen_, structs_;
    std::list<Block> blocks_;
    std::list<Slot> outs_;
    int rubbish_ = 0;
};

enum class Null {
    refused, // PICKER_INVALID_ARGUMENT
    allowed, // means something: the call goes on
    silent   // the function has no status: it answers 0, NULL or ""
};

struct Entry {
    std::string name;
    std::map<std::string, Null> pointers;  // one verdict for each pointer parameter
    std::function<int(World&, Call&)> run; // a picker_status, or `neutral`
    bool needs_torch = false;              // the valid call does
    bool needs_trained = false;            // it needs a handle that only a training makes: not called without LibTorch
};

std::vector<Entry> file_entries();  // library, micrograph, picks, inputs
std::vector<Entry> model_entries(); // model ... simulate
std::vector<Entry> head_entries();  // of a model
std::vector<Entry> check_entries(); // of frames
std::vector<Entry> set_entries();   // of picks, merged and mapped
std::vector<Entry> preflight_entries();
std::vector<Entry> diameter_entries();
std::vector<Entry> scheme_entries(); // 2D classes, re-centring, rounds, review

// For functions without a status.
inline int answer(bool is_neutral) {
    return is_neutral ? neutral : static_cast<int>(PICKER_OK);
}

// Calls picker_..._free on a fresh handle, or on NULL.
template <typename T, void (*Free)(T*)> int freeing(Call& call, const char* name, T* fresh) {
    T* const given = call.p(name, fresh);
    Free(given);
    if (given == nullptr) {
        Free(fresh);
    }
    return PICKER_OK;
}

// picker_<struct>_init; its sizes have a test of their own.
#define PICKER_INIT_ENTRY(type, parameter)                                                                             \
    Entry {                                                                                                            \
#type "_init", {{parameter, Null::refused}}, [](World&, Call& c) -> int {                                      \
            type target;                                                                                               \
            return type##_init(c.p(parameter, &target), sizeof target);                                                \
        }       \
    }

} // namespace capi
