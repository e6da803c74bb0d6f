// Every function of picker.h with NULL at each pointer and with each wrong struct_size. The table of calls is held
// against the header, so a function or parameter that is added there without a test fails here.
#include "capi/boundary.hpp"
#include "capi/header.hpp"

using namespace capi;

namespace {

std::vector<Entry> all_entries() {
    std::vector<Entry> table = file_entries();
    for (auto* entries : {model_entries, head_entries, scheme_entries, check_entries, set_entries, preflight_entries,
                          diameter_entries}) {
        for (Entry& entry : entries()) {
            table.push_back(std::move(entry));
        }
    }
    return table;
}

const Entry* find(const std::vector<Entry>& table, const std::string& name) {
    for (const Entry& entry : table) {
        if (entry.name == name) {
            return &entry;
        }
    }
    return nullptr;
}

// What the valid call comes to: nothing can be trained or scored where LibTorch is missing.
int expected_success(const Entry& entry) {
    return entry.needs_torch && picker_has_feature("torch") == 0 ? PICKER_BACKEND : PICKER_OK;
}

bool is_skipped(const Entry& entry) {
    return entry.needs_trained && picker_has_feature("torch") == 0;
}

int run(const Entry& entry, World& world, Call& call, const std::string& what) {
    const int outcome = entry.run(world, call);
    call.check_outs(what, outcome);
    call.free_outs();
    DOCTEST_CHECK_MESSAGE(call.tails_untouched(), what, " wrote beyond the struct it knows");
    return outcome;
}

std::string outcome_of(int outcome) {
    return outcome == neutral ? std::string("a neutral answer") : said(outcome);
}

} // namespace

DOCTEST_TEST_CASE("the table names every function of picker.h and every pointer parameter") {
    const std::vector<Entry> table = all_entries();
    const std::vector<Function> functions = declared_functions();
    World world;
    DOCTEST_CHECK(functions.size() > 80);
    DOCTEST_CHECK(functions.size() == table.size());
    for (const Function& function : functions) {
        const Entry* entry = find(table, function.name);
        DOCTEST_CHECK_MESSAGE(entry != nullptr, function.name, " has no entry in tests/capi/table_*.cpp");
        if (entry == nullptr) {
            continue;
        }
        std::set<std::string> pointers;
        std::set<std::string> structs;
        const bool is_init = function.name.ends_with("_init");
        for (const Parameter& parameter : function.parameters) {
            if (parameter.is_pointer) {
                pointers.insert(parameter.name);
            }
            if (parameter.is_sized_struct && !is_init) {
                structs.insert(parameter.name);
            }
        }
        std::set<std::string> judged;
        for (const auto& [name, verdict] : entry->pointers) {
            judged.insert(name);
            DOCTEST_CHECK_MESSAGE((verdict != Null::silent || function.returns != "picker_status"), function.name,
                                  " has a status and may not answer silently");
        }
        DOCTEST_CHECK_MESSAGE(judged == pointers, function.name, ": the table's pointers are not the header's");
        if (is_skipped(*entry)) {
            continue;
        }
        Call call;
        const int outcome = run(*entry, world, call, function.name);
        DOCTEST_CHECK_MESSAGE(outcome == expected_success(*entry), function.name, ": ", outcome_of(outcome));
        DOCTEST_CHECK_MESSAGE(call.seen() == pointers, function.name, ": the call does not go through every pointer");
        DOCTEST_CHECK_MESSAGE(call.structs() == structs, function.name, ": the call does not go through every struct");
    }
}

DOCTEST_TEST_CASE("NULL at every pointer parameter") {
    World world;
    for (const Entry& entry : all_entries()) {
        for (const auto& [name, verdict] : entry.pointers) {
            if (is_skipped(entry)) {
                continue;
            }
            Call call = Call::with_null(name);
            const std::string what = entry.name + " with NULL for " + name;
            const int outcome = run(entry, world, call, what);
            switch (verdict) {
            case Null::refused:
                DOCTEST_CHECK_MESSAGE(outcome == PICKER_INVALID_ARGUMENT, what, ": ", outcome_of(outcome));
                // The way out is in the message, and what was NULL unless the default of a struct is what fails.
                DOCTEST_CHECK_MESSAGE(contains(picker_last_error(), ";"), what, ": ", outcome_of(outcome));
                DOCTEST_CHECK_MESSAGE((contains(picker_last_error(), "NULL") || call.structs().contains(name)), what,
                                      ": ", outcome_of(outcome));
                break;
            case Null::allowed:
                DOCTEST_CHECK_MESSAGE(outcome == expected_success(entry), what, ": ", outcome_of(outcome));
                break;
            case Null::silent:
                DOCTEST_CHECK_MESSAGE(outcome == neutral, what, ": ", outcome_of(outcome));
                break;
            }
        }
    }
}

