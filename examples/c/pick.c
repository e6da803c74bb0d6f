/* Picks one micrograph with a trained model and writes the coordinates: the C API from a checkpoint to a STAR file.
 *
 *   pick_c MODEL.safetensors MICROGRAPH.mrc PICKS.star [PIXEL_SIZE_IN_ANGSTROM]
 */
#include <picker/picker.h>
#include <stdio.h>
#include <stdlib.h>

static int complain(const char* what) {
    fprintf(stderr, "%s: %s\n", what, picker_last_error());
    return 1;
}

static int32_t show(void* user, const picker_progress* progress) {
    *(int*)user = 1; /* a line has begun */
    fprintf(stderr, "\r%s %s: %ld of %ld", progress->stage, progress->item, (long)progress->done,
            (long)progress->total);
    return 0; /* go on */
}

int main(int argc, char** argv) {
    picker_model* model = NULL;
    picker_micrograph* micrograph = NULL;
    picker_picks* candidates = NULL;
    picker_picks* picks = NULL;
    picker_model_info about;
    picker_micrograph_info info;
    picker_pick_options options;
    picker_select_rules rules;
    picker_picks_context context;
    picker_control control;
    int line_begun = 0;
    picker_status picked;
    int result = 1;

    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: pick_c MODEL.safetensors MICROGRAPH.mrc PICKS.star [PIXEL_SIZE_IN_ANGSTROM]\n");
        return 2;
    }
    /* Every struct is prepared by its own function; zero then means "the library's default". */
    if (picker_model_info_init(&about, sizeof about) != PICKER_OK ||
        picker_micrograph_info_init(&info, sizeof info) != PICKER_OK ||
        picker_pick_options_init(&options, sizeof options) != PICKER_OK ||
        picker_select_rules_init(&rules, sizeof rules) != PICKER_OK ||
        picker_picks_context_init(&context, sizeof context) != PICKER_OK ||
        picker_control_init(&control, sizeof control) != PICKER_OK) {
        return complain("setting up");
    }
    control.progress = show;
    control.user = &line_begun;
    if (argc == 5) {
        options.pixel_size = atof(argv[4]); /* wins over the micrograph's header */
    }

    if (picker_model_load(&model, argv[1]) != PICKER_OK || picker_model_get_info(model, &about) != PICKER_OK) {
        complain("model");
    } else if (picker_micrograph_read(&micrograph, argv[2]) != PICKER_OK ||
               picker_micrograph_get_info(micrograph, &info) != PICKER_OK) {
        complain("micrograph");
    } else {
        /* Keep more than the picks: candidates can be selected again, with other rules, at no cost. */
        options.has_keep = 1;
        options.keep = 0.2;
        rules.width = info.width;
        rules.height = info.height;
        rules.has_threshold = 1;
        rules.threshold = about.threshold;
        context.width = info.width;
        context.height = info.height;
        context.pixel_size = options.pixel_size > 0 ? options.pixel_size : info.pixel_size;
        context.micrograph = argv[2];
        picked = picker_pick(&candidates, model, micrograph, &options, &control);
        if (line_begun) {
            fputc('\n', stderr);
        }
        if (picked != PICKER_OK) {
            complain("picking");
        } else if (picker_picks_select(&picks, candidates, &rules, NULL) != PICKER_OK) {
            complain("selecting");
        } else if (picker_picks_write(picks, argv[3], NULL, &context) != PICKER_OK) {
            complain("writing");
        } else {
            printf("%s %s: %lu candidates, %lu picks at %.3f and above, written to %s\n", about.architecture, argv[2],
                   (unsigned long)picker_picks_count(candidates), (unsigned long)picker_picks_count(picks),
                   about.threshold, argv[3]);
            result = 0;
        }
    }

    picker_picks_free(picks); /* every _free takes NULL */
    picker_picks_free(candidates);
    picker_micrograph_free(micrograph);
    picker_model_free(model);
    return result;
}
