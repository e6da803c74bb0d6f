// picker.hpp - libpicker for C++17 and later: RAII handles and exceptions over picker.h, header only.
// Every class owns one handle of the C API; the C API's documentation holds for each call.
#ifndef PICKER_PICKER_HPP
#define PICKER_PICKER_HPP

#include "picker/picker.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace libpicker {

// A failed call: its status and the library's message.
class Error : public std::runtime_error {
public:
    Error(picker_status status, const std::string& message) : std::runtime_error(message), status_(status) {}
    picker_status status() const noexcept { return status_; }

private:
    picker_status status_;
};

inline void check(picker_status status) {
    if (status != PICKER_OK) {
        throw Error(status, picker_last_error());
    }
}

// A struct of picker.h, prepared by its own initialiser: `auto options = libpicker::make<picker_pick_options>();`
#define PICKER_HPP_STRUCT(type)                                                                                        \
    inline void initialise(type& s) {                                                                                  \
        check(type##_init(&s, sizeof s));                                                                              \
    }
PICKER_HPP_STRUCT(picker_control)
PICKER_HPP_STRUCT(picker_micrograph_info)
PICKER_HPP_STRUCT(picker_select_rules)
PICKER_HPP_STRUCT(picker_removed)
PICKER_HPP_STRUCT(picker_picks_context)
PICKER_HPP_STRUCT(picker_model_info)
PICKER_HPP_STRUCT(picker_head_info)
PICKER_HPP_STRUCT(picker_model_options)
PICKER_HPP_STRUCT(picker_dataset_item)
PICKER_HPP_STRUCT(picker_dataset_entry)
PICKER_HPP_STRUCT(picker_dataset_row)
PICKER_HPP_STRUCT(picker_train_options)
PICKER_HPP_STRUCT(picker_train_report)
PICKER_HPP_STRUCT(picker_pick_options)
PICKER_HPP_STRUCT(picker_scores_info)
PICKER_HPP_STRUCT(picker_run_options)
PICKER_HPP_STRUCT(picker_run_item)
PICKER_HPP_STRUCT(picker_run_summary)
PICKER_HPP_STRUCT(picker_evaluate_options)
PICKER_HPP_STRUCT(picker_evaluate_item)
PICKER_HPP_STRUCT(picker_evaluation_result)
PICKER_HPP_STRUCT(picker_simulation)
PICKER_HPP_STRUCT(picker_simulated)
PICKER_HPP_STRUCT(picker_class2d_options)
PICKER_HPP_STRUCT(picker_recentre_options)
PICKER_HPP_STRUCT(picker_recentre_report)
PICKER_HPP_STRUCT(picker_round)
PICKER_HPP_STRUCT(picker_rounds_summary)
PICKER_HPP_STRUCT(picker_iterate_options)
PICKER_HPP_STRUCT(picker_rounds_options)
PICKER_HPP_STRUCT(picker_review_options)
PICKER_HPP_STRUCT(picker_review_report)
PICKER_HPP_STRUCT(picker_check_item)
PICKER_HPP_STRUCT(picker_check_options)
PICKER_HPP_STRUCT(picker_check_result)
PICKER_HPP_STRUCT(picker_merge_options)
PICKER_HPP_STRUCT(picker_merge_report)
PICKER_HPP_STRUCT(picker_report_options)
PICKER_HPP_STRUCT(picker_report_summary)
PICKER_HPP_STRUCT(picker_micrograph_rules)
PICKER_HPP_STRUCT(picker_preflight_options)
PICKER_HPP_STRUCT(picker_problem)
PICKER_HPP_STRUCT(picker_problem_group)
PICKER_HPP_STRUCT(picker_preflight_summary)
PICKER_HPP_STRUCT(picker_diameter_options)
PICKER_HPP_STRUCT(picker_diameter_summary)
PICKER_HPP_STRUCT(picker_diameter_step)
#undef PICKER_HPP_STRUCT

template <typename Struct> Struct make() {
    Struct s;
    initialise(s);
    return s;
}

namespace detail {
template <typename Handle, void (*Free)(Handle*)> struct Deleter {
    void operator()(Handle* handle) const noexcept { Free(handle); }
};
template <typename Handle, void (*Free)(Handle*)> using Owner = std::unique_ptr<Handle, Deleter<Handle, Free>>;

inline std::vector<const char*> pointers(const std::vector<std::string>& strings) {
    std::vector<const char*> result;
    result.reserve(strings.size());
    for (const std::string& s : strings) {
        result.push_back(s.c_str());
    }
    return result;
}
} // namespace detail

// Progress, log lines, threads. An exception thrown by a callback cancels the call and is rethrown by it.
class Control {
public:
    std::function<bool(const picker_progress&)> progress; // true: cancel
    std::function<void(int level, const std::string&)> log;
    int threads = 0;
    int device = 0;          // index as for picker_device_name; where device_name is empty
    std::string device_name; // "auto", "cpu", "cuda", "cuda:N"

    // Runs `call` with a picker_control that leads back to this object.
    template <typename Call> void run(Call&& call) const {
        State state{this, nullptr};
        auto control = make<picker_control>();
        control.user = &state;
        control.threads = threads;
        control.device = device;
        control.device_name = device_name.empty() ? nullptr : device_name.c_str();
        if (progress) {
            control.progress = [](void* user, const picker_progress* p) -> std::int32_t {
                return static_cast<State*>(user)->guard([&](const Control& self) { return self.progress(*p); });
            };
        }
        if (log) {
            control.log = [](void* user, std::int32_t level, const char* line) {
                static_cast<State*>(user)->guard([&](const Control& self) {
                    self.log(level, line);
                    return false;
                });
            };
        }
        const picker_status status = call(&control);
        if (state.error) {
            std::rethrow_exception(state.error);
        }
        check(status);
    }

    // The same for a call that hands out a handle: it is owned before a callback's exception goes on.
    template <typename Owner, typename Handle, typename Call> Owner obtain(Call&& call) const {
        Owner owner(static_cast<Handle*>(nullptr));
        run([&](const picker_control* control) {
            Handle* out = nullptr;
            const picker_status status = call(&out, control);
            owner = Owner(out);
            return status;
        });
        return owner;
    }

private:
    struct State {
        const Control* self;
        std::exception_ptr error;
        template <typename Body> std::int32_t guard(Body&& body) noexcept {
            if (error) {
                return 1;
            }
            try {
                return body(*self) ? 1 : 0;
            } catch (...) {
                error = std::current_exception();
                return 1;
            }
        }
    };
};

class Micrograph {
public:
    explicit Micrograph(picker_micrograph* owned) : handle_(owned) {}
    static Micrograph read(const std::string& path) {
        picker_micrograph* out = nullptr;
        check(picker_micrograph_read(&out, path.c_str()));
        return Micrograph(out);
    }
    static Micrograph from_data(const float* data, int width, int height, double pixel_size, const std::string& name) {
        picker_micrograph* out = nullptr;
        check(picker_micrograph_from_data(&out, data, width, height, pixel_size, name.c_str()));
        return Micrograph(out);
    }
    picker_micrograph_info info() const {
        auto result = make<picker_micrograph_info>();
        check(picker_micrograph_get_info(get(), &result));
        return result;
    }
    const float* data() const { return picker_micrograph_data(get()); } // borrowed; info().width * info().height
    void write(const std::string& path) const { check(picker_micrograph_write(get(), path.c_str())); }
    picker_micrograph* get() const { return handle_.get(); }

private:
    detail::Owner<picker_micrograph, picker_micrograph_free> handle_;
};

class Picks {
public:
    explicit Picks(picker_picks* owned) : handle_(owned) {}
    Picks() {
        picker_picks* out = nullptr;
        check(picker_picks_create(&out));
        handle_.reset(out);
    }
    static Picks read(const std::string& path, const char* format = nullptr) {
        picker_picks* out = nullptr;
        check(picker_picks_read(&out, path.c_str(), format));
        return Picks(out);
    }
    std::size_t size() const { return picker_picks_count(get()); }
    const double* column(const char* name) const { // borrowed; size() values
        const double* out = nullptr;
        check(picker_picks_column(&out, get(), name));
        return out;
    }
    std::vector<std::string> text_columns() const {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < picker_picks_text_column_count(get()); ++i) {
            names.emplace_back(picker_picks_text_column_name(get(), i));
        }
        return names;
    }
    std::string text(std::size_t column, std::size_t row) const { // of text_columns(); "" past the end
        const char* value = picker_picks_text(get(), column, row);
        return value == nullptr ? std::string() : std::string(value);
    }
    void add(double x, double y, double score) { check(picker_picks_append(get(), &x, &y, &score, 1)); }
    void append(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& score) {
        if (x.size() != y.size() || (!score.empty() && score.size() != x.size())) {
            throw Error(PICKER_INVALID_ARGUMENT, "columns of unequal length; give as many y and scores as x");
        }
        check(picker_picks_append(get(), x.data(), y.data(), score.empty() ? nullptr : score.data(), x.size()));
    }
    Picks select(const picker_select_rules& rules, picker_removed* removed = nullptr) const {
        picker_picks* out = nullptr;
        check(picker_picks_select(&out, get(), &rules, removed));
        return Picks(out);
    }
    Picks at_least(const std::string& column, double least) const {
        picker_picks* out = nullptr;
        check(picker_picks_at_least(&out, get(), column.c_str(), least));
        return Picks(out);
    }
    Picks map(const picker_micrograph_info& from, const picker_micrograph_info& to,
              picker_binning binning = PICKER_BINNING_FOURIER) const {
        picker_picks* out = nullptr;
        check(picker_picks_map_binned(&out, get(), &from, &to, binning));
        return Picks(out);
    }
    void write(const std::string& path, const picker_picks_context* context = nullptr,
               const char* format = nullptr) const {
        check(picker_picks_write(get(), path.c_str(), format, context));
    }
    // Several micrographs in one file; contexts[i] names the one of picks[i].
    static void write_many(const std::string& path, const std::vector<const Picks*>& picks,
                           const std::vector<picker_picks_context>& contexts, const char* format = nullptr) {
        if (picks.size() != contexts.size()) {
            throw Error(PICKER_INVALID_ARGUMENT, "give one context for each table of picks");
        }
        std::vector<const picker_picks*> tables;
        for (const Picks* table : picks) {
            tables.push_back(table == nullptr ? nullptr : table->get());
        }
        check(picker_picks_write_many(tables.data(), contexts.data(), tables.size(), path.c_str(), format));
    }
    picker_picks* get() const { return handle_.get(); }

private:
    detail::Owner<picker_picks, picker_picks_free> handle_;
};

