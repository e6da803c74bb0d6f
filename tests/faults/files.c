/* The files that the scenarios read, made through the C API and by hand. */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void must(int holds, const char* what) {
    if (!holds) {
        fprintf(stderr, "the files cannot be made: %s: %s\n", what, picker_last_error());
        exit(2);
    }
}

static void text(const char* name, const char* content) {
    FILE* out = fopen(name, "wb");
    must(out != NULL && fputs(content, out) >= 0 && fclose(out) == 0, name);
}

static void put32(unsigned char* header, int word, int value) {
    memcpy(header + 4 * (word - 1), &value, 4);
}

/* A score map as the library writes it (docs/formats.md), with a few peaks. */
static void score_map(const char* name) {
    enum { width = 20, height = 16 };
    static const char meaning[] =
        "{\"picker_score_map\":1,\"origin_x\":10,\"origin_y\":10,\"step_x\":4,\"step_y\":4,\"diameter\":10,"
        "\"micrograph_width\":96,\"micrograph_height\":80,\"pixel_size\":4}\n";
    unsigned char header[1024];
    char description[256];
    float scores[width * height];
    FILE* out = fopen(name, "wb");
    int i;
    memset(header, 0, sizeof header);
    memset(description, ' ', sizeof description);
    memcpy(description, meaning, sizeof meaning - 1);
    put32(header, 1, width);
    put32(header, 2, height);
    put32(header, 3, 1);
    put32(header, 4, 2);
    put32(header, 24, (int)sizeof description);
    memcpy(header + 104, "PIKR", 4);
    memcpy(header + 208, "MAP DD", 6);
    for (i = 0; i < width * height; ++i) {
        scores[i] = i % 37 == 5 ? 0.75F : 0.125F;
    }
    must(out != NULL && fwrite(header, 1, sizeof header, out) == sizeof header &&
             fwrite(description, 1, sizeof description, out) == sizeof description &&
             fwrite(scores, sizeof scores[0], width * height, out) == width * height && fclose(out) == 0,
         name);
}

void prepare_files(void) {
    static float pixels[96 * 80];
    picker_micrograph* image = NULL;
    picker_picks* picks = NULL;
    picker_model* model = NULL;
    picker_picks_context context;
    int i;
    for (i = 0; i < 96 * 80; ++i) {
        pixels[i] = (float)(i * 7919 % 101);
    }
    must(picker_micrograph_from_data(&image, pixels, 96, 80, 4.0, "one") == PICKER_OK &&
             picker_micrograph_write(image, "one.mrc") == PICKER_OK &&
             picker_micrograph_write(image, "other.mrc") == PICKER_OK &&
             picker_micrograph_write(image, "two.tif") == PICKER_OK &&
             picker_micrograph_write(image, "three.png") == PICKER_OK,
         "images");
    picker_micrograph_free(image);
    text("one.star", "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnAutopickFigureOfMerit #3\n"
                     "10.5 7 0.5\n20 11 0.75\n40 50 0.25\n60 33 0.875\n");
    text("one.csv", "x,y,score,psi\n10.5,7,0.5,3\n20,11,0.25,4\n");
    text("one_info.json", "{\"boxes\": [[10, 20, \"manual\"], [30, 40, \"auto\", 0.75]]}");
    text("list.star", "data_micrographs\n\nloop_\n_rlnMicrographName #1\n_rlnMicrographPixelSize #2\none.mrc 4\n");
    text("table.csv", "name,micrographs,picks,diameter,split\na,one.mrc,one.star,40,train\n");
    must(picker_picks_context_init(&context, sizeof context) == PICKER_OK, "context");
    context.width = 96;
    context.height = 80;
    context.box_size = 12;
    context.micrograph = "one.mrc";
    must(picker_picks_read(&picks, "one.star", NULL) == PICKER_OK &&
             picker_picks_write(picks, "one.box", NULL, &context) == PICKER_OK &&
             picker_picks_write(picks, "one.cs", NULL, &context) == PICKER_OK &&
             picker_picks_write(picks, "one.cbox", NULL, &context) == PICKER_OK,
         "coordinates");
    picker_picks_free(picks);
    must(picker_model_create(&model, "deepem", 1) == PICKER_OK &&
             picker_model_save(model, "model.safetensors") == PICKER_OK,
         "model");
    picker_model_free(model);
    mkdir("out", 0777);
    mkdir("maps", 0777);
    score_map("maps/one.mrc");
    score_map("maps/other.mrc");
}
