/* What the client does: every reader and writer of the library, and a run over files, without LibTorch. Whatever fails,
 * the rest is still called, with NULL where a handle is missing. */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call may fail, with a status of the list, a message, and nothing handed out. */
static int check(struct outcome* outcome, picker_status status, const char* call, void* handle) {
    const void* made = NULL;
    if (handle != NULL) { /* the place of a handle, of whatever type, looked at after the call */
        memcpy(&made, handle, sizeof made);
    }
    if (status == PICKER_OK) {
        if (handle != NULL && made == NULL) {
            snprintf(outcome->broken, sizeof outcome->broken, "%s: a success without a handle", call);
        }
        return 1;
    }
    outcome->failed++;
    if (status < 0 || status >= PICKER_INTERNAL || picker_last_error()[0] == '\0' || made != NULL) {
        snprintf(outcome->broken, sizeof outcome->broken, "%.120s: %s%s: %.200s", call, picker_status_name(status),
                 made != NULL ? ", with a handle" : "", picker_last_error());
    }
    return 0;
}
#define DO(call) check(outcome, call, #call, NULL)
#define MAKE(handle, call) check(outcome, call, #call, &(handle))

static void images(struct outcome* outcome) {
    static const char* const names[] = {"one.mrc", "two.tif", "three.png"};
    static const char* const copies[][3] = {{"out/1.mrc", "out/1.tif", "out/1.png"},
                                            {"out/2.mrc", "out/2.tif", "out/2.png"},
                                            {"out/3.mrc", "out/3.tif", "out/3.png"}};
    picker_micrograph_info info;
    int i;
    DO(picker_micrograph_info_init(&info, sizeof info));
    for (i = 0; i < 3; ++i) {
        picker_micrograph* image = NULL;
        MAKE(image, picker_micrograph_read(&image, names[i]));
        if (image != NULL) {
            DO(picker_micrograph_get_info(image, &info));
            DO(picker_micrograph_write(image, copies[i][0]));
            DO(picker_micrograph_write(image, copies[i][1]));
            DO(picker_micrograph_write(image, copies[i][2]));
        }
        picker_micrograph_free(image);
        DO(picker_micrograph_inspect(names[i], 1, &info));
    }
}

static void coordinates(struct outcome* outcome) {
    static const char* const names[] = {"one.star", "one.csv", "one.box", "one.cs", "one.cbox", "one_info.json"};
    static const char* const targets[] = {"out/c.star", "out/c.csv", "out/c.box", "out/c.cs", "out/c.cbox"};
    picker_picks_context context;
    int i, k;
    if (!DO(picker_picks_context_init(&context, sizeof context))) {
        return;
    }
    context.width = 96;
    context.height = 80;
    context.box_size = 12;
    context.micrograph = "one.mrc";
    for (i = 0; i < 6; ++i) {
        picker_picks* picks = NULL;
        MAKE(picks, picker_picks_read(&picks, names[i], NULL));
        for (k = 0; k < 5 && picks != NULL && i == 0; ++k) {
            DO(picker_picks_write(picks, targets[k], NULL, &context));
        }
        picker_picks_free(picks);
    }
}

static void tables(struct outcome* outcome) {
    picker_picks *all = NULL, *some = NULL, *merged = NULL;
    picker_micrograph* image = NULL;
    picker_select_rules rules;
    picker_merge_options options;
    if (!DO(picker_select_rules_init(&rules, sizeof rules)) ||
        !DO(picker_merge_options_init(&options, sizeof options))) {
        return;
    }
    rules.width = 96;
    rules.height = 80;
    rules.min_distance = 8;
    options.distance = 5;
    MAKE(image, picker_micrograph_read(&image, "one.mrc"));
    MAKE(all, picker_picks_read(&all, "one.star", NULL));
    if (all != NULL) {
        const picker_picks* sets[2];
        MAKE(some, picker_picks_select(&some, all, &rules, NULL));
        sets[0] = all;
        sets[1] = some;
        if (some != NULL) {
            MAKE(merged, picker_picks_merge(&merged, sets, 2, &options, NULL));
        }
        if (image != NULL && some != NULL) {
            DO(picker_draw("out/drawn.png", image, all, some, 12, 96));
        }
    }
    picker_picks_free(merged);
    picker_picks_free(some);
    picker_picks_free(all);
    picker_micrograph_free(image);
}