// options.names, if given, has a name for each set.
inline Picks merge(const std::vector<const Picks*>& sets, const picker_merge_options& options,
                   picker_merge_report* report = nullptr) {
    std::vector<const picker_picks*> handles;
    for (const Picks* set : sets) {
        handles.push_back(set->get());
    }
    picker_picks* out = nullptr;
    check(picker_picks_merge(&out, handles.data(), handles.size(), &options, report));
    return Picks(out);
}

inline void draw(const std::string& path, const Micrograph& micrograph, const Picks& picks, const Picks* reference,
                 double diameter, int long_side = 0) {
    check(picker_draw(path.c_str(), micrograph.get(), picks.get(), reference == nullptr ? nullptr : reference->get(),
                      diameter, long_side));
}

class Inputs {
public:
    explicit Inputs(const std::vector<std::string>& patterns, bool allow_same_stem = false) {
        const auto list = detail::pointers(patterns);
        picker_inputs* out = nullptr;
        check(picker_inputs_create(&out, list.data(), list.size(), allow_same_stem ? 1 : 0));
        handle_.reset(out);
    }
    explicit Inputs(picker_inputs* owned) : handle_(owned) {}
    static Inputs all_of(const std::vector<std::string>& patterns) { // for Preflight
        const auto list = detail::pointers(patterns);
        picker_inputs* out = nullptr;
        check(picker_inputs_create_all(&out, list.data(), list.size()));
        return Inputs(out);
    }
    static Inputs from_names(const std::vector<std::string>& names) {
        const auto list = detail::pointers(names);
        picker_inputs* out = nullptr;
        check(picker_inputs_from_names(&out, list.data(), list.size()));
        return Inputs(out);
    }
    std::size_t size() const { return picker_inputs_count(get()); }
    std::string path(std::size_t i) const { return text(picker_inputs_path(get(), i)); }
    std::string name(std::size_t i) const { return text(picker_inputs_name(get(), i)); }
    std::string stem(std::size_t i) const { return text(picker_inputs_stem(get(), i)); }
    double pixel_size(std::size_t i) const { return picker_inputs_pixel_size(get(), i); }
    picker_picks_context context(std::size_t i) const { // its name is borrowed
        auto out = make<picker_picks_context>();
        check(picker_inputs_context(&out, get(), i));
        return out;
    }
    std::string column(std::size_t i, const std::string& label) const {
        const char* out = nullptr;
        check(picker_inputs_column(&out, get(), i, label.c_str()));
        return out;
    }
    void match_picks(const std::vector<std::string>& patterns) {
        const auto list = detail::pointers(patterns);
        check(picker_inputs_match_picks(get(), list.data(), list.size()));
    }
    // `others`: every other class instead. pixel_size in angstrom; 0: what the micrographs say.
    void match_class2d(const std::string& path, const std::vector<std::int32_t>& classes, bool others = false,
                       double pixel_size = 0) {
        auto options = make<picker_class2d_options>();
        options.classes = classes.data();
        options.class_count = classes.size();
        options.others = others ? 1 : 0;
        options.pixel_size = pixel_size;
        check(picker_inputs_match_class2d(get(), path.c_str(), &options));
    }
    // pixel_size in angstrom; 0: what the micrographs say.
    void match_particles(const std::string& path, double pixel_size = 0) {
        check(picker_inputs_match_particles(get(), path.c_str(), pixel_size));
    }
    std::string relion_place(std::size_t i) const {
        const char* out = nullptr;
        check(picker_inputs_relion_place(&out, get(), i));
        return out;
    }
    bool has_picks(std::size_t i) const { return picker_inputs_has_picks(get(), i) != 0; }
    Picks picks(std::size_t i) const {
        picker_picks* out = nullptr;
        check(picker_inputs_picks(&out, get(), i));
        return Picks(out);
    }
    // The index in `others` of the image that shows the field of each; `table` "" for names alone.
    std::vector<std::size_t> pair(const Inputs& others, const std::string& table = "") {
        check(picker_inputs_pair(get(), others.get(), table.empty() ? nullptr : table.c_str()));
        std::vector<std::size_t> partners;
        for (std::size_t i = 0; i < size(); ++i) {
            partners.push_back(static_cast<std::size_t>(picker_inputs_partner(get(), i)));
        }
        return partners;
    }
    void match_masks(const std::vector<std::string>& patterns) {
        const auto list = detail::pointers(patterns);
        check(picker_inputs_match_masks(get(), list.data(), list.size()));
    }
    std::string mask(std::size_t i) const { return text(picker_inputs_mask(get(), i)); } // "" where there is none
    std::vector<std::string> unmatched() const {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < picker_inputs_unmatched_count(get()); ++i) {
            names.emplace_back(picker_inputs_unmatched(get(), i));
        }
        return names;
    }
    picker_inputs* get() const { return handle_.get(); }