DOCTEST_TEST_CASE("wrong and longer struct_size at every struct parameter") {
    World world;
    const std::vector<Entry> table = all_entries();
    int structs = 0;
    for (const Function& function : declared_functions()) {
        const Entry* entry = find(table, function.name);
        for (const Parameter& parameter : function.parameters) {
            if (!parameter.is_sized_struct || function.name.ends_with("_init") || entry == nullptr ||
                is_skipped(*entry)) {
                continue;
            }
            ++structs;
            for (const auto size : {SizeCase::zero, SizeCase::eight, SizeCase::one_short, SizeCase::huge,
                                    SizeCase::longer, SizeCase::longer_set}) {
                Call call = Call::with_size(parameter.name, size);
                const std::string what = function.name + ", " + parameter.name + ", struct_size case " +
                                         std::to_string(static_cast<int>(size));
                const int outcome = run(*entry, world, call, what);
                // A newer caller's struct passes as long as its unknown tail asks for nothing. What the callee only
                // fills in asks for nothing in any case.
                int expected = expected_success(*entry);
                if (size == SizeCase::longer_set && parameter.is_input) {
                    expected = PICKER_UNSUPPORTED;
                } else if (size < SizeCase::longer) {
                    expected = PICKER_INVALID_ARGUMENT;
                }
                DOCTEST_CHECK_MESSAGE(outcome == expected, what, ": ", outcome_of(outcome));
                if (size < SizeCase::longer) {
                    DOCTEST_CHECK_MESSAGE(contains(picker_last_error(), "struct_size"), what, ": ",
                                          outcome_of(outcome));
                    DOCTEST_CHECK_MESSAGE(contains(picker_last_error(), "_init("), what, ": ", outcome_of(outcome));
                }
            }
        }
    }
    DOCTEST_CHECK(structs >= 28);
}

namespace {

template <typename T> void check_init(const char* name, picker_status (*init)(T*, std::size_t)) {
    union { // a newer caller's struct, and rubbish to be cleared
        T known;
        unsigned char bytes[sizeof(T) + 64];
    } newer;
    const auto all_zero_after_size = [&](std::size_t size) {
        for (std::size_t i = sizeof(std::size_t); i < size; ++i) {
            if (newer.bytes[i] != 0) {
                return false;
            }
        }
        return true;
    };
    for (const std::size_t size : {std::size_t{0}, std::size_t{8}, sizeof(T) - 1, SIZE_MAX, SIZE_MAX / 2 + 1}) {
        std::memset(&newer, 0x5A, sizeof newer);
        refused(init(&newer.known, size), PICKER_INVALID_ARGUMENT, {name, "struct_size", "_init("});
        DOCTEST_CHECK_MESSAGE(newer.bytes[0] == 0x5A, name, " was written to in spite of its size");
    }
    for (const std::size_t size : {sizeof(T), sizeof(T) + 64}) {
        std::memset(&newer, 0x5A, sizeof newer);
        ok(init(&newer.known, size));
        DOCTEST_CHECK_MESSAGE(newer.known.struct_size == size, name);
        DOCTEST_CHECK_MESSAGE(all_zero_after_size(size), name);
        DOCTEST_CHECK_MESSAGE((size == sizeof newer || newer.bytes[size] == 0x5A), name,
                              " was written beyond its size");
    }
    refused(init(nullptr, sizeof(T)), PICKER_INVALID_ARGUMENT, {name, "NULL"});
}

} // namespace

