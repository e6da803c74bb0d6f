/* A program of libpicker's first release, compiled against the frozen header of that time and run with today's library.
 * It is never changed: when it fails to link or to run, programs in the field do too. Strict C99.
 * Argument: a folder to write to. */
#include "frozen/picker_abi1.h"

#include <stdio.h>
#include <string.h>

typedef void (*any_function)(void);

/* Every function of the frozen header: none may be missing from the library. */
static const any_function every_function[] = {
    (any_function)picker_version,
    (any_function)picker_abi_version,
    (any_function)picker_has_feature,
    (any_function)picker_status_name,
    (any_function)picker_last_error,
    (any_function)picker_device_count,
    (any_function)picker_device_name,
    (any_function)picker_control_init,
    (any_function)picker_micrograph_info_init,
    (any_function)picker_micrograph_read,
    (any_function)picker_micrograph_from_data,
    (any_function)picker_micrograph_get_info,
    (any_function)picker_micrograph_inspect,
    (any_function)picker_micrograph_data,
    (any_function)picker_micrograph_write,
    (any_function)picker_micrograph_free,
    (any_function)picker_picks_create,
    (any_function)picker_picks_read,
    (any_function)picker_picks_append,
    (any_function)picker_picks_count,
    (any_function)picker_picks_column,
    (any_function)picker_picks_column_count,
    (any_function)picker_picks_column_name,
    (any_function)picker_select_rules_init,
    (any_function)picker_removed_init,
    (any_function)picker_picks_select,
    (any_function)picker_picks_context_init,
    (any_function)picker_picks_write,
    (any_function)picker_picks_free,
    (any_function)picker_format_count,
    (any_function)picker_format_name,
    (any_function)picker_format_extension,
    (any_function)picker_format_description,
    (any_function)picker_draw,
    (any_function)picker_inputs_create,
    (any_function)picker_inputs_from_names,
    (any_function)picker_inputs_count,
    (any_function)picker_inputs_path,
    (any_function)picker_inputs_name,
    (any_function)picker_inputs_stem,
    (any_function)picker_inputs_pixel_size,
    (any_function)picker_inputs_column,
    (any_function)picker_inputs_match_picks,
    (any_function)picker_inputs_has_picks,
    (any_function)picker_inputs_picks,
    (any_function)picker_inputs_unmatched_count,
    (any_function)picker_inputs_unmatched,
    (any_function)picker_inputs_free,
    (any_function)picker_model_info_init,
    (any_function)picker_architecture_count,
    (any_function)picker_architecture_name,
    (any_function)picker_architecture_summary,
    (any_function)picker_architecture_source,
    (any_function)picker_architecture_parameters,
    (any_function)picker_model_create,
    (any_function)picker_model_load,
    (any_function)picker_model_save,
    (any_function)picker_model_get_info,
    (any_function)picker_model_set_threshold,
    (any_function)picker_model_metadata,
    (any_function)picker_model_free,
    (any_function)picker_dataset_item_init,
    (any_function)picker_dataset_create,
    (any_function)picker_dataset_add,
    (any_function)picker_dataset_add_micrograph,
    (any_function)picker_dataset_add_rows,
    (any_function)picker_dataset_count,
    (any_function)picker_dataset_positives,
    (any_function)picker_dataset_free,
    (any_function)picker_train_options_init,
    (any_function)picker_train_report_init,
    (any_function)picker_train,
    (any_function)picker_pick_options_init,
    (any_function)picker_pick,
    (any_function)picker_score,
    (any_function)picker_score_naive,
    (any_function)picker_scores_info_init,
    (any_function)picker_scores_get_info,
    (any_function)picker_scores_data,
    (any_function)picker_scores_write,
    (any_function)picker_scores_read,
    (any_function)picker_scores_free,
    (any_function)picker_pick_from_scores,
    (any_function)picker_run_options_init,
    (any_function)picker_run_item_init,
    (any_function)picker_run_summary_init,
    (any_function)picker_pick_files,
    (any_function)picker_run_report_summary,
    (any_function)picker_run_report_item,
    (any_function)picker_run_report_free,
    (any_function)picker_evaluate_options_init,
    (any_function)picker_evaluate_item_init,
    (any_function)picker_evaluation_result_init,
    (any_function)picker_evaluate,
    (any_function)picker_evaluation_group_count,
    (any_function)picker_evaluation_group_name,
    (any_function)picker_evaluation_get,
    (any_function)picker_evaluation_curve,
    (any_function)picker_evaluation_free,
    (any_function)picker_simulation_init,
    (any_function)picker_simulate,
};