private:
    static std::string text(const char* borrowed) {
        return borrowed == nullptr ? std::string() : std::string(borrowed);
    }
    detail::Owner<picker_inputs, picker_inputs_free> handle_;
};

class Scores {
public:
    explicit Scores(picker_scores* owned) : handle_(owned) {}
    static Scores read(const std::string& path) {
        picker_scores* out = nullptr;
        check(picker_scores_read(&out, path.c_str()));
        return Scores(out);
    }
    picker_scores_info info() const {
        auto result = make<picker_scores_info>();
        check(picker_scores_get_info(get(), &result));
        return result;
    }
    const float* data() const { return picker_scores_data(get()); } // borrowed; info().width * info().height
    void write(const std::string& path) const { check(picker_scores_write(get(), path.c_str())); }
    picker_scores* get() const { return handle_.get(); }

private:
    detail::Owner<picker_scores, picker_scores_free> handle_;
};

class Dataset {
public:
    Dataset() {
        picker_dataset* out = nullptr;
        check(picker_dataset_create(&out));
        handle_.reset(out);
    }
    void add(const std::string& path, const Picks& positives, const picker_dataset_item* item = nullptr) {
        check(picker_dataset_add(get(), path.c_str(), positives.get(), item));
    }
    void add(const Micrograph& micrograph, const Picks& positives, const picker_dataset_item* item = nullptr) {
        check(picker_dataset_add_micrograph(get(), micrograph.get(), positives.get(), item));
    }
    std::size_t add_rows(const std::string& path, const std::string& split) { // returns how many
        std::size_t rows = 0;
        check(picker_dataset_add_rows(get(), path.c_str(), split.c_str(), &rows));
        return rows;
    }
    std::size_t size() const { return picker_dataset_count(get()); }
    std::size_t positives() const { return picker_dataset_positives(get()); }
    picker_dataset_entry entry(std::size_t i) const { // its strings are borrowed from this data set
        auto result = make<picker_dataset_entry>();
        check(picker_dataset_get(get(), i, &result));
        return result;
    }
    Picks picks(std::size_t i, bool negatives = false) const {
        picker_picks* out = nullptr;
        check(picker_dataset_picks(&out, get(), i, negatives ? 1 : 0));
        return Picks(out);
    }
    void write_positives(const std::string& folder) const {
        check(picker_dataset_write_positives(get(), folder.c_str()));
    }
    picker_recentre_report recentre(const picker_recentre_options& options, const Control& control = {}) {
        auto report = make<picker_recentre_report>();
        control.run([&](const picker_control* c) { return picker_dataset_recentre(get(), &options, &report, c); });
        return report;
    }
    // `proposer`, if given, must be the model that proposed the round.
    picker_review_report add_review(const std::string& folder, const picker_model* proposer = nullptr) {
        auto report = make<picker_review_report>();
        check(picker_dataset_add_review(get(), folder.c_str(), proposer, &report));
        return report;
    }
    picker_dataset* get() const { return handle_.get(); }

private:
    detail::Owner<picker_dataset, picker_dataset_free> handle_;
};

