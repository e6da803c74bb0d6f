// What the tests of the C boundary share: owners of handles, a folder that goes away, checks of a call's outcome, small
// simulated micrographs. They see the public headers only.
#pragma once

#include "picker/picker.h"
#include "picker/picker.hpp"
#include "unit/check.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace capi {

// Owns what a `**` hands out; freed again before it is filled a second time.
template <typename Handle, void (*Free)(Handle*)> class Owner {
public:
    Owner() = default;
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() { Free(handle_); }
    Handle** out() {
        Free(handle_);
        handle_ = nullptr;
        return &handle_;
    }
    Handle* get() const { return handle_; }

private:
    Handle* handle_ = nullptr;
};
using MicrographOwner = Owner<picker_micrograph, picker_micrograph_free>;
using PicksOwner = Owner<picker_picks, picker_picks_free>;
using InputsOwner = Owner<picker_inputs, picker_inputs_free>;
using ModelOwner = Owner<picker_model, picker_model_free>;
using DatasetOwner = Owner<picker_dataset, picker_dataset_free>;
using ScoresOwner = Owner<picker_scores, picker_scores_free>;
using ReportOwner = Owner<picker_run_report, picker_run_report_free>;
using SimulatorOwner = Owner<picker_simulator, picker_simulator_free>;
using EvaluationOwner = Owner<picker_evaluation, picker_evaluation_free>;

// A prepared struct of picker.h.
template <typename Struct> Struct make() {
    return libpicker::make<Struct>();
}

class TempFolder {
public:
    TempFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "picker-capi-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("cannot make a temporary folder");
        }
        path_ = name;
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string operator/(std::string_view name) const { return (path_ / name).string(); }
    std::string string() const { return path_.string(); }
    std::size_t files() const { // of the folder itself
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator()));
    }

private:
    std::filesystem::path path_;
};

inline std::string read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    DOCTEST_REQUIRE_MESSAGE(file.good(), "cannot open ", path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_bytes(const std::string& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    DOCTEST_REQUIRE_MESSAGE(file.flush().good(), "cannot write ", path);
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// "PICKER_IO: cannot open ...". doctest prints a char pointer as an address.
inline std::string said(int status) {
    return std::string(picker_status_name(status)) + ": " + picker_last_error();
}

inline void ok(picker_status status) {
    DOCTEST_REQUIRE_MESSAGE(status == PICKER_OK, said(status));
}

// A failure of the right kind whose message names what it should: the thing, the file, the way out.
inline void refused(picker_status status, picker_status expected, std::initializer_list<std::string_view> parts) {
    const std::string message = picker_last_error();
    DOCTEST_CHECK_MESSAGE(status == expected, said(status), " instead of ", std::string(picker_status_name(expected)));
    for (const std::string_view part : parts) {
        DOCTEST_CHECK_MESSAGE(contains(message, part), "the message should say '", part, "': ", message);
    }
}

inline std::vector<double> column(const picker_picks* picks, const char* name) {
    const double* values = nullptr;
    ok(picker_picks_column(&values, picks, name));
    return {values, values + picker_picks_count(picks)};
}

// 192 x 160 pixels at 8 A with 12 phantoms of 160 A (20 pixels), well visible.
inline picker_simulation small_simulation(std::uint64_t seed = 1) {
    auto settings = make<picker_simulation>();
    settings.width = 192;
    settings.height = 160;
    settings.particles = 12;
    settings.pixel_size = 8;
    settings.diameter = 160;
    settings.has_snr = 1;
    settings.snr = 4;
    settings.seed = seed;
    return settings;
}

// Picks of simulated micrographs against the truth; `diameter` in pixels.
inline picker_evaluation_result measured(const std::vector<libpicker::Picks>& picks,
                                         const std::vector<libpicker::Picks>& truth, const picker_simulation& settings,
                                         double diameter) {
    std::vector<picker_evaluate_item> items;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        auto item = make<picker_evaluate_item>();
        item.predicted = picks[i].get();
        item.truth = truth[i].get();
        item.width = settings.width;
        item.height = settings.height;
        items.push_back(item);
    }
    auto evaluate = make<picker_evaluate_options>();
    evaluate.diameter = diameter;
    return libpicker::Evaluation(items, evaluate).result();
}

inline bool has_torch(const char* what) {
    if (picker_has_feature("torch") != 0) {
        return true;
    }
    DOCTEST_MESSAGE("skipped: ", what, " needs LibTorch, which this build does not have");
    return false;
}

} // namespace capi