static void inputs(struct outcome* outcome) {
    const char* const patterns[] = {"*.mrc", "list.star"};
    const char* const picks[] = {"one.star"};
    picker_inputs* made = NULL;
    picker_dataset_table* table = NULL;
    picker_dataset* dataset = NULL;
    MAKE(made, picker_inputs_create(&made, patterns, 2, 1));
    if (made != NULL) {
        picker_picks* matched = NULL;
        DO(picker_inputs_match_picks(made, picks, 1));
        DO(picker_inputs_match_masks(made, patterns, 1));
        MAKE(matched, picker_inputs_picks(&matched, made, 0));
        picker_picks_free(matched);
    }
    picker_inputs_free(made);
    MAKE(table, picker_dataset_table_read(&table, "table.csv"));
    picker_dataset_table_free(table);
    MAKE(dataset, picker_dataset_create(&dataset));
    if (dataset != NULL) {
        size_t rows = 0;
        DO(picker_dataset_add_rows(dataset, "table.csv", "train", &rows));
        DO(picker_dataset_write_positives(dataset, "out"));
    }
    picker_dataset_free(dataset);
}

static void models(struct outcome* outcome) {
    picker_model *model = NULL, *fresh = NULL;
    picker_model_info info;
    const char* text = NULL;
    if (!DO(picker_model_info_init(&info, sizeof info))) {
        return;
    }
    MAKE(model, picker_model_load(&model, "model.safetensors"));
    if (model != NULL) {
        DO(picker_model_get_info(model, &info));
        DO(picker_model_metadata(&text, model));
        DO(picker_model_save(model, "out/copy.safetensors"));
    }
    picker_model_free(model);
    MAKE(fresh, picker_model_create(&fresh, "deepem", 1));
    picker_model_free(fresh);
}

static void simulation(struct outcome* outcome) {
    picker_simulation wish;
    picker_control control;
    picker_simulator* simulator = NULL;
    picker_micrograph* image = NULL;
    picker_picks *truth = NULL, *others = NULL;
    if (!DO(picker_simulation_init(&wish, sizeof wish)) || !DO(picker_control_init(&control, sizeof control))) {
        return;
    }
    wish.width = 64;
    wish.height = 48;
    wish.particles = 2;
    wish.diameter = 60;
    wish.gold = 1;
    control.threads = 2;
    MAKE(simulator, picker_simulator_create(&simulator, &wish, &control));
    if (simulator != NULL) {
        MAKE(image, picker_simulator_make(&image, &truth, &others, NULL, simulator, 3, &control));
        if ((image == NULL) != (truth == NULL) || (image == NULL) != (others == NULL)) {
            snprintf(outcome->broken, sizeof outcome->broken, "picker_simulator_make handed out a part");
        }
    }
    picker_picks_free(truth);
    picker_picks_free(others);
    picker_micrograph_free(image);
    picker_simulator_free(simulator);
}

/* From score maps into "out", on two threads. */
static int prepare_run(struct outcome* outcome, picker_pick_options* pick, picker_run_options* options,
                       picker_control* control) {
    if (!DO(picker_pick_options_init(pick, sizeof *pick)) || !DO(picker_run_options_init(options, sizeof *options)) ||
        !DO(picker_control_init(control, sizeof *control))) {
        return 0;
    }
    pick->diameter = 40;
    pick->has_threshold = 1;
    pick->threshold = 0.25;
    options->pick = pick;
    options->output = "out";
    options->source = PICKER_SOURCE_SCORE_MAPS;
    options->source_folder = "maps";
    control->threads = 2;
    return 1;
}

static void run(struct outcome* outcome) {
    const char* const patterns[] = {"one.mrc", "other.mrc"};
    const char* const formats[] = {"box", "csv"};
    picker_model* model = NULL;
    picker_inputs* images = NULL;
    picker_run_report* report = NULL;
    picker_pick_options pick;
    picker_run_options options;
    picker_control control;
    picker_report_options page;
    if (!prepare_run(outcome, &pick, &options, &control) || !DO(picker_report_options_init(&page, sizeof page))) {
        return;
    }
    options.formats = formats;
    options.format_count = 2;
    MAKE(model, picker_model_load(&model, "model.safetensors"));
    MAKE(images, picker_inputs_create(&images, patterns, 2, 0));
    if (model != NULL && images != NULL) {
        picker_run_summary summary;
        MAKE(report, picker_pick_files(&report, model, images, &options, &control));
        if (report != NULL && DO(picker_run_summary_init(&summary, sizeof summary))) {
            if (DO(picker_run_report_summary(report, &summary)) && summary.done + summary.failed != 2) {
                snprintf(outcome->broken, sizeof outcome->broken, "a run lost a micrograph: %d done, %d failed",
                         (int)summary.done, (int)summary.failed);
            }
        }
        if (report != NULL) {
            DO(picker_report_write("out", &page, NULL, &control));
        }
    }
    picker_run_report_free(report);
    picker_inputs_free(images);
    picker_model_free(model);
}