class DatasetTable {
public:
    explicit DatasetTable(picker_dataset_table* owned) : handle_(owned) {}
    static DatasetTable read(const std::string& path) {
        picker_dataset_table* out = nullptr;
        check(picker_dataset_table_read(&out, path.c_str()));
        return DatasetTable(out);
    }
    std::size_t size() const { return picker_dataset_table_count(get()); }
    picker_dataset_row row(std::size_t i) const { // its strings are borrowed from this table
        auto result = make<picker_dataset_row>();
        check(picker_dataset_table_row(get(), i, &result));
        return result;
    }
    picker_dataset_table* get() const { return handle_.get(); }

private:
    detail::Owner<picker_dataset_table, picker_dataset_table_free> handle_;
};

class RunReport {
public:
    explicit RunReport(picker_run_report* owned) : handle_(owned) {}
    picker_run_summary summary() const {
        auto result = make<picker_run_summary>();
        check(picker_run_report_summary(get(), &result));
        return result;
    }
    picker_run_item item(std::size_t i) const { // its strings are borrowed from this report
        auto result = make<picker_run_item>();
        check(picker_run_report_item(get(), i, &result));
        return result;
    }
    picker_run_report* get() const { return handle_.get(); }

private:
    detail::Owner<picker_run_report, picker_run_report_free> handle_;
};