static int faults = 0;

static int good(picker_status status, const char* what) {
    if (status != PICKER_OK) {
        printf("%s: %s: %s\n", what, picker_status_name((int32_t)status), picker_last_error());
        ++faults;
    }
    return status == PICKER_OK;
}

static void expect(int condition, const char* what) {
    if (!condition) {
        printf("not so: %s\n", what);
        ++faults;
    }
}

/* Every struct of that time is prepared, at the size it had, and not a byte beyond. */
#define PREPARED(type)                                                                                                 \
    do {                                                                                                               \
        struct {                                                                                                       \
            type s;                                                                                                    \
            unsigned char guard[16];                                                                                   \
        } block;                                                                                                       \
        size_t i;                                                                                                      \
        memset(&block, 0x5A, sizeof block);                                                                            \
        good(type##_init(&block.s, sizeof block.s), #type "_init");                                                    \
        expect(block.s.struct_size == sizeof(type), #type " has the size of its time");                                \
        for (i = 0; i < sizeof block.guard; ++i) {                                                                     \
            expect(block.guard[i] == 0x5A, #type " was written beyond its size");                                      \
        }                                                                                                              \
    } while (0)

static void prepare_everything(void) {
    PREPARED(picker_control);
    PREPARED(picker_micrograph_info);
    PREPARED(picker_select_rules);
    PREPARED(picker_removed);
    PREPARED(picker_picks_context);
    PREPARED(picker_model_info);
    PREPARED(picker_dataset_item);
    PREPARED(picker_train_options);
    PREPARED(picker_train_report);
    PREPARED(picker_pick_options);
    PREPARED(picker_scores_info);
    PREPARED(picker_run_options);
    PREPARED(picker_run_item);
    PREPARED(picker_run_summary);
    PREPARED(picker_evaluate_options);
    PREPARED(picker_evaluate_item);
    PREPARED(picker_evaluation_result);
    PREPARED(picker_simulation);
}

/* A struct that the library fills in, with a guard behind it. */
static void fill_an_old_struct(const picker_model* model) {
    struct {
        picker_model_info info;
        unsigned char guard[16];
    } block;
    size_t i;
    memset(&block, 0x5A, sizeof block);
    good(picker_model_info_init(&block.info, sizeof block.info), "model_info_init");
    good(picker_model_get_info(model, &block.info), "model_get_info");
    expect(block.info.parameters == 33346 && strcmp(block.info.architecture, "deeppicker") == 0, "the model is known");
    for (i = 0; i < sizeof block.guard; ++i) {
        expect(block.guard[i] == 0x5A, "picker_model_get_info wrote beyond the struct");
    }
}

static int32_t count_events(void* user, const picker_progress* progress) {
    expect(progress->struct_size >= sizeof(picker_progress), "progress has at least what it had");
    expect(progress->stage != NULL && progress->item != NULL, "progress has its texts");
    ++*(int*)user;
    return 0;
}

/* A run over files from candidates: options and results by the structs of that time. */
static void run_over_files(const char* folder, const picker_micrograph* micrograph, const picker_picks* truth) {
    char image[1024];
    char candidates[1024];
    char output[1024];
    const char* pattern = image;
    int events = 0;
    picker_inputs* inputs = NULL;
    picker_model* model = NULL;
    picker_run_report* report = NULL;
    picker_pick_options pick;
    picker_run_options run;
    picker_run_item item;
    picker_run_summary summary;
    picker_control control;
    sprintf(image, "%s/f.mrc", folder);
    sprintf(candidates, "%s/f.star", folder);
    sprintf(output, "%s/out", folder);
    good(picker_micrograph_write(micrograph, image), "micrograph_write");
    good(picker_picks_write(truth, candidates, NULL, NULL), "picks_write");
    good(picker_inputs_create(&inputs, &pattern, 1, 0), "inputs_create");
    good(picker_model_create(&model, "deeppicker", 1), "model_create");
    good(picker_pick_options_init(&pick, sizeof pick), "pick_options_init");
    good(picker_run_options_init(&run, sizeof run), "run_options_init");
    good(picker_control_init(&control, sizeof control), "control_init");
    control.progress = count_events;
    control.user = &events;
    pick.diameter = 160;
    run.pick = &pick;
    run.output = output;
    run.source = PICKER_SOURCE_CANDIDATES;
    run.source_folder = folder;
    run.overwrite = 1;
    if (good(picker_pick_files(&report, model, inputs, &run, &control), "pick_files")) {
        good(picker_run_summary_init(&summary, sizeof summary), "run_summary_init");
        good(picker_run_report_summary(report, &summary), "run_report_summary");
        expect(summary.micrographs == 1 && summary.done == 1 && events > 0, "one micrograph done");
        good(picker_run_item_init(&item, sizeof item), "run_item_init");
        good(picker_run_report_item(report, 0, &item), "run_report_item");
        expect(item.width == 192 && item.height == 160 && strcmp(item.status, "done") == 0, "its record");
    }
    if (model != NULL) {
        fill_an_old_struct(model);
    }
    picker_run_report_free(report);
    picker_model_free(model);
    picker_inputs_free(inputs);
}

int main(int argc, char** argv) {
    picker_simulation simulation;
    picker_micrograph* micrograph = NULL;
    picker_picks* truth = NULL;
    picker_picks* best = NULL;
    picker_select_rules rules;
    picker_removed removed;
    const double* x = NULL;
    size_t i;
    if (argc != 2 || strlen(argv[1]) > 900) {
        printf("give a folder to write to\n");
        return 2;
    }
    for (i = 0; i < sizeof every_function / sizeof every_function[0]; ++i) {
        expect(every_function[i] != NULL, "every function is there");
    }
    expect(picker_abi_version() >= 1, "the interface only grows");
    expect(PICKER_OK == 0 && PICKER_CANCELLED == 7 && PICKER_SOURCE_CANDIDATES == 2, "values are as they were");
    prepare_everything();
    good(picker_simulation_init(&simulation, sizeof simulation), "simulation_init");
    simulation.width = 192;
    simulation.height = 160;
    simulation.pixel_size = 8;
    simulation.diameter = 160;
    simulation.particles = 12;
    if (good(picker_simulate(&micrograph, &truth, NULL, &simulation, 0), "simulate")) {
        good(picker_picks_column(&x, truth, "x"), "picks_column");
        expect(x != NULL && x[0] >= 0 && x[0] < 192, "columns are borrowed");
        good(picker_select_rules_init(&rules, sizeof rules), "select_rules_init");
        good(picker_removed_init(&removed, sizeof removed), "removed_init");
        rules.width = 192;
        rules.height = 160;
        rules.top = 2;
        good(picker_picks_select(&best, truth, &rules, &removed), "picks_select");
        expect(picker_picks_count(best) == 2, "the best two");
        expect(removed.top == (int64_t)picker_picks_count(truth) - 2, "and the others counted");
        run_over_files(argv[1], micrograph, truth);
        picker_micrograph_free(micrograph);
    }
    simulation.struct_size = 8;
    expect(picker_simulate(&micrograph, NULL, NULL, &simulation, 0) == PICKER_INVALID_ARGUMENT,
           "a wrong size is refused");
    expect(micrograph == NULL, "and nothing is handed out");
    picker_picks_free(best);
    picker_picks_free(truth);
    return faults > 0;
}
