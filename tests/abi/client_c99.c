/* A C program as a user would write it: simulate, write, read, evaluate, train and pick where LibTorch is there.
 * Compiled as strict C99 with warnings as errors. Argument: a folder to write to. */
#include "picker/picker.h"

#include <stdio.h>
#include <string.h>

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

typedef struct seen {
    int events;
    int lines;
} seen;

static int32_t on_progress(void* user, const picker_progress* progress) {
    seen* counts = (seen*)user;
    expect(progress->struct_size >= sizeof(picker_progress), "progress has the struct_size of the library");
    ++counts->events;
    return 0;
}

static void on_line(void* user, int32_t level, const char* line) {
    seen* counts = (seen*)user;
    expect(level >= 0 && line != NULL, "log lines have a level and a text");
    ++counts->lines;
}

/* Trains for two epochs and picks; only where LibTorch is. */
static void train_and_pick(const picker_micrograph* micrograph, const picker_picks* truth) {
    picker_model* model = NULL;
    picker_dataset* data = NULL;
    picker_picks* picks = NULL;
    picker_scores* scores = NULL;
    picker_train_options options;
    picker_train_report report;
    picker_scores_info info;
    picker_control control;
    seen counts = {0, 0};
    good(picker_control_init(&control, sizeof control), "control_init");
    control.progress = on_progress;
    control.log = on_line;
    control.user = &counts;
    control.threads = 1;
    good(picker_model_create(&model, "deeppicker", 1), "model_create");
    good(picker_dataset_create(&data), "dataset_create");
    good(picker_dataset_add_micrograph(data, micrograph, truth, NULL), "dataset_add_micrograph");
    good(picker_train_options_init(&options, sizeof options), "train_options_init");
    good(picker_train_report_init(&report, sizeof report), "train_report_init");
    options.diameter = 160;
    options.epochs = 2;
    if (good(picker_train(model, data, NULL, &options, &report, &control), "train")) {
        expect(report.epochs == 2 && counts.events >= 2, "two epochs, each reported");
        if (good(picker_pick(&picks, model, micrograph, NULL, &control), "pick")) {
            expect(picks != NULL, "picks are handed out");
        }
        if (good(picker_score(&scores, model, micrograph, NULL, NULL), "score")) {
            good(picker_scores_info_init(&info, sizeof info), "scores_info_init");
            good(picker_scores_get_info(scores, &info), "scores_get_info");
            expect(info.width > 1 && info.micrograph_width == 192, "a score map knows its micrograph");
        }
    }
    picker_scores_free(scores);
    picker_picks_free(picks);
    picker_dataset_free(data);
    picker_model_free(model);
}

static void evaluate(const picker_picks* truth) {
    picker_evaluate_item item;
    picker_evaluate_options options;
    picker_evaluation* evaluation = NULL;
    picker_evaluation_result result;
    const double* recall = NULL;
    size_t count = 0;
    good(picker_evaluate_item_init(&item, sizeof item), "evaluate_item_init");
    item.predicted = truth;
    item.truth = truth;
    item.width = 192;
    item.height = 160;
    good(picker_evaluate_options_init(&options, sizeof options), "evaluate_options_init");
    options.diameter = 20;
    if (good(picker_evaluate(&evaluation, &item, 1, &options), "evaluate")) {
        good(picker_evaluation_result_init(&result, sizeof result), "evaluation_result_init");
        good(picker_evaluation_get(evaluation, NULL, &result), "evaluation_get");
        expect(result.precision == 1 && result.recall == 1 && result.offset_mean == 0, "truth equals itself");
        good(picker_evaluation_curve(&recall, &count, evaluation, NULL, "recall"), "evaluation_curve");
        expect(count >= 1 && recall[count - 1] == 1, "the curve ends with everything found");
    }
    picker_evaluation_free(evaluation);
}

int main(int argc, char** argv) {
    char path[1024];
    picker_simulation simulation;
    picker_micrograph* micrograph = NULL;
    picker_micrograph* read = NULL;
    picker_picks* truth = NULL;
    picker_micrograph_info info;
    double diameter = 0;
    if (argc != 2 || strlen(argv[1]) > sizeof path - 32) {
        printf("give a folder to write to\n");
        return 2;
    }
    expect(picker_abi_version() >= PICKER_ABI_VERSION, "the library is as new as the header");
    good(picker_simulation_init(&simulation, sizeof simulation), "simulation_init");
    simulation.width = 192;
    simulation.height = 160;
    simulation.pixel_size = 8;
    simulation.diameter = 160;
    simulation.particles = 12;
    simulation.has_snr = 1;
    simulation.snr = 4;
    if (good(picker_simulate(&micrograph, &truth, &diameter, &simulation, 0), "simulate")) {
        expect(diameter == 160 && picker_picks_count(truth) > 6, "the phantom is as asked for");
        sprintf(path, "%s/c.mrc", argv[1]);
        good(picker_micrograph_write(micrograph, path), "micrograph_write");
        good(picker_micrograph_read(&read, path), "micrograph_read");
        good(picker_micrograph_info_init(&info, sizeof info), "micrograph_info_init");
        good(picker_micrograph_get_info(read, &info), "micrograph_get_info");
        expect(info.width == 192 && info.height == 160 && strcmp(info.format, "mrc") == 0, "the file is as written");
        evaluate(truth);
        if (picker_has_feature("torch")) {
            train_and_pick(micrograph, truth);
        } else {
            printf("skipped: training and picking need LibTorch\n");
        }
    }
    expect(picker_micrograph_read(NULL, path) == PICKER_INVALID_ARGUMENT, "NULL is refused");
    expect(strlen(picker_last_error()) > 0, "a failure has a message");
    picker_micrograph_free(read);
    picker_micrograph_free(micrograph);
    picker_picks_free(truth);
    picker_picks_free(NULL);
    return faults > 0;
}