// Micrographs picked as they come.
class Session {
public:
    explicit Session(picker_session* owned) : handle_(owned) {}
    void add(const Inputs& inputs) { add(inputs, 0, inputs.size()); }
    void add(const Inputs& inputs, std::size_t first, std::size_t count) {
        check(picker_session_add(get(), inputs.get(), first, count));
    }
    picker_run_item wait(double seconds, const Control& control = {}) { // its strings last until the next call
        auto item = make<picker_run_item>();
        control.run([&](const picker_control* c) { return picker_session_wait(get(), seconds, &item, c); });
        return item;
    }
    std::int64_t pending() const { return picker_session_pending(get()); }
    picker_session* get() const { return handle_.get(); }

private:
    detail::Owner<picker_session, picker_session_free> handle_;
};

// The report of a training in rounds.
class Rounds {
public:
    explicit Rounds(picker_rounds* owned) : handle_(owned) {}
    picker_rounds_summary summary() const {
        auto result = make<picker_rounds_summary>();
        check(picker_rounds_get_summary(get(), &result));
        return result;
    }
    picker_round round(std::size_t i) const {
        auto result = make<picker_round>();
        check(picker_rounds_get(get(), i, &result, nullptr));
        return result;
    }
    picker_train_report training(std::size_t i) const {
        auto result = make<picker_train_report>();
        check(picker_rounds_get(get(), i, nullptr, &result));
        return result;
    }
    picker_rounds* get() const { return handle_.get(); }

private:
    detail::Owner<picker_rounds, picker_rounds_free> handle_;
};