static void measures(struct outcome* outcome) {
    picker_picks *picks = NULL, *truth = NULL;
    picker_evaluate_item item;
    picker_evaluate_options options;
    picker_evaluation* evaluation = NULL;
    if (!DO(picker_evaluate_item_init(&item, sizeof item)) ||
        !DO(picker_evaluate_options_init(&options, sizeof options))) {
        return;
    }
    options.diameter = 12;
    MAKE(picks, picker_picks_read(&picks, "one.star", NULL));
    MAKE(truth, picker_picks_read(&truth, "one.csv", NULL));
    if (picks != NULL && truth != NULL) {
        item.predicted = picks;
        item.truth = truth;
        item.width = 96;
        item.height = 80;
        MAKE(evaluation, picker_evaluate(&evaluation, &item, 1, &options));
    }
    picker_evaluation_free(evaluation);
    picker_picks_free(truth);
    picker_picks_free(picks);
}

/* The formats that are text, each read and written as each: no JSON is in it, so that every allocation fails in turn.
 */
static void texts(struct outcome* outcome) {
    static const char* const names[] = {"one.star", "one.csv", "one.box", "one.cbox"};
    static const char* const targets[][4] = {{"out/1.star", "out/1.csv", "out/1.box", "out/1.cbox"},
                                             {"out/2.star", "out/2.csv", "out/2.box", "out/2.cbox"},
                                             {"out/3.star", "out/3.csv", "out/3.box", "out/3.cbox"},
                                             {"out/4.star", "out/4.csv", "out/4.box", "out/4.cbox"}};
    picker_picks_context context;
    int i, k;
    if (!DO(picker_picks_context_init(&context, sizeof context))) {
        return;
    }
    context.width = 96;
    context.height = 80;
    context.box_size = 12;
    context.micrograph = "a micrograph with a long name that no string holds in itself.mrc";
    for (i = 0; i < 4; ++i) {
        picker_picks* picks = NULL;
        MAKE(picks, picker_picks_read(&picks, names[i], NULL));
        for (k = 0; k < 4 && picks != NULL; ++k) {
            DO(picker_picks_write(picks, targets[i][k], NULL, &context));
        }
        picker_picks_free(picks);
    }
}

/* The check before a run, with the pixels; its threads share what is found. */
static void preflight(struct outcome* outcome) {
    const char* const patterns[] = {"*.mrc", "two.tif", "three.png", "list.star", "none.mrc"};
    picker_inputs* inputs = NULL;
    picker_preflight* checked = NULL;
    picker_preflight_options options;
    picker_preflight_summary summary;
    picker_control control;
    if (!DO(picker_preflight_options_init(&options, sizeof options)) ||
        !DO(picker_preflight_summary_init(&summary, sizeof summary)) ||
        !DO(picker_control_init(&control, sizeof control))) {
        return;
    }
    options.deep = 1;
    options.pixel_size = 4;
    options.diameter = 40;
    options.output = "out";
    control.threads = 2;
    MAKE(inputs, picker_inputs_create_all(&inputs, patterns, 5));
    if (inputs != NULL) {
        MAKE(checked, picker_preflight_inputs(&checked, inputs, &options, &control));
        if (checked != NULL) {
            DO(picker_preflight_get_summary(checked, &summary));
        }
    }
    picker_preflight_free(checked);
    picker_inputs_free(inputs);
}

/* Micrographs that come one by one, picked on two threads from score maps. */
static void session(struct outcome* outcome) {
    const char* const patterns[] = {"one.mrc", "other.mrc"};
    picker_model* model = NULL;
    picker_inputs* images = NULL;
    picker_session* open = NULL;
    picker_pick_options pick;
    picker_run_options options;
    picker_run_item item;
    picker_control control;
    if (!prepare_run(outcome, &pick, &options, &control) || !DO(picker_run_item_init(&item, sizeof item))) {
        return;
    }
    MAKE(model, picker_model_load(&model, "model.safetensors"));
    MAKE(images, picker_inputs_create(&images, patterns, 2, 0));
    if (model != NULL && images != NULL) {
        MAKE(open, picker_session_open(&open, model, &options, &control));
        if (open != NULL && DO(picker_session_add(open, images, 0, 2))) {
            int waits;
            for (waits = 0; waits < 100 && picker_session_pending(open) > 0; ++waits) {
                if (!DO(picker_session_wait(open, 1, &item, &control))) {
                    break; /* of the session as a whole: what it has done is in its journal */
                }
            }
            if (waits == 100) {
                snprintf(outcome->broken, sizeof outcome->broken, "a session lost a micrograph");
            }
        }
    }
    picker_session_free(open);
    picker_inputs_free(images);
    picker_model_free(model);
}

enum { json = 4096 };
const struct scenario scenarios[] = {
    {"images", images, 0}, {"coordinates", coordinates, json}, {"texts", texts, 0},      {"tables", tables, 0},
    {"inputs", inputs, 0}, {"preflight", preflight, 0},        {"models", models, json}, {"simulation", simulation, 0},
    {"run", run, json},    {"session", session, json},         {"measures", measures, 0}};
const int scenario_count = (int)(sizeof scenarios / sizeof scenarios[0]);