DOCTEST_TEST_CASE("every struct is prepared by its own initialiser") {
    std::set<std::string> checked;
#define PICKER_CHECK_INIT(type) check_init<type>(#type, type##_init), checked.insert(#type)
    PICKER_CHECK_INIT(picker_control);
    PICKER_CHECK_INIT(picker_micrograph_info);
    PICKER_CHECK_INIT(picker_select_rules);
    PICKER_CHECK_INIT(picker_removed);
    PICKER_CHECK_INIT(picker_picks_context);
    PICKER_CHECK_INIT(picker_model_info);
    PICKER_CHECK_INIT(picker_model_options);
    PICKER_CHECK_INIT(picker_head_info);
    PICKER_CHECK_INIT(picker_dataset_item);
    PICKER_CHECK_INIT(picker_dataset_entry);
    PICKER_CHECK_INIT(picker_dataset_row);
    PICKER_CHECK_INIT(picker_train_options);
    PICKER_CHECK_INIT(picker_train_report);
    PICKER_CHECK_INIT(picker_pick_options);
    PICKER_CHECK_INIT(picker_scores_info);
    PICKER_CHECK_INIT(picker_run_options);
    PICKER_CHECK_INIT(picker_run_item);
    PICKER_CHECK_INIT(picker_run_summary);
    PICKER_CHECK_INIT(picker_evaluate_options);
    PICKER_CHECK_INIT(picker_evaluate_item);
    PICKER_CHECK_INIT(picker_evaluation_result);
    PICKER_CHECK_INIT(picker_simulation);
    PICKER_CHECK_INIT(picker_simulated);
    PICKER_CHECK_INIT(picker_class2d_options);
    PICKER_CHECK_INIT(picker_recentre_options);
    PICKER_CHECK_INIT(picker_recentre_report);
    PICKER_CHECK_INIT(picker_round);
    PICKER_CHECK_INIT(picker_rounds_summary);
    PICKER_CHECK_INIT(picker_iterate_options);
    PICKER_CHECK_INIT(picker_rounds_options);
    PICKER_CHECK_INIT(picker_review_options);
    PICKER_CHECK_INIT(picker_review_report);
    PICKER_CHECK_INIT(picker_check_item);
    PICKER_CHECK_INIT(picker_check_options);
    PICKER_CHECK_INIT(picker_check_result);
    PICKER_CHECK_INIT(picker_merge_options);
    PICKER_CHECK_INIT(picker_merge_report);
    PICKER_CHECK_INIT(picker_report_options);
    PICKER_CHECK_INIT(picker_report_summary);
    PICKER_CHECK_INIT(picker_micrograph_rules);
    PICKER_CHECK_INIT(picker_preflight_options);
    PICKER_CHECK_INIT(picker_problem);
    PICKER_CHECK_INIT(picker_problem_group);
    PICKER_CHECK_INIT(picker_preflight_summary);
    PICKER_CHECK_INIT(picker_diameter_options);
    PICKER_CHECK_INIT(picker_diameter_summary);
    PICKER_CHECK_INIT(picker_diameter_step);
#undef PICKER_CHECK_INIT
    for (const std::string& name : declared_sized_structs()) {
        // The library alone makes picker_progress.
        DOCTEST_CHECK_MESSAGE((name == "picker_progress" || checked.contains(name)), name, " is not checked");
    }
}

DOCTEST_TEST_CASE("structs within structs and lists of structs are checked too") {
    World world;
    auto bad = world.pick_options;
    bad.struct_size = 8;
    auto run_options = world.run_options;
    run_options.pick = &bad;
    ReportOwner report;
    refused(picker_pick_files(report.out(), world.model.get(), world.inputs->get(), &run_options, nullptr),
            PICKER_INVALID_ARGUMENT, {"picker_pick_options", "struct_size"});

    picker_evaluate_item items[2] = {world.item, world.item};
    EvaluationOwner evaluation;
    ok(picker_evaluate(evaluation.out(), items, 2, &world.evaluate_options));
    for (const std::size_t size : {std::size_t{0}, sizeof items[1] + 8, SIZE_MAX}) {
        items[1].struct_size = size;
        refused(picker_evaluate(evaluation.out(), items, 2, &world.evaluate_options), PICKER_INVALID_ARGUMENT,
                {"picker_evaluate_item", "struct_size"});
    }
    // A newer caller's list: every item is longer, with a tail of zeros.
    struct Newer {
        picker_evaluate_item known;
        std::int64_t later;
    } newer[2] = {{world.item, 0}, {world.item, 0}};
    for (Newer& item : newer) {
        item.known.struct_size = sizeof(Newer);
    }
    ok(picker_evaluate(evaluation.out(), &newer[0].known, 2, &world.evaluate_options));
    auto result = make<picker_evaluation_result>();
    ok(picker_evaluation_get(evaluation.get(), nullptr, &result));
    DOCTEST_CHECK(result.truth == 2 * static_cast<std::int64_t>(world.sample.truth.size()));
    newer[1].later = 1;
    refused(picker_evaluate(evaluation.out(), &newer[0].known, 2, &world.evaluate_options), PICKER_UNSUPPORTED,
            {"picker_evaluate_item", "update"});
    newer[0].known.struct_size = newer[1].known.struct_size = sizeof(Newer) - 3; // no array has such a stride
    refused(picker_evaluate(evaluation.out(), &newer[0].known, 2, &world.evaluate_options), PICKER_INVALID_ARGUMENT,
            {"struct_size"});

    const char* const patterns[2] = {world.image.c_str(), nullptr};
    InputsOwner inputs;
    refused(picker_inputs_create(inputs.out(), patterns, 2, 0), PICKER_INVALID_ARGUMENT, {"patterns", "NULL"});
}