class Model {
public:
    explicit Model(picker_model* owned) : handle_(owned) {}
    static Model create(const std::string& architecture, std::uint64_t seed = 0) {
        picker_model* out = nullptr;
        check(picker_model_create(&out, architecture.c_str(), seed));
        return Model(out);
    }
    static Model create(const std::string& architecture, const picker_model_options& options, std::uint64_t seed = 0) {
        picker_model* out = nullptr;
        check(picker_model_create_with(&out, architecture.c_str(), &options, seed));
        return Model(out);
    }
    static Model load(const std::string& path) {
        picker_model* out = nullptr;
        check(picker_model_load(&out, path.c_str()));
        return Model(out);
    }
    void save(const std::string& path) const { check(picker_model_save(get(), path.c_str())); }
    picker_model_info info() const {
        auto result = make<picker_model_info>();
        check(picker_model_get_info(get(), &result));
        return result;
    }
    std::string metadata() const {
        const char* out = nullptr;
        check(picker_model_metadata(&out, get()));
        return out;
    }
    void set_threshold(double threshold) { check(picker_model_set_threshold(get(), threshold)); }
    int take_layers(const Model& from) {
        std::int32_t layers = 0;
        check(picker_model_take_layers(get(), from.get(), &layers));
        return layers;
    }
    std::vector<picker_head_info> heads() const { // the specialised ones
        std::vector<picker_head_info> all(picker_model_head_count(get()));
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = make<picker_head_info>();
            check(picker_model_get_head(get(), i, &all[i]));
        }
        return all;
    }
    void add_head(const std::string& name) { check(picker_model_add_head(get(), name.c_str())); }
    void remove_head(const std::string& name) { check(picker_model_remove_head(get(), name.c_str())); }
    Model export_head(const std::string& name) const {
        picker_model* out = nullptr;
        check(picker_model_export_head(&out, get(), name.c_str()));
        return Model(out);
    }
    void import_head(const std::string& as, const Model& from, const std::string& name) {
        check(picker_model_import_head(get(), as.c_str(), from.get(), name.c_str()));
    }
    void tune(const Dataset& data, const picker_train_options& options, int candidates, const Control& control = {}) {
        control.run(
            [&](const picker_control* c) { return picker_model_tune(get(), data.get(), &options, candidates, c); });
    }
    picker_train_report train(const Dataset& data, const Dataset* validation, const picker_train_options& options,
                              const Control& control = {}) {
        auto report = make<picker_train_report>();
        control.run([&](const picker_control* c) {
            return picker_train(get(), data.get(), validation == nullptr ? nullptr : validation->get(), &options,
                                &report, c);
        });
        return report;
    }
    Rounds iterate(const Dataset& data, const Dataset* validation, const picker_iterate_options& options,
                   const picker_train_options& train_options, const Control& control = {}) {
        return control.obtain<Rounds, picker_rounds>([&](picker_rounds** out, const picker_control* c) {
            return picker_train_iterate(out, get(), data.get(), validation == nullptr ? nullptr : validation->get(),
                                        &options, &train_options, c);
        });
    }
    Rounds train_rounds(const Dataset& data, const Dataset* validation, const picker_rounds_options& options,
                        const picker_train_options& train_options, const Control& control = {}) {
        return control.obtain<Rounds, picker_rounds>([&](picker_rounds** out, const picker_control* c) {
            return picker_train_rounds(out, get(), data.get(), validation == nullptr ? nullptr : validation->get(),
                                       &options, &train_options, c);
        });
    }
    picker_review_report propose_review(const Inputs& inputs, const picker_review_options& options,
                                        const Control& control = {}) const {
        auto report = make<picker_review_report>();
        control.run(
            [&](const picker_control* c) { return picker_review_propose(get(), inputs.get(), &options, &report, c); });
        return report;
    }
    Picks pick(const Micrograph& micrograph, const picker_pick_options& options, const Control& control = {}) const {
        return control.obtain<Picks, picker_picks>([&](picker_picks** out, const picker_control* c) {
            return picker_pick(out, get(), micrograph.get(), &options, c);
        });
    }
    Scores score(const Micrograph& micrograph, const picker_pick_options& options, const Control& control = {}) const {
        return control.obtain<Scores, picker_scores>([&](picker_scores** out, const picker_control* c) {
            return picker_score(out, get(), micrograph.get(), &options, c);
        });
    }
    Micrograph preprocess(const Micrograph& micrograph, const picker_pick_options& options) const {
        picker_micrograph* out = nullptr;
        check(picker_micrograph_preprocess(&out, micrograph.get(), get(), &options));
        return Micrograph(out);
    }
    Picks pick_from_scores(const Scores& scores, const picker_pick_options& options,
                           picker_removed* removed = nullptr) const {
        picker_picks* out = nullptr;
        check(picker_pick_from_scores(&out, get(), scores.get(), &options, removed));
        return Picks(out);
    }
    Session open_session(const picker_run_options& options, const Control& control = {}) const {
        return control.obtain<Session, picker_session>([&](picker_session** out, const picker_control* c) {
            return picker_session_open(out, get(), &options, c);
        });
    }
    RunReport pick_files(const Inputs& inputs, const picker_run_options& options, const Control& control = {}) const {
        return control.obtain<RunReport, picker_run_report>([&](picker_run_report** out, const picker_control* c) {
            return picker_pick_files(out, get(), inputs.get(), &options, c);
        });
    }
    picker_model* get() const { return handle_.get(); }

private:
    detail::Owner<picker_model, picker_model_free> handle_;
};

class Evaluation {
public:
    Evaluation(const std::vector<picker_evaluate_item>& items, const picker_evaluate_options& options) {
        picker_evaluation* out = nullptr;
        check(picker_evaluate(&out, items.data(), items.size(), &options));
        handle_.reset(out);
    }
    picker_evaluation_result result(const std::string& group = "") const {
        auto filled = make<picker_evaluation_result>();
        check(picker_evaluation_get(get(), group.c_str(), &filled));
        return filled;
    }
    std::vector<std::string> groups() const { // "" first: all of them
        std::vector<std::string> names;
        for (std::size_t i = 0; i < picker_evaluation_group_count(get()); ++i) {
            names.emplace_back(picker_evaluation_group_name(get(), i));
        }
        return names;
    }
    std::vector<double> curve(const std::string& column, const std::string& group = "") const {
        const double* out = nullptr;
        std::size_t count = 0;
        check(picker_evaluation_curve(&out, &count, get(), group.c_str(), column.c_str()));
        return std::vector<double>(out, out + count);
    }
    picker_evaluation* get() const { return handle_.get(); }

private:
    detail::Owner<picker_evaluation, picker_evaluation_free> handle_;
};

// The check before a run.
class Preflight {
public:
    explicit Preflight(const Inputs& inputs, const picker_preflight_options& options = make<picker_preflight_options>(),
                       const Control& control = {}) {
        control.run([&](const picker_control* c) {
            picker_preflight* out = nullptr;
            const picker_status status = picker_preflight_inputs(&out, inputs.get(), &options, c);
            handle_.reset(out);
            return status;
        });
    }
    picker_preflight_summary summary() const {
        auto result = make<picker_preflight_summary>();
        check(picker_preflight_get_summary(get(), &result));
        return result;
    }
    std::vector<picker_problem> problems() const { // their strings are borrowed from this
        std::vector<picker_problem> all;
        for (std::int64_t i = 0; i < summary().problems; ++i) {
            all.push_back(make<picker_problem>());
            check(picker_preflight_problem(get(), static_cast<std::size_t>(i), &all.back()));
        }
        return all;
    }
    std::vector<picker_problem_group> groups() const { // their strings are borrowed from this
        std::vector<picker_problem_group> all;
        for (std::int64_t i = 0; i < summary().groups; ++i) {
            all.push_back(make<picker_problem_group>());
            check(picker_preflight_group(get(), static_cast<std::size_t>(i), &all.back()));
        }
        return all;
    }
    picker_micrograph_info micrograph(std::size_t i) const {
        auto info = make<picker_micrograph_info>();
        check(picker_preflight_micrograph(get(), i, &info));
        return info;
    }
    const picker_preflight* get() const { return handle_.get(); }

private:
    detail::Owner<picker_preflight, picker_preflight_free> handle_;
};

// A diameter proposed from a few micrographs.
class Diameter {
public:
    Diameter(const Model& model, const Inputs& inputs,
             const picker_diameter_options& options = make<picker_diameter_options>(), const Control& control = {}) {
        control.run([&](const picker_control* c) {
            picker_diameter* out = nullptr;
            const picker_status status = picker_diameter_propose(&out, model.get(), inputs.get(), &options, c);
            handle_.reset(out);
            return status;
        });
    }
    picker_diameter_summary summary() const { // its strings are borrowed from this
        auto result = make<picker_diameter_summary>();
        check(picker_diameter_get_summary(get(), &result));
        return result;
    }
    std::vector<picker_diameter_step> curve() const {
        std::vector<picker_diameter_step> all;
        for (std::int64_t i = 0; i < summary().steps; ++i) {
            all.push_back(make<picker_diameter_step>());
            check(picker_diameter_get_step(get(), static_cast<std::size_t>(i), &all.back()));
        }
        return all;
    }
    std::vector<std::pair<std::string, double>> micrographs() const { // and what each gives by itself, 0 for nothing
        std::vector<std::pair<std::string, double>> all;
        for (std::int64_t i = 0; i < summary().micrographs; ++i) {
            const char* name = "";
            double own = 0.0;
            check(picker_diameter_get_micrograph(get(), static_cast<std::size_t>(i), &name, &own));
            all.emplace_back(name, own);
        }
        return all;
    }
    const picker_diameter* get() const { return handle_.get(); }

private:
    detail::Owner<picker_diameter, picker_diameter_free> handle_;
};

// The report of a run's folder as one HTML page.
inline picker_report_summary write_report(const std::string& folder,
                                          const picker_report_options& options = make<picker_report_options>(),
                                          const Control& control = {}) {
    auto summary = make<picker_report_summary>();
    control.run([&](const picker_control* c) { return picker_report_write(folder.c_str(), &options, &summary, c); });
    return summary;
}

// How many micrographs of a run pass, of how many, and how many do not meet each rule.
struct SelectedMicrographs {
    std::int64_t micrographs = 0, selected = 0;
    std::vector<std::int64_t> failing;
};
// Micrographs of a run's folder chosen by rules such as "picks >= 20". `list` and `output` may be empty.
inline SelectedMicrographs select_micrographs(const std::string& folder, const std::vector<std::string>& rules,
                                              const std::string& list = "", const std::string& output = "") {
    SelectedMicrographs result;
    result.failing.resize(rules.size());
    const auto words = detail::pointers(rules);
    auto options = make<picker_micrograph_rules>();
    options.rules = words.data();
    options.rule_count = words.size();
    options.list = list.c_str();
    options.output = output.c_str();
    options.failing = result.failing.data();
    check(picker_select_micrographs(folder.c_str(), &options, &result.micrographs, &result.selected));
    return result;
}

// Which flip, scale and shift lays the picks on the reference.
inline picker_check_result check_frame(const std::vector<picker_check_item>& items,
                                       const picker_check_options& options = make<picker_check_options>()) {
    auto result = make<picker_check_result>();
    check(picker_check(&result, items.data(), items.size(), &options));
    return result;
}

struct Simulated {
    Micrograph micrograph;
    Picks truth;
    double diameter; // angstrom
};

inline Simulated simulate(const picker_simulation& settings, std::uint64_t index) {
    picker_micrograph* micrograph = nullptr;
    picker_picks* truth = nullptr;
    double diameter = 0;
    check(picker_simulate(&micrograph, &truth, &diameter, &settings, index));
    return Simulated{Micrograph(micrograph), Picks(truth), diameter};
}

inline void set_preset(picker_simulation& settings, const std::string& name) {
    check(picker_simulation_set_preset(&settings, name.c_str()));
}

struct SimulatedScene {
    Micrograph micrograph;
    Picks truth, others;
    picker_simulated info;
};

// Many images of one kind: structures are read and projected once.
class Simulator {
public:
    explicit Simulator(const picker_simulation& settings, const Control& control = {}) {
        control.run([&](const picker_control* c) {
            picker_simulator* out = nullptr;
            const picker_status status = picker_simulator_create(&out, &settings, c);
            handle_.reset(out);
            return status;
        });
    }
    SimulatedScene make(std::uint64_t index, const Control& control = {}) const {
        Picks truth(nullptr), others(nullptr);
        auto info = libpicker::make<picker_simulated>();
        auto micrograph =
            control.obtain<Micrograph, picker_micrograph>([&](picker_micrograph** out, const picker_control* c) {
                picker_picks *particles = nullptr, *rest = nullptr;
                const picker_status status =
                    picker_simulator_make(out, &particles, &rest, &info, handle_.get(), index, c);
                truth = Picks(particles);
                others = Picks(rest);
                return status;
            });
        return SimulatedScene{std::move(micrograph), std::move(truth), std::move(others), info};
    }
    const picker_simulator* get() const { return handle_.get(); }

private:
    detail::Owner<picker_simulator, picker_simulator_free> handle_;
};

} // namespace libpicker

#endif // PICKER_PICKER_HPP
