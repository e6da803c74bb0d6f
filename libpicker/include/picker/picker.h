/* picker.h - particle picking for cryo-EM micrographs: the C API of libpicker.
 *
 * C99, self-contained. This header is the whole public surface; picker.hpp is a thin C++ layer over it.
 *
 * Conventions
 * - Calls that can fail return picker_status. Out-parameters come first and are NULL (or zero) after a failure.
 *   picker_last_error() then holds this thread's message: it names the thing, the file and the way out.
 * - Handles are opaque. `..._create`, `..._read`, `..._load` hand ownership out through a `**`; `..._free` takes it
 *   back and accepts NULL. "Borrowed" pointers belong to the handle they came from and live until that is changed or
 *   freed.
 * - Structs begin with `size_t struct_size` and are prepared by `picker_<struct>_init(&s, sizeof s)`. They only grow at
 *   the end. A zero field means "the library's default"; where zero means something, a `has_...` field says whether it
 *   is set. A larger struct from a newer caller is accepted when its unknown tail is all zero, else PICKER_UNSUPPORTED.
 * - Enums and booleans travel as int32_t. Strings are UTF-8 and are copied.
 * - A handle is used by one thread at a time; different handles are independent. Callbacks run on the thread that made
 *   the call and may cancel it; they must not call back into the same handle.
 * - No initialisation call, no printing, no global settings: the caller's thread counts, random states, locale and
 *   signal handlers are left alone.
 * - Coordinates: particle centre, 0-based, pixels of the full-size micrograph, x = column, y = row in stored order
 *   (TIFF rows are flipped on reading, as RELION does). Lengths that people type are in angstrom, and `diameter` is
 *   always the particle's longest axis.
 *
 * ABI policy: docs/abi-policy.md. Functions and enum values are never removed or renumbered within one SONAME.
 */
#ifndef PICKER_PICKER_H
#define PICKER_PICKER_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define PICKER_API
#elif defined(__GNUC__)
#define PICKER_API __attribute__((visibility("default")))
#else
#define PICKER_API
#endif
#if defined(__GNUC__)
#define PICKER_CHECK_RESULT __attribute__((warn_unused_result))
#else
#define PICKER_CHECK_RESULT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the interface in this header. It grows by one when something is added. */
#define PICKER_ABI_VERSION 2

/* ---------------------------------------------------------------- library */

/* What a call came to. The values never change. */
typedef enum picker_status {
    PICKER_OK = 0,
    PICKER_INVALID_ARGUMENT = 1, /* NULL, out of range, or contradicting another parameter */
    PICKER_NOT_FOUND = 2,        /* a file, format, architecture, column or name that does not exist */
    PICKER_IO = 3,               /* the system refused to open, read, write or rename */
    PICKER_BAD_FILE = 4,         /* damaged, truncated or not what its name says */
    PICKER_UNSUPPORTED = 5,      /* well-formed, but a variant that is not handled */
    PICKER_MISMATCH = 6,         /* two things that do not fit together */
    PICKER_CANCELLED = 7,        /* a callback asked to stop */
    PICKER_OUT_OF_MEMORY = 8,
    PICKER_BACKEND = 9,  /* LibTorch is missing, does not fit, or failed */
    PICKER_INTERNAL = 10 /* a fault of the library */
} picker_status;

/* The library's version, "0.1.0". Borrowed; static. */
PICKER_API const char* picker_version(void);
/* PICKER_ABI_VERSION of the library that is loaded; it may be newer than the header's. */
PICKER_API int32_t picker_abi_version(void);
/* Whether a named feature is present: "torch" (LibTorch can be loaded: tries it), "cuda" (there is a GPU to use),
 * "tiff", "png", "atoms" (PDB and mmCIF structures can be simulated from). 1 or 0; 0 for a name it does not know, and
 * for NULL. */
PICKER_API int32_t picker_has_feature(const char* name);
/* "PICKER_OK" and so on; "unknown status" for other values. Borrowed; static. */
PICKER_API const char* picker_status_name(int32_t status);
/* This thread's message of its last failed call; "" if none has failed. Borrowed; until the next failing call of this
 * thread. A call that succeeds leaves it. */
PICKER_API const char* picker_last_error(void);
/* Number of compute devices: the CPU is device 0; GPUs follow. A library that was built with CUDA loads LibTorch for
 * the answer, and starts CUDA, once. */
PICKER_API int32_t picker_device_count(void);
/* Name of a device ("cpu", "cuda:0"), NULL when there is none of that index. Borrowed; static. */
PICKER_API const char* picker_device_name(int32_t index);
/* What it is ("NVIDIA H200, 140 GiB"), "" for the CPU, NULL when there is none of that index. Borrowed; static. */
PICKER_API const char* picker_device_description(int32_t index);

/* How far a long call has come. Given to the progress callback; read only what struct_size covers. */
typedef struct picker_progress {
    size_t struct_size;
    const char* stage;   /* "check", "read", "sample", "train", "pick", "write" */
    const char* item;    /* the micrograph or epoch in hand, "" if none */
    int64_t done, total; /* items; total is 0 where unknown */
    double rate;         /* items per second */
    double seconds_left; /* -1 where unknown */
    double value;        /* training: validation loss; NaN where nothing is measured */
} picker_progress;

/* Returns 0 to go on, anything else to cancel. */
typedef int32_t (*picker_progress_fn)(void* user, const picker_progress* progress);
/* level: 0 information, 1 warning. */
typedef void (*picker_log_fn)(void* user, int32_t level, const char* line);

/* How a long call talks to its caller, and what it may use. NULL where a function takes one: silent, defaults. */
typedef struct picker_control {
    size_t struct_size;
    picker_progress_fn progress; /* may be NULL */
    picker_log_fn log;           /* may be NULL */
    void* user;
    int32_t threads; /* worker threads; 0 = one per core. Results do not depend on it. */
    int32_t device;  /* index as for picker_device_name; where device_name is NULL */
    /* Where networks run, by name: "auto" (a GPU where there is one, else the CPU), "cpu", "cuda" (the first GPU) or
     * "cuda:N". NULL leaves it to `device`. PICKER_BACKEND, with the reason, for a GPU that is not there. */
    const char* device_name;
} picker_control;
/* Fills in defaults. PICKER_INVALID_ARGUMENT for NULL or a size that no version of the struct had. */
PICKER_API picker_status picker_control_init(picker_control* control, size_t struct_size) PICKER_CHECK_RESULT;

/* ------------------------------------------------------------- micrograph */

typedef struct picker_micrograph picker_micrograph;

/* What is known of a micrograph file or handle. */
typedef struct picker_micrograph_info {
    size_t struct_size;
    int32_t width, height;  /* pixels */
    int32_t has_statistics; /* the five values below were computed */
    int32_t big_endian;
    double pixel_size; /* angstrom, 0 where unknown (0 and 1.0 in an MRC header count as unknown) */
    double mean, deviation, minimum, maximum;
    int64_t nonfinite;    /* NaN or infinite pixels */
    int64_t file_size;    /* bytes; 0 for one made in memory */
    char format[16];      /* "mrc", "tiff", "png", "memory" */
    char sample_type[16]; /* "float32", "int8", ... */
} picker_micrograph_info;
PICKER_API picker_status picker_micrograph_info_init(picker_micrograph_info* info,
                                                     size_t struct_size) PICKER_CHECK_RESULT;

/* Reads one micrograph: MRC modes 0, 1, 2, 6 and 12, TIFF 8/16-bit and float32, 8/16-bit grey PNG. Owned. */
PICKER_API picker_status picker_micrograph_read(picker_micrograph** out, const char* path) PICKER_CHECK_RESULT;
/* Copies width * height floats, row by row. pixel_size in angstrom, 0 if unknown. `name` is used in messages and may be
 * NULL. Owned. */
PICKER_API picker_status picker_micrograph_from_data(picker_micrograph** out, const float* data, int32_t width,
                                                     int32_t height, double pixel_size,
                                                     const char* name) PICKER_CHECK_RESULT;
/* Size, pixel size and pixel statistics. */
PICKER_API picker_status picker_micrograph_get_info(const picker_micrograph* micrograph,
                                                    picker_micrograph_info* info) PICKER_CHECK_RESULT;
/* What a file's header says; reads the pixels, for their statistics, only with `deep` != 0. */
PICKER_API picker_status picker_micrograph_inspect(const char* path, int32_t deep,
                                                   picker_micrograph_info* info) PICKER_CHECK_RESULT;
/* The pixels, row by row. Borrowed; width * height floats. NULL for NULL. */
PICKER_API const float* picker_micrograph_data(const picker_micrograph* micrograph);
/* Writes .mrc (float32), .png (8-bit, stretched) or .tif (float32), by extension. The file appears whole or not at
 * all. */
PICKER_API picker_status picker_micrograph_write(const picker_micrograph* micrograph,
                                                 const char* path) PICKER_CHECK_RESULT;
PICKER_API void picker_micrograph_free(picker_micrograph* micrograph);

/* ------------------------------------------------------------------ picks */

typedef struct picker_picks picker_picks;

/* An empty table. Owned. */
PICKER_API picker_status picker_picks_create(picker_picks** out) PICKER_CHECK_RESULT;
/* Every pick in a file. `format` is a name of picker_format_name, NULL for the file's extension. Owned. */
PICKER_API picker_status picker_picks_read(picker_picks** out, const char* path,
                                           const char* format) PICKER_CHECK_RESULT;
/* Appends `count` picks; `score` may be NULL (no scores). */
PICKER_API picker_status picker_picks_append(picker_picks* picks, const double* x, const double* y, const double* score,
                                             size_t count) PICKER_CHECK_RESULT;
/* Number of picks; 0 for NULL. */
PICKER_API size_t picker_picks_count(const picker_picks* picks);
/* One column, contiguous: "x", "y", "score" (NaN where a file gave none), or a further one ("class", "psi", ...).
 * Borrowed; picker_picks_count values. PICKER_NOT_FOUND for a column the table does not have. */
PICKER_API picker_status picker_picks_column(const double** out, const picker_picks* picks,
                                             const char* name) PICKER_CHECK_RESULT;
/* Number and names of the numeric columns; the first three are x, y, score. NULL past the end. Borrowed. */
PICKER_API size_t picker_picks_column_count(const picker_picks* picks);
PICKER_API const char* picker_picks_column_name(const picker_picks* picks, size_t index);

/* Columns that the library keeps and does not interpret (further labels of a STAR file, "mergeSources", a .cs file's
 * "uid"): how many, their names, and the text of a row. NULL past the end. Borrowed. */
PICKER_API size_t picker_picks_text_column_count(const picker_picks* picks);
PICKER_API const char* picker_picks_text_column_name(const picker_picks* picks, size_t index);
PICKER_API const char* picker_picks_text(const picker_picks* picks, size_t index, size_t row);

/* The rules that make picks of candidates. Lengths in pixels of the micrograph. */
typedef struct picker_select_rules {
    size_t struct_size;
    int32_t width, height; /* of the micrograph; required */
    int32_t has_threshold;
    int32_t top;                   /* best N; 0 = all */
    double threshold;              /* score >= threshold */
    double min_distance;           /* between centres: the better of two stays */
    double edge;                   /* nearer to the border: dropped */
    const picker_micrograph* mask; /* above half its maximum: excluded; any size, stretched; may be NULL */
    double overlap_distance;       /* of what min_distance leaves, both of two nearer than this are dropped; 0: kept */
} picker_select_rules;
PICKER_API picker_status picker_select_rules_init(picker_select_rules* rules, size_t struct_size) PICKER_CHECK_RESULT;

/* How many candidates each rule removed. */
typedef struct picker_removed {
    size_t struct_size;
    int64_t threshold, distance, edge, mask, top;
    int64_t clean, carbon, deviation, extreme_pixels, overlaps;
} picker_removed;
PICKER_API picker_status picker_removed_init(picker_removed* removed, size_t struct_size) PICKER_CHECK_RESULT;

/* Applies the rules in the order edge, mask, threshold, distance, overlaps, top. `removed` may be NULL. Owned, best
 * first. */
PICKER_API picker_status picker_picks_select(picker_picks** out, const picker_picks* picks,
                                             const picker_select_rules* rules,
                                             picker_removed* removed) PICKER_CHECK_RESULT;

/* The rows whose value in `column` ("score", "mass", ...) is `least` or more, in their order. PICKER_NOT_FOUND for a
 * column the table does not have. Owned. */
PICKER_API picker_status picker_picks_at_least(picker_picks** out, const picker_picks* picks, const char* column,
                                               double least) PICKER_CHECK_RESULT;
/* PARSED's second stage (2020, fig. S4): where the masses of all candidates of a run show two peaks, `cut` is the
 * valley between them, the least mass of a particle. With one peak `two_peaks` is 0 and `cut` is 0: everything stays,
 * as with fewer than 20 masses. */
PICKER_API picker_status picker_mass_valley(double* cut, int32_t* two_peaks, const double* masses,
                                            size_t count) PICKER_CHECK_RESULT;

/* How picker_picks_merge puts pick sets together. A particle is kept where it is in */
typedef enum picker_merge_rule {
    PICKER_MERGE_UNION = 0,        /* one set or more */
    PICKER_MERGE_INTERSECTION = 1, /* every set */
    PICKER_MERGE_SUBTRACTION = 2,  /* the first set and no other */
    PICKER_MERGE_CONSENSUS = 3     /* picker_merge_options.sets sets or more */
} picker_merge_rule;

/* What is one particle, and which are kept. */
typedef struct picker_merge_options {
    size_t struct_size;
    double distance;          /* pixels; picks as near as this are one particle; required */
    int32_t rule;             /* picker_merge_rule */
    int32_t sets;             /* of PICKER_MERGE_CONSENSUS */
    const char* const* names; /* of the sets, for the text column mergeSources; NULL: "1", "2", ... */
} picker_merge_options;
PICKER_API picker_status picker_merge_options_init(picker_merge_options* options,
                                                   size_t struct_size) PICKER_CHECK_RESULT;

/* How many there were. */
typedef struct picker_merge_report {
    size_t struct_size;
    int64_t picks;     /* in all sets */
    int64_t particles; /* different ones */
    int64_t kept;
} picker_merge_report;
PICKER_API picker_status picker_merge_report_init(picker_merge_report* report, size_t struct_size) PICKER_CHECK_RESULT;

/* Pick sets of one micrograph as one. Particles are the picks that have no earlier particle within the distance: set
 * after set, best score first. Each keeps the position, score and columns of the pick that it is. New columns: "sets",
 * how many sets have it; "score1", "score2", ...: the score of the nearest pick of each set. `report` may be NULL.
 * Owned. */
PICKER_API picker_status picker_picks_merge(picker_picks** out, const picker_picks* const* sets, size_t count,
                                            const picker_merge_options* options,
                                            picker_merge_report* report) PICKER_CHECK_RESULT;
/* Picks of one image of a field in the pixels of another (picked denoised or binned, extracted from the raw one): by
 * the ratio of widths and of heights, with the centre of pixel (0, 0) in its place. Boxes and sizes follow. Of the
 * infos, width, height and pixel_size (0: unknown) are used. PICKER_MISMATCH where they cannot show one field. Owned.
 */
PICKER_API picker_status picker_picks_map(picker_picks** out, const picker_picks* picks,
                                          const picker_micrograph_info* from,
                                          const picker_micrograph_info* to) PICKER_CHECK_RESULT;
/* How the smaller of two images of a field was made. */
typedef enum picker_binning {
    PICKER_BINNING_FOURIER = 0, /* by cropping the Fourier transform: the centre of pixel (0, 0) stays in its place */
    PICKER_BINNING_BLOCKS = 1   /* by averaging blocks of whole pixels: it lies in the middle of the first block */
} picker_binning;
/* picker_picks_map, with the way of binning. PICKER_MISMATCH also for blocks where no whole number of pixels makes one
 * image of the other. Owned. */
PICKER_API picker_status picker_picks_map_binned(picker_picks** out, const picker_picks* picks,
                                                 const picker_micrograph_info* from, const picker_micrograph_info* to,
                                                 int32_t binning) PICKER_CHECK_RESULT;

/* What some formats need beside the picks. */
typedef struct picker_picks_context {
    size_t struct_size;
    int32_t width, height;  /* of the micrograph; 0 if unknown */
    double pixel_size;      /* angstrom; 0 if unknown */
    double box_size;        /* pixels; .box needs it */
    const char* micrograph; /* name or path; NULL if unknown */
    /* cryoSPARC's: 0 for the uid in front of the micrograph's file name, else a hash of its name */
    uint64_t micrograph_uid;
    uint32_t exposure_group;
    /* not 0: y is written as height - 1 - y, for a program whose copy of the micrograph is mirrored */
    int32_t flip_y;
} picker_picks_context;
PICKER_API picker_status picker_picks_context_init(picker_picks_context* context,
                                                   size_t struct_size) PICKER_CHECK_RESULT;
/* Writes the picks; `format` NULL for the extension, `context` may be NULL. The file appears whole or not at all. */
PICKER_API picker_status picker_picks_write(const picker_picks* picks, const char* path, const char* format,
                                            const picker_picks_context* context) PICKER_CHECK_RESULT;
/* Several micrographs in one file, for formats that hold many ("star", "csv", "cs"); `format` NULL for the extension.
 * picks[i] belongs to the micrograph that contexts[i] names; no two have the same name. The file appears whole or not
 * at all, and with a .cs the .csg beside it. */
PICKER_API picker_status picker_picks_write_many(const picker_picks* const* picks, const picker_picks_context* contexts,
                                                 size_t count, const char* path,
                                                 const char* format) PICKER_CHECK_RESULT;
PICKER_API void picker_picks_free(picker_picks* picks);

/* The coordinate formats: how many, and the name, extension and description of each. NULL past the end. Static. */
PICKER_API int32_t picker_format_count(void);
PICKER_API const char* picker_format_name(int32_t index);
PICKER_API const char* picker_format_extension(int32_t index);
PICKER_API const char* picker_format_description(int32_t index);
/* 1 where one file holds the picks of several micrographs, else 0. */
PICKER_API int32_t picker_format_holds_many(int32_t index);

/* A picture: the micrograph in grey, picks circled in green, `reference` (may be NULL) in orange. `diameter` in pixels
 * of the micrograph; `long_side` of the picture in pixels, 0 = 1024; nothing is enlarged. Writes a PNG whole or not at
 * all. */
PICKER_API picker_status picker_draw(const char* path, const picker_micrograph* micrograph, const picker_picks* picks,
                                     const picker_picks* reference, double diameter,
                                     int32_t long_side) PICKER_CHECK_RESULT;

/* ----------------------------------------------------------------- inputs */

typedef struct picker_inputs picker_inputs;

/* Expands patterns (files, folders, quoted globs, STAR and cryoSPARC .cs files that list micrographs) to micrographs,
 * in order. Two micrographs with one stem are PICKER_MISMATCH naming both, unless `allow_same_stem` != 0. Owned. */
PICKER_API picker_status picker_inputs_create(picker_inputs** out, const char* const* patterns, size_t count,
                                              int32_t allow_same_stem) PICKER_CHECK_RESULT;
/* The same for picker_preflight, which tells everything at once: two micrographs with one stem stay, a single file that
 * does not exist stays as a micrograph, and other patterns without micrographs become problems of the preflight. Owned.
 */
PICKER_API picker_status picker_inputs_create_all(picker_inputs** out, const char* const* patterns,
                                                  size_t count) PICKER_CHECK_RESULT;
/* Micrographs by name alone, for coordinates whose images are not at hand: nothing is opened, pixel sizes are unknown.
 * `count` may be 0: picks that are matched then are all unmatched, which tells the names in them. Owned. */
PICKER_API picker_status picker_inputs_from_names(picker_inputs** out, const char* const* names,
                                                  size_t count) PICKER_CHECK_RESULT;
PICKER_API size_t picker_inputs_count(const picker_inputs* inputs);
/* Path to open, name as the list wrote it, and stem that files are matched by. NULL past the end. Borrowed. */
PICKER_API const char* picker_inputs_path(const picker_inputs* inputs, size_t index);
PICKER_API const char* picker_inputs_name(const picker_inputs* inputs, size_t index);
PICKER_API const char* picker_inputs_stem(const picker_inputs* inputs, size_t index);
/* Angstrom, from a STAR's optics group or a .cs; 0 where only the file's header may know. */
PICKER_API double picker_inputs_pixel_size(const picker_inputs* inputs, size_t index);
/* A further value of the list ("rlnDefocusU", "rlnOpticsGroup", a .cs's "uid"), as text. PICKER_NOT_FOUND if it has
 * none. Borrowed. */
PICKER_API picker_status picker_inputs_column(const char** out, const picker_inputs* inputs, size_t index,
                                              const char* label) PICKER_CHECK_RESULT;
/* Where RELION keeps the coordinates of this micrograph inside a job's folder, without what a job adds
 * ("_autopick.star"): "Micrographs/m1" for MotionCorr/job002/Micrographs/m1.mrc. PICKER_INVALID_ARGUMENT beyond the 20
 * folders that RELION looks into. Borrowed. */
PICKER_API picker_status picker_inputs_relion_place(const char** out, const picker_inputs* inputs,
                                                    size_t index) PICKER_CHECK_RESULT;
/* What the list says of a micrograph, for picker_picks_write and picker_picks_write_many: name (borrowed), pixel size,
 * and cryoSPARC's uid and exposure group; width, height and the rest are 0. */
PICKER_API picker_status picker_inputs_context(picker_picks_context* context, const picker_inputs* inputs,
                                               size_t index) PICKER_CHECK_RESULT;
/* Reads picks from patterns and matches them to the micrographs, by name or else by stem; a coords_suffix file of
 * RELION's stands for the files that it points at. Replaces an earlier match. */
PICKER_API picker_status picker_inputs_match_picks(picker_inputs* inputs, const char* const* patterns,
                                                   size_t count) PICKER_CHECK_RESULT;
/* What to take from a RELION 2D classification. */
typedef struct picker_class2d_options {
    size_t struct_size;
    const int32_t* classes; /* rlnClassNumber, from 1 */
    size_t class_count;
    double pixel_size; /* of the micrographs, angstrom; 0: the list's, else their headers' */
    int32_t others;    /* 1: the particles of every other class instead */
    int32_t reserved;
} picker_class2d_options;
PICKER_API picker_status picker_class2d_options_init(picker_class2d_options* options,
                                                     size_t struct_size) PICKER_CHECK_RESULT;
/* Matches the particles of some classes of RELION's run_itNNN_data.star (any version) to the micrographs, at their
 * coordinates less their origins. Replaces an earlier match. */
PICKER_API picker_status picker_inputs_match_class2d(picker_inputs* inputs, const char* path,
                                                     const picker_class2d_options* options) PICKER_CHECK_RESULT;
/* Matches all particles of a STAR file of RELION's (Extract, Class2D, Select, refinement; any version) to the
 * micrographs, at their coordinates less their origins in whole pixels: RELION's own rule for training on particles.
 * `pixel_size` as in picker_class2d_options. Replaces an earlier match. */
PICKER_API picker_status picker_inputs_match_particles(picker_inputs* inputs, const char* path,
                                                       double pixel_size) PICKER_CHECK_RESULT;
/* Whether a file spoke of this micrograph (it may have had 0 picks). */
PICKER_API int32_t picker_inputs_has_picks(const picker_inputs* inputs, size_t index);
/* A copy of the picks matched to this micrograph (empty if none). Owned. */
PICKER_API picker_status picker_inputs_picks(picker_picks** out, const picker_inputs* inputs,
                                             size_t index) PICKER_CHECK_RESULT;
/* Names in the pick files that no micrograph has. NULL past the end. Borrowed. */
PICKER_API size_t picker_inputs_unmatched_count(const picker_inputs* inputs);
PICKER_API const char* picker_inputs_unmatched(const picker_inputs* inputs, size_t index);
/* Finds which micrograph of `others` shows the field of each of `inputs` (raw beside denoised or binned). By `table`, a
 * CSV file with the header line picked,target; NULL: by equal stem, else by a stem that goes on where the other ends
 * ("mic_001", "mic_001_denoised"). Replaces an earlier pairing. PICKER_MISMATCH naming micrographs without a partner,
 * with several, or two that share one. */
PICKER_API picker_status picker_inputs_pair(picker_inputs* inputs, const picker_inputs* others,
                                            const char* table) PICKER_CHECK_RESULT;
/* Index in the `others` of picker_inputs_pair; -1 where there is none. */
PICKER_API int64_t picker_inputs_partner(const picker_inputs* inputs, size_t index);
/* Matches masks (files, folders, globs) to the micrographs by stem; a mask may be called STEM_mask, and a single one
 * that matches no micrograph serves all. Replaces an earlier match. Two that clash are PICKER_MISMATCH naming both. */
PICKER_API picker_status picker_inputs_match_masks(picker_inputs* inputs, const char* const* patterns,
                                                   size_t count) PICKER_CHECK_RESULT;
/* Path of the mask matched to this micrograph; NULL where it has none. Borrowed. */
PICKER_API const char* picker_inputs_mask(const picker_inputs* inputs, size_t index);
PICKER_API void picker_inputs_free(picker_inputs* inputs);

/* ------------------------------------------------------------------ model */

typedef struct picker_model picker_model;

/* What a model is and what it was trained on. */
typedef struct picker_model_info {
    size_t struct_size;
    int64_t parameters;
    int32_t trained; /* 0: initial weights only */
    int32_t window;  /* edge of the network's input, working pixels */
    int32_t step;    /* between windows, working pixels */
    int32_t reserved;
    double window_diameters; /* edge of the window in particle diameters */
    double diameter;         /* of the training particles, angstrom; 0 before training */
    double pixel_size;       /* of the training micrographs, angstrom; 0 before training */
    double threshold;        /* default */
    char architecture[32];
    char hash[24];               /* of specification and weights */
    int32_t calibrated;          /* 1: scores are probabilities, as far as the training's validation micrographs tell */
    int32_t automatic_threshold; /* 1: by default each micrograph has a threshold of its own (picker_threshold_rule) */
} picker_model_info;
PICKER_API picker_status picker_model_info_init(picker_model_info* info, size_t struct_size) PICKER_CHECK_RESULT;

/* The architectures: how many; name, one-line summary and source of each; parameters. NULL / 0 past the end. Static. */
PICKER_API int32_t picker_architecture_count(void);
PICKER_API const char* picker_architecture_name(int32_t index);
PICKER_API const char* picker_architecture_summary(int32_t index);
PICKER_API const char* picker_architecture_source(int32_t index);
PICKER_API int64_t picker_architecture_parameters(int32_t index);

/* A new model with initial weights drawn from `seed`. Needs no LibTorch. Owned. */
PICKER_API picker_status picker_model_create(picker_model** out, const char* architecture,
                                             uint64_t seed) PICKER_CHECK_RESULT;
typedef enum picker_activation {
    PICKER_ACTIVATION_DEFAULT = 0, /* the architecture's */
    PICKER_ACTIVATION_SIGMOID = 1,
    PICKER_ACTIVATION_RELU = 2
} picker_activation;

/* What a new model may have otherwise than its architecture says; zero leaves the architecture's. All but `step` are
 * for DeepEM's architectures, whose three stages are convolution and mean pool. With another window, kernels that are
 * not given follow the paper's design rule (docs/models.md). */
typedef struct picker_model_options {
    size_t struct_size;
    int32_t activation; /* picker_activation, of all layers but the last */
    int32_t window;     /* edge of the network's input, working pixels */
    int32_t kernels[3]; /* all three or none, as the next two */
    int32_t pools[3];
    int32_t maps[3];
    int32_t step; /* working pixels between the places that are scored */
} picker_model_options;
PICKER_API picker_status picker_model_options_init(picker_model_options* options,
                                                   size_t struct_size) PICKER_CHECK_RESULT;
/* As picker_model_create, with options (NULL: none). PICKER_INVALID_ARGUMENT for sizes that do not fit together, with
 * the nearest that do. Owned. */
PICKER_API picker_status picker_model_create_with(picker_model** out, const char* architecture,
                                                  const picker_model_options* options,
                                                  uint64_t seed) PICKER_CHECK_RESULT;
/* Trained models that are installed with the library: their number, their names and a line on each. Static; NULL
 * outside 0 to count - 1. docs/models.md has a card for each. */
PICKER_API int32_t picker_shipped_model_count(void);
PICKER_API const char* picker_shipped_model_name(int32_t index);
PICKER_API const char* picker_shipped_model_summary(int32_t index);
/* Reads a .safetensors checkpoint: `path` is a file, or the name of a shipped model ("general") where there is no such
 * file. Never executes anything from it. Owned. */
PICKER_API picker_status picker_model_load(picker_model** out, const char* path) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_model_save(const picker_model* model, const char* path) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_model_get_info(const picker_model* model, picker_model_info* info) PICKER_CHECK_RESULT;
/* The score at and above which a candidate is a pick by default, 0 to 1. */
PICKER_API picker_status picker_model_set_threshold(picker_model* model, double threshold) PICKER_CHECK_RESULT;
/* Specification, recipe and provenance as JSON text. Borrowed. */
PICKER_API picker_status picker_model_metadata(const char** out, const picker_model* model) PICKER_CHECK_RESULT;
/* Takes the parameters of the first layers over from a model whose first layers are the same, as far as they are
 * (PARSED 2020, Fig. S1: the layers of parsed-s2-classifier begin parsed-s2). `layers` (may be NULL) is how many that
 * are. PICKER_MISMATCH where not even the first is. */
PICKER_API picker_status picker_model_take_layers(picker_model* model, const picker_model* from,
                                                  int32_t* layers) PICKER_CHECK_RESULT;
/* The heads of a model (hydrapicker): one general head, which every model has and no function below counts, and
 * specialised ones, which training adds. Their number (0 for NULL), and what each is; PICKER_NOT_FOUND past the end. */
PICKER_API size_t picker_model_head_count(const picker_model* model);
typedef struct picker_head_info {
    size_t struct_size;
    double threshold; /* default */
    double diameter;  /* of the training particles, angstrom; 0: of several */
    char name[72];
} picker_head_info;
PICKER_API picker_status picker_head_info_init(picker_head_info* info, size_t struct_size) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_model_get_head(const picker_model* model, size_t index,
                                               picker_head_info* info) PICKER_CHECK_RESULT;
/* Adds a head that equals the general one, or removes one. Names are 1 to 64 letters, digits, '.', '-' and '_'.
 * PICKER_INVALID_ARGUMENT where the name is taken, PICKER_NOT_FOUND where there is none of it, PICKER_UNSUPPORTED for
 * an architecture without heads. */
PICKER_API picker_status picker_model_add_head(picker_model* model, const char* name) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_model_remove_head(picker_model* model, const char* name) PICKER_CHECK_RESULT;
/* A model with this head ("general" too) as its only one. Owned. */
PICKER_API picker_status picker_model_export_head(picker_model** out, const picker_model* model,
                                                  const char* name) PICKER_CHECK_RESULT;
/* Adds head `name` of another model ("general" too) as `as`. PICKER_MISMATCH where that is of another architecture, or
 * its body is not this model's to the bit. */
PICKER_API picker_status picker_model_import_head(picker_model* model, const char* as, const picker_model* from,
                                                  const char* name) PICKER_CHECK_RESULT;
PICKER_API void picker_model_free(picker_model* model);

/* ---------------------------------------------------------------- dataset */

typedef struct picker_dataset picker_dataset;

/* What comes with one micrograph of a data set. */
typedef struct picker_dataset_item {
    size_t struct_size;
    double pixel_size;             /* angstrom; 0: the file's header */
    double diameter;               /* angstrom, longest axis; 0: picker_train_options.diameter */
    const char* molecule;          /* items of one name are one molecule; NULL: one for all */
    const picker_picks* negatives; /* known non-particles; may be NULL */
    /* Places without samples, as picker_pick_options.mask: a file that is read when the micrograph is, or in memory.
     * At most one of the two; both may be NULL. */
    const char* mask_path;
    const picker_micrograph* mask;
    const picker_picks* avoid; /* may be particles or not: random negatives keep away from them; may be NULL */
} picker_dataset_item;
PICKER_API picker_status picker_dataset_item_init(picker_dataset_item* item, size_t struct_size) PICKER_CHECK_RESULT;

/* An empty data set. Owned. */
PICKER_API picker_status picker_dataset_create(picker_dataset** out) PICKER_CHECK_RESULT;
/* Adds a file, which is read when it is needed. `item` may be NULL. The picks are copied. */
PICKER_API picker_status picker_dataset_add(picker_dataset* dataset, const char* path, const picker_picks* positives,
                                            const picker_dataset_item* item) PICKER_CHECK_RESULT;
/* Adds a micrograph in memory, copied. */
PICKER_API picker_status picker_dataset_add_micrograph(picker_dataset* dataset, const picker_micrograph* micrograph,
                                                       const picker_picks* positives,
                                                       const picker_dataset_item* item) PICKER_CHECK_RESULT;
/* Adds the rows of a table (CSV or STAR) whose split is `split` ("train", "validation", "test"); columns name,
 * micrographs, picks, negatives, mask, diameter, pixel_size, split (docs/datasets.md). `name` is the molecule. Relative
 * paths start at the table's folder. `rows` (may be NULL) is the number of rows added; none of that split is no error.
 */
PICKER_API picker_status picker_dataset_add_rows(picker_dataset* dataset, const char* path, const char* split,
                                                 size_t* rows) PICKER_CHECK_RESULT;
/* Number of micrographs, and of positives in all; 0 for NULL. */
PICKER_API size_t picker_dataset_count(const picker_dataset* dataset);
PICKER_API size_t picker_dataset_positives(const picker_dataset* dataset);
/* One micrograph of a data set, as it was added. Strings are borrowed from the data set, until it is changed. */
typedef struct picker_dataset_entry {
    size_t struct_size;
    const char* path;     /* "" for one in memory */
    const char* molecule; /* "" where none was named */
    const char* mask;     /* path of its mask; "" where it has none or one in memory */
    const char* source;   /* where it was listed, "molecules.csv:3"; "" for one that was added by itself */
    double pixel_size;    /* angstrom; 0: the file's header */
    double diameter;      /* angstrom; 0: picker_train_options.diameter */
    int64_t positives, negatives;
} picker_dataset_entry;
PICKER_API picker_status picker_dataset_entry_init(picker_dataset_entry* entry, size_t struct_size) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_dataset_get(const picker_dataset* dataset, size_t index,
                                            picker_dataset_entry* entry) PICKER_CHECK_RESULT;
/* A copy of the coordinates of one micrograph's particles or, with `negatives` != 0, known non-particles. Owned. */
PICKER_API picker_status picker_dataset_picks(picker_picks** out, const picker_dataset* dataset, size_t index,
                                              int32_t negatives) PICKER_CHECK_RESULT;
/* Writes the positives of every micrograph to FOLDER/STEM.star. PICKER_MISMATCH where two have one stem. */
PICKER_API picker_status picker_dataset_write_positives(const picker_dataset* dataset,
                                                        const char* folder) PICKER_CHECK_RESULT;
PICKER_API void picker_dataset_free(picker_dataset* dataset);

typedef struct picker_dataset_table picker_dataset_table;

/* One row of a table of data sets, as it is written: paths start at the table's folder, several patterns are separated
 * by ';', empty cells are "" or 0. Strings are borrowed from the table. */
typedef struct picker_dataset_row {
    size_t struct_size;
    const char* name; /* of the molecule */
    const char* micrographs;
    const char* picks;
    const char* negatives;
    const char* mask;
    const char* split;           /* "train", "validation", "test" */
    double diameter, pixel_size; /* angstrom */
    int64_t line;                /* in the file, from 1 */
} picker_dataset_row;
PICKER_API picker_status picker_dataset_row_init(picker_dataset_row* row, size_t struct_size) PICKER_CHECK_RESULT;
/* Reads and checks a table (CSV or STAR) without looking for the files that it names. Owned. */
PICKER_API picker_status picker_dataset_table_read(picker_dataset_table** out, const char* path) PICKER_CHECK_RESULT;
PICKER_API size_t picker_dataset_table_count(const picker_dataset_table* table); /* rows; 0 for NULL */
PICKER_API picker_status picker_dataset_table_row(const picker_dataset_table* table, size_t index,
                                                  picker_dataset_row* row) PICKER_CHECK_RESULT;
PICKER_API void picker_dataset_table_free(picker_dataset_table* table);

/* How positives are re-centred. Zero leaves the default in brackets. */
typedef struct picker_recentre_options {
    size_t struct_size;
    double diameter;    /* angstrom, for items that give none */
    double limit;       /* angstrom, farthest from where a pick was [0.2 diameters] */
    int32_t iterations; /* [4] */
    int32_t reserved;
} picker_recentre_options;
PICKER_API picker_status picker_recentre_options_init(picker_recentre_options* options,
                                                      size_t struct_size) PICKER_CHECK_RESULT;

/* What re-centring did. Lengths in angstrom, of the picks that moved. */
typedef struct picker_recentre_report {
    size_t struct_size;
    int64_t picks, moved;
    int64_t at_limit, at_border;        /* left where they were: no maximum within the limit; too near to a border */
    double mean, median, percentile_95; /* length of the shift */
    double mean_x, mean_y;              /* the part that all picks have in common */
} picker_recentre_report;
PICKER_API picker_status picker_recentre_report_init(picker_recentre_report* report,
                                                     size_t struct_size) PICKER_CHECK_RESULT;

/* Shifts every positive to where it fits the rotationally averaged mean of all (of its molecule) best; the data set's
 * coordinates change, those of the picks it was made from do not. Needs 20 positives of each molecule. `options`,
 * `report` and `control` may be NULL. Needs no LibTorch; bit-equal for any number of threads. */
PICKER_API picker_status picker_dataset_recentre(picker_dataset* dataset, const picker_recentre_options* options,
                                                 picker_recentre_report* report,
                                                 const picker_control* control) PICKER_CHECK_RESULT;

/* ------------------------------------------------------------------ train */

/* What a training minimises. */
typedef enum picker_loss {
    PICKER_LOSS_DEFAULT = 0, /* the architecture's: places that nobody picked are negatives */
    PICKER_LOSS_NNPU = 1     /* positive-unlabelled: such places are unknown (docs/training.md) */
} picker_loss;

/* What happens to the state of an earlier training (picker_train_options.state_file). */
typedef enum picker_resume {
    PICKER_RESUME_REFUSE = 0,   /* PICKER_MISMATCH: nothing is lost by mistake */
    PICKER_RESUME_CONTINUE = 1, /* go on from it; without one, start from the beginning */
    PICKER_RESUME_OVERWRITE = 2 /* start from the beginning */
} picker_resume;

/* Particles that overlap. */
typedef enum picker_overlaps {
    PICKER_OVERLAPS_KEEP = 0,
    PICKER_OVERLAPS_DROP = 1 /* leave out both */
} picker_overlaps;

/* Which parts of a network with heads are trained (hydrapicker). */
typedef enum picker_train_heads {
    PICKER_TRAIN_HEADS_GENERAL = 0, /* the body and one head, on everything: the whole of any other network */
    PICKER_TRAIN_HEADS_EACH = 1,    /* each molecule a head of its name, added where there is none, and the body */
    PICKER_TRAIN_HEADS_ONE = 2      /* one new head, `head`, on everything, and the body */
} picker_train_heads;

/* Zero, and has_... = 0, leave the architecture's own setting (docs/models.md). */
typedef struct picker_train_options {
    size_t struct_size;
    double diameter; /* angstrom, for items that give none */
    double learning_rate;
    double negatives_per_positive;
    double validation_fraction;
    int32_t epochs, batch;
    int32_t has_patience, patience; /* epochs without improvement; 0 = none */
    int32_t has_flips, flips;
    int32_t has_rotations, rotations;
    int64_t max_positives; /* over all molecules, in equal shares; 0 = all */
    uint64_t seed;
    int32_t loss;   /* picker_loss */
    int32_t resume; /* picker_resume */
    double prior;   /* with PICKER_LOSS_NNPU: share of random windows that are particles; 0: from the labelled ones */
    /* Written after every epoch; NULL: none. It stays when the call ends, so that the model can be saved first: remove
     * it then. */
    const char* state_file;
    double
        memory; /* MiB of samples in memory [1024]; the rest is on disk, beside state_file or in the temporary folder */
    int32_t overlaps; /* picker_overlaps */
    int32_t reserved;
    double overlap_distance; /* angstrom: neighbours nearer than this overlap; 0 = one diameter */
    double beta;             /* of the F-score that chooses the threshold: above 1 weights recall */
    int32_t heads;           /* picker_train_heads */
    int32_t freeze;          /* != 0: body and general head stay as they are, to the bit (few-shot) */
    const char* head;        /* name, of PICKER_TRAIN_HEADS_ONE */
    int32_t has_bias_weight;
    int32_t crop;       /* of a detector: edge of the crops that it learns from, working pixels, a multiple of 16 */
    double bias_weight; /* of the loss that draws the heads together, by which alone the general head learns */
} picker_train_options;
PICKER_API picker_status picker_train_options_init(picker_train_options* options,
                                                   size_t struct_size) PICKER_CHECK_RESULT;

/* What a training came to. */
typedef struct picker_train_report {
    size_t struct_size;
    int32_t epochs;
    int32_t best_epoch; /* whose weights were kept; 0: those of before, as no epoch was better on held-out samples */
    int32_t stopped_early, cancelled;
    int64_t positives, negatives, validation_samples;
    int64_t outside; /* positives too near to the border, left out */
    double best_validation_loss, best_validation_accuracy;
    double threshold;     /* the model's default from now on */
    double validation_f1; /* of picking the validation micrographs; NaN without them */
    double seconds;
    int64_t masked, overlapping; /* positives left out for that */
    double prior;                /* as used; 0 without PICKER_LOSS_NNPU */
    int32_t resumed_after;       /* epochs that an earlier call had done; they are in `epochs` */
    int32_t reserved;
} picker_train_report;
PICKER_API picker_status picker_train_report_init(picker_train_report* report, size_t struct_size) PICKER_CHECK_RESULT;

/* Trains `candidates` networks of DeepEM's design rule for a few epochs (boxes, kernels, maps drawn from options->seed,
 * the model's own among them) and replaces `model` by the best on held-out samples, with its first weights:
 * picker_train comes next. The table of all, best first, is JSON in picker_model_metadata, provenance.tuning.
 * Cancelled: the model is as it was. */
PICKER_API picker_status picker_model_tune(picker_model* model, const picker_dataset* train,
                                           const picker_train_options* options, int32_t candidates,
                                           const picker_control* control) PICKER_CHECK_RESULT;
/* Trains `model` in place and keeps the best weights; those of "general", and of what is trained from it, stay where no
 * epoch is better on the held-out samples. `validation` (may be NULL) are whole micrographs that choose the default
 * threshold; `options`, `report` and `control` may be NULL. When cancelled after an epoch or more, the best weights so
 * far are kept, report->cancelled is 1 and the result is PICKER_OK. With a state file, a training that was cancelled or
 * killed goes on after its last epoch, to the same bits; other settings or data are PICKER_MISMATCH. Bit-equal for any
 * number of threads. */
PICKER_API picker_status picker_train(picker_model* model, const picker_dataset* train,
                                      const picker_dataset* validation, const picker_train_options* options,
                                      picker_train_report* report, const picker_control* control) PICKER_CHECK_RESULT;

/* ------------------------------------------------------------------- pick */

/* Areas of the score map above 0.5 that are too large for a particle are taken out before peaks are looked for. Pixels
 * that touch, also by a corner, are one area. */
typedef enum picker_cleaning {
    PICKER_CLEANING_DEFAULT = 0, /* off */
    PICKER_CLEANING_OFF = 1,
    PICKER_CLEANING_PAPER = 2, /* larger than 4 times the mean area */
    PICKER_CLEANING_LUA = 3    /* of more than 20 areas above 10 pixels: larger than their mean + 3 deviations */
} picker_cleaning;

/* Candidates whose window has more extreme pixels (over 3 deviations from the micrograph's mean) than the mean + 3
 * deviations of all candidates at or above the threshold. */
typedef enum picker_extreme_pixels {
    PICKER_EXTREME_PIXELS_DEFAULT = 0, /* off */
    PICKER_EXTREME_PIXELS_OFF = 1,
    PICKER_EXTREME_PIXELS_PAPER = 2, /* on either side of the mean */
    PICKER_EXTREME_PIXELS_LUA = 3    /* on the dark side, after a Wiener filter */
} picker_extreme_pixels;

/* Candidates nearer than half a window to a long edge in the micrograph. */
typedef enum picker_carbon {
    PICKER_CARBON_DEFAULT = 0, /* off */
    PICKER_CARBON_OFF = 1,
    PICKER_CARBON_EDGE = 2
} picker_carbon;

/* Where the threshold comes from. A calibrated model (picker_model_info.calibrated) gives probabilities, from which a
 * threshold follows for each micrograph by itself, without a label: the one with the best F1 that they promise, at
 * least 0.3. */
typedef enum picker_threshold_rule {
    PICKER_THRESHOLD_DEFAULT = 0, /* picker_pick_options.threshold where has_threshold; else the model's rule */
    PICKER_THRESHOLD_AUTO = 1     /* by the probabilities; PICKER_UNSUPPORTED where scores are none */
} picker_threshold_rule;

/* Where the diameter comes from. */
typedef enum picker_diameter_rule {
    PICKER_DIAMETER_GIVEN = 0, /* picker_pick_options.diameter, else the model's */
    /* picker_pick_files finds it from three of its micrographs (picker_diameter_propose), writes what it found into
     * diameter.json of the output folder, and takes it from there when the run goes on. PICKER_NOT_FOUND, with the
     * reason, where no diameter is sure. Calls on a single micrograph or score map: PICKER_UNSUPPORTED. */
    PICKER_DIAMETER_AUTO = 1
} picker_diameter_rule;

/* Lengths in angstrom. Zero, and has_... = 0, leave the model's own setting. */
typedef struct picker_pick_options {
    size_t struct_size;
    double diameter;   /* of the particle's longest axis; 0: as trained */
    double pixel_size; /* angstrom; overrides the micrograph's; 0: not given */
    int32_t has_threshold, has_keep, has_min_distance, has_edge;
    double threshold;    /* score >= threshold is a pick */
    double keep;         /* candidates down to this score are kept in the output; default: the threshold */
    double min_distance; /* between picks */
    double edge;         /* no pick nearer to the border */
    int32_t top;         /* best N of a micrograph; 0 = all */
    int32_t reserved;
    const picker_micrograph* mask; /* above half its maximum: excluded; may be NULL */
    int32_t clean;                 /* picker_cleaning */
    int32_t extreme_pixels;        /* picker_extreme_pixels */
    int32_t carbon;                /* picker_carbon */
    int32_t overlaps;              /* picker_overlaps */
    int32_t has_deviation;
    int32_t reserved_filters;
    double overlap_distance; /* between picks that overlap; 0: the diameter */
    /* A candidate's window has a standard deviation in this range, in units of the median of the micrograph's windows.
     * Default: the range that the model was trained with, if its architecture has one. Both 0: any deviation. */
    double deviation_low, deviation_high;
    int32_t step; /* working pixels between the places that are scored */
    int32_t reserved_step;
    double aperture; /* of the blobs that a segmenter's map shows, about half of the diameter; 0: the model's */
    /* Of a model with heads, which of them picks, with its own threshold and diameter. NULL: the general one. */
    const char* head;
    int32_t threshold_rule; /* picker_threshold_rule */
    int32_t reserved_rule;
    double fdr; /* at most this share of false picks, by the probabilities of a micrograph's candidates; 0: no limit */
    int32_t invert; /* != 0: the micrograph's contrast is negated first (light particles, as in negative stain) */
    int32_t reserved_invert;
    /* Particles of a micrograph, as expected: moves the probabilities of its candidates, so that their sum becomes this
     * (docs/pick-run.md); PICKER_UNSUPPORTED where scores are no probabilities. 0: not given. */
    double expect;
    int32_t diameter_rule; /* picker_diameter_rule */
    int32_t reserved_diameter;
} picker_pick_options;
PICKER_API picker_status picker_pick_options_init(picker_pick_options* options, size_t struct_size) PICKER_CHECK_RESULT;

/* Picks one micrograph. Rows down to `keep`, best first. `options` and `control` may be NULL. Owned. */
PICKER_API picker_status picker_pick(picker_picks** out, const picker_model* model, const picker_micrograph* micrograph,
                                     const picker_pick_options* options,
                                     const picker_control* control) PICKER_CHECK_RESULT;

/* The micrograph as the model's network sees it: brought to the working pixel size and standardised by the recipe that
 * the model stores. Its pixel size is the working one. Of `options` (may be NULL) the diameter and the pixel size
 * count. Needs no LibTorch. Owned. */
PICKER_API picker_status picker_micrograph_preprocess(picker_micrograph** out, const picker_micrograph* micrograph,
                                                      const picker_model* model,
                                                      const picker_pick_options* options) PICKER_CHECK_RESULT;

typedef struct picker_scores picker_scores;

/* Scores one micrograph: the model's probability on a grid of places. Where the options, or the model, have a rule that
 * looks at the micrograph (carbon, deviation, extreme_pixels), the handle keeps its pixels for it. Owned. */
PICKER_API picker_status picker_score(picker_scores** out, const picker_model* model,
                                      const picker_micrograph* micrograph, const picker_pick_options* options,
                                      const picker_control* control) PICKER_CHECK_RESULT;
/* The same by the plain sliding window, one window after another: slow, the reference that tests compare with. Owned.
 */
PICKER_API picker_status picker_score_naive(picker_scores** out, const picker_model* model,
                                            const picker_micrograph* micrograph, const picker_pick_options* options,
                                            const picker_control* control) PICKER_CHECK_RESULT;

/* Where the values of a score map lie: value (i, j) is at x = origin_x + i * step_x, y = origin_y + j * step_y. */
typedef struct picker_scores_info {
    size_t struct_size;
    int32_t width, height; /* of the map */
    int32_t micrograph_width, micrograph_height;
    double origin_x, origin_y, step_x, step_y; /* pixels of the micrograph */
    double diameter;                           /* pixels of the micrograph */
    double pixel_size;                         /* of the micrograph, angstrom */
} picker_scores_info;
PICKER_API picker_status picker_scores_info_init(picker_scores_info* info, size_t struct_size) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_scores_get_info(const picker_scores* scores,
                                                picker_scores_info* info) PICKER_CHECK_RESULT;
/* width * height probabilities, row by row. Borrowed. */
PICKER_API const float* picker_scores_data(const picker_scores* scores);
/* A score map as MRC (mode 2); the extended header keeps what picker_scores_info says, so reading gives it back. */
PICKER_API picker_status picker_scores_write(const picker_scores* scores, const char* path) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_scores_read(picker_scores** out, const char* path) PICKER_CHECK_RESULT;
PICKER_API void picker_scores_free(picker_scores* scores);
/* Picks from a score map, without running the network: the same as picker_pick with these options. `options` and
 * `removed` may be NULL. PICKER_MISMATCH for a rule that looks at the micrograph where `scores` were read from a file,
 * or made without such a rule. Owned. */
PICKER_API picker_status picker_pick_from_scores(picker_picks** out, const picker_model* model,
                                                 const picker_scores* scores, const picker_pick_options* options,
                                                 picker_removed* removed) PICKER_CHECK_RESULT;

/* ---------------------------------------------------------- train in rounds */

typedef struct picker_rounds picker_rounds;

/* One round: what was picked for it, and what of that was taken into the training. */
typedef struct picker_round {
    size_t struct_size;
    int64_t micrographs;          /* picked for this round; 0 in a first training */
    int64_t picks;                /* at or above the threshold */
    int64_t confirmed;            /* of the picks, those on a label */
    int64_t positives, negatives; /* coordinates taken into the training by this round */
    int64_t avoided;              /* places that might be particles: in neither class */
    int32_t trained;              /* 0: the rounds ended before its training */
    int32_t reserved;
    double threshold;    /* of the picks */
    double lowest_score; /* of the picks taken as positives; NaN where none were */
    double accuracy;     /* confirmed / picks; NaN without labels */
} picker_round;
PICKER_API picker_status picker_round_init(picker_round* round, size_t struct_size) PICKER_CHECK_RESULT;

/* What all rounds came to. */
typedef struct picker_rounds_summary {
    size_t struct_size;
    int32_t rounds;
    int32_t reached;   /* the accuracy asked for */
    int32_t cancelled; /* what the rounds before came to is kept */
    int32_t reserved;
    double seconds;
} picker_rounds_summary;
PICKER_API picker_status picker_rounds_summary_init(picker_rounds_summary* summary,
                                                    size_t struct_size) PICKER_CHECK_RESULT;

/* Number of rounds, and how they ended. */
PICKER_API picker_status picker_rounds_get_summary(const picker_rounds* rounds,
                                                   picker_rounds_summary* summary) PICKER_CHECK_RESULT;
/* A round and the report of its training; either may be NULL. PICKER_NOT_FOUND past the end. */
PICKER_API picker_status picker_rounds_get(const picker_rounds* rounds, size_t index, picker_round* round,
                                           picker_train_report* training) PICKER_CHECK_RESULT;
PICKER_API void picker_rounds_free(picker_rounds* rounds);

/* DeepPicker's iteration: which of its own picks a model trains on. Zero and NULL leave the default in brackets. */
typedef struct picker_iterate_options {
    size_t struct_size;
    int32_t iterations; /* [1] */
    int32_t has_avoid;
    const picker_pick_options* pick; /* how micrographs are picked [the model's own settings]; its mask is not used */
    double fraction;                 /* best of the picks at the threshold [1] */
    int64_t top;                     /* best of those, over all micrographs [10000]; -1: all */
    double avoid;                    /* random negatives keep away from candidates with at least this score [0.1] */
} picker_iterate_options;
PICKER_API picker_status picker_iterate_options_init(picker_iterate_options* options,
                                                     size_t struct_size) PICKER_CHECK_RESULT;

/* Goes on training `model`, which other molecules have trained, on its own best picks of the micrographs of `dataset`
 * that have no positives; those that have some are trained on as they are. Each iteration starts from the weights of
 * the one before. Too few picks are PICKER_MISMATCH, and the model keeps the weights of the iterations before.
 * `validation`, both options and `control` may be NULL. Cancelled as picker_train. Owned report. */
PICKER_API picker_status picker_train_iterate(picker_rounds** out, picker_model* model, const picker_dataset* dataset,
                                              const picker_dataset* validation, const picker_iterate_options* options,
                                              const picker_train_options* train,
                                              const picker_control* control) PICKER_CHECK_RESULT;

/* DeepEM's rounds without a person. Zero, and has_... = 0, leave the default in brackets. */
typedef struct picker_rounds_options {
    size_t struct_size;
    int32_t rounds;          /* after the first training [1] */
    int32_t complete_labels; /* 1: what scores high away from every label is a negative; 0: it is left alone */
    int32_t has_threshold, has_lowest, has_until, reserved;
    double threshold; /* of a pick [0.5] */
    double lowest;    /* mined negatives score at least this [0.1] */
    double until;     /* ends when this fraction of the picks lies on labels [0.95]; 0: never */
} picker_rounds_options;
PICKER_API picker_status picker_rounds_options_init(picker_rounds_options* options,
                                                    size_t struct_size) PICKER_CHECK_RESULT;

/* Trains on a part of the micrographs, then in each round picks another part that was not used yet, takes negatives
 * from what scored high away from every label, and goes on training with both. Where a molecule has fewer micrographs
 * than rounds + 1, all are used from the start and picked in every round. Round 0 of the report is the first training.
 * `validation`, both options and `control` may be NULL. Cancelled as picker_train. Owned report. */
PICKER_API picker_status picker_train_rounds(picker_rounds** out, picker_model* model, const picker_dataset* dataset,
                                             const picker_dataset* validation, const picker_rounds_options* options,
                                             const picker_train_options* train,
                                             const picker_control* control) PICKER_CHECK_RESULT;

/* -------------------------------------------------------- rounds with a person */

/* What to propose for review. Zero and NULL leave the default in brackets. */
typedef struct picker_review_options {
    size_t struct_size;
    const picker_pick_options* pick; /* NULL: the model's own; the threshold is [0.5]; its mask is not used */
    const char* output;              /* folder; made if need be */
    const char* const* earlier;      /* folders of earlier rounds: none of their micrographs may come again */
    size_t earlier_count;
    int32_t has_negatives, reserved;
    double negatives; /* proposed non-particles for each proposed particle of a micrograph [1]; at least 5 */
} picker_review_options;
PICKER_API picker_status picker_review_options_init(picker_review_options* options,
                                                    size_t struct_size) PICKER_CHECK_RESULT;

/* What a round proposed and what a person made of it. */
typedef struct picker_review_report {
    size_t struct_size;
    int64_t micrographs, positives, negatives;      /* proposed */
    int64_t confirmed, rejected;                    /* of the proposed particles */
    int64_t negatives_confirmed, missed, undecided; /* missed: proposed as non-particles, but particles */
    double threshold, diameter;                     /* diameter in angstrom */
    double accuracy;                                /* confirmed / (confirmed + rejected); NaN without any */
} picker_review_report;
PICKER_API picker_status picker_review_report_init(picker_review_report* report,
                                                   size_t struct_size) PICKER_CHECK_RESULT;

/* Picks micrographs that the model has not seen and writes a round's folder: positives/STEM.star, negatives/STEM.star
 * and round.json (docs/schemes.md). PICKER_MISMATCH for a micrograph of the model's training or of an earlier round,
 * and for a folder that holds a round already. `report` (may be NULL) has what was proposed. */
PICKER_API picker_status picker_review_propose(const picker_model* model, const picker_inputs* inputs,
                                               const picker_review_options* options, picker_review_report* report,
                                               const picker_control* control) PICKER_CHECK_RESULT;
/* Adds the micrographs of a reviewed round to a data set: particles, non-particles, and undecided places to keep away
 * from. `proposer` (may be NULL: not checked) is the model that must have proposed it. PICKER_MISMATCH, naming file and
 * line, for verdicts that do not fit the proposal. `report` may be NULL. */
PICKER_API picker_status picker_dataset_add_review(picker_dataset* dataset, const char* folder,
                                                   const picker_model* proposer,
                                                   picker_review_report* report) PICKER_CHECK_RESULT;

/* ---------------------------------------------------------------- a run over files */

/* Where candidates come from. */
typedef enum picker_source {
    PICKER_SOURCE_MICROGRAPHS = 0, /* run the network */
    PICKER_SOURCE_SCORE_MAPS = 1,  /* STEM.mrc in source_folder */
    PICKER_SOURCE_CANDIDATES = 2   /* STEM.star in source_folder */
} picker_source;

/* How a run over files goes. Zero, and NULL, leave the default. */
typedef struct picker_run_options {
    size_t struct_size;
    const picker_pick_options* pick; /* NULL: the model's own settings; its mask is not used: see masks */
    const char* output;              /* folder; made if need be */
    const char* const* formats;      /* names; default "star" */
    size_t format_count;
    const char* const* masks; /* patterns, matched by stem; a single file that matches none serves all */
    size_t mask_count;
    int64_t top;              /* best N over the run; 0 = all */
    double box_size;          /* pixels, for .box; 0: 1.5 diameters, rounded up to even */
    int32_t source;           /* picker_source */
    int32_t write_score_maps; /* also STEM.mrc */
    int32_t overwrite;        /* 0: what is done and current is skipped */
    int32_t reserved;
    const char* source_folder;
    /* A part of the run that works at the same time as the others in one folder: shard 1 to N of N (0 is N), every Nth
     * micrograph. shards 0: the whole run. All parts get the same inputs and options; not with overwrite. */
    int32_t shard, shards;
    double memory; /* MiB for micrographs in flight, at least one; 0: a quarter of the machine's. Changes no result */
} picker_run_options;
PICKER_API picker_status picker_run_options_init(picker_run_options* options, size_t struct_size) PICKER_CHECK_RESULT;

/* What became of one micrograph of a run. */
typedef struct picker_run_item {
    size_t struct_size;
    const char* path; /* borrowed from the report, like the other strings */
    const char* stem;
    const char* status; /* "done", "skipped" (done before), "failed", "cancelled", "elsewhere" (of another shard that
                         * has not done it so far) */
    const char* error;  /* "" unless failed */
    int32_t width, height;
    double pixel_size; /* angstrom */
    int64_t candidates, picks;
    int64_t removed_threshold, removed_distance, removed_edge, removed_mask, removed_top;
    double seconds_read, seconds_transform, seconds_score, seconds_peaks, seconds_write;
    int64_t removed_clean, removed_carbon, removed_deviation, removed_extreme_pixels, removed_overlaps;
    double threshold;   /* that was used on it; NaN for a micrograph without a result */
    double false_share; /* of its picks, as the probabilities of a calibrated model promise; NaN where there are none */
    /* What the micrograph is like (docs/quality.md); NaN where it is not known. */
    double score_10, score_50, score_90; /* quantiles of the picks' scores */
    double defocus;                      /* angstrom, by the rings of the power spectrum */
    double thon_fit;                     /* how well rings fit, up to 1; below 0.6 the other three are not known */
    double thon_limit;                   /* angstrom: as fine as the rings go */
    double thon_strength;                /* of the rings */
    double mean, deviation;              /* of the pixels */
    double unevenness;                   /* deviation of local means / deviation of the pixels */
    double foreign;                      /* share of the area that stands out over more than a few particles */
    double excluded;                     /* share of the area that mask and edge leave out */
} picker_run_item;
PICKER_API picker_status picker_run_item_init(picker_run_item* item, size_t struct_size) PICKER_CHECK_RESULT;

/* What a run came to. */
typedef struct picker_run_summary {
    size_t struct_size;
    int64_t micrographs, done, skipped, failed, picks;
    int32_t cancelled, reserved;
    double seconds;
    double threshold;          /* the median where every micrograph has its own */
    double diameter;           /* angstrom */
    int32_t contrast_reversed; /* 1: micrographs promise more when their contrast is negated (docs/pick-run.md) */
    int32_t has_lists;         /* 1: autopick.star, run.json and so on were written; 0: a shard, not the last */
    int64_t elsewhere;         /* micrographs of other shards that are not done so far */
} picker_run_summary;
PICKER_API picker_status picker_run_summary_init(picker_run_summary* summary, size_t struct_size) PICKER_CHECK_RESULT;

typedef struct picker_run_report picker_run_report;

/* Picks every input and writes STEM.star (and further formats), autopick.star and run.json into the output folder. One
 * micrograph that fails is recorded and the others go on. Cancelled: what is done is kept and the summary says so.
 * PICKER_MISMATCH where another run works in the folder, or one with other settings has worked there. Owned report. */
PICKER_API picker_status picker_pick_files(picker_run_report** out, const picker_model* model,
                                           const picker_inputs* inputs, const picker_run_options* options,
                                           const picker_control* control) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_run_report_summary(const picker_run_report* report,
                                                   picker_run_summary* summary) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_run_report_item(const picker_run_report* report, size_t index,
                                                picker_run_item* item) PICKER_CHECK_RESULT;
PICKER_API void picker_run_report_free(picker_run_report* report);

/* --------------------------------------------------------------- diameter */

/* What a proposal of the diameter goes by. Zero leaves the default in brackets. Lengths in angstrom. */
typedef struct picker_diameter_options {
    size_t struct_size;
    double smallest, largest; /* of the diameters tried [50 and 1000, as far as the micrographs allow] */
    double pixel_size;        /* as picker_pick_options [lists and headers] */
    int32_t micrographs;      /* that are looked at, at most, spread over the inputs [3] */
    int32_t invert;           /* as picker_pick_options */
} picker_diameter_options;
PICKER_API picker_status picker_diameter_options_init(picker_diameter_options* options,
                                                      size_t struct_size) PICKER_CHECK_RESULT;

/* What a proposal came to. Its strings are borrowed from the proposal. Lengths in angstrom. */
typedef struct picker_diameter_summary {
    size_t struct_size;
    double diameter;     /* of the particle's longest axis; a best guess where it is not sure, 0 without particles */
    double low, high;    /* between these the support is at least 0.8 of the largest */
    double confidence;   /* 0 to 1 (docs/pick-run.md) */
    const char* doubt;   /* "none", "no_particles", "at_smallest_end", "at_largest_end", "flat", "disagreement" */
    const char* text;    /* one line for people: the diameter, or why there is none to rely on */
    int64_t steps;       /* diameters tried */
    int64_t micrographs; /* looked at */
    int32_t sure;        /* 1: doubt is "none" */
    int32_t reserved;
} picker_diameter_summary;
PICKER_API picker_status picker_diameter_summary_init(picker_diameter_summary* summary,
                                                      size_t struct_size) PICKER_CHECK_RESULT;

/* One diameter tried, over all micrographs. */
typedef struct picker_diameter_step {
    size_t struct_size;
    double diameter; /* angstrom */
    double picks;    /* with a probability of 0.3 or more */
    double promised; /* particles: the sum of their probabilities */
    double support;  /* promised^2 / picks of each micrograph, added up */
} picker_diameter_step;
PICKER_API picker_status picker_diameter_step_init(picker_diameter_step* step, size_t struct_size) PICKER_CHECK_RESULT;

typedef struct picker_diameter picker_diameter;

/* Proposes the particle's diameter from a few micrographs: a model whose scores are probabilities ("general") is run at
 * many diameters, and the one with the largest support is taken. A doubtful outcome is no failure of the call: see
 * `sure`. PICKER_UNSUPPORTED for a model without probabilities, PICKER_INVALID_ARGUMENT for a range that is reversed,
 * below a factor of 1.5, or beyond what the micrographs allow. A micrograph that cannot be read is passed over with a
 * warning. `options` and `control` may be NULL. Bit-equal for any number of threads. Owned. */
PICKER_API picker_status picker_diameter_propose(picker_diameter** out, const picker_model* model,
                                                 const picker_inputs* inputs, const picker_diameter_options* options,
                                                 const picker_control* control) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_diameter_get_summary(const picker_diameter* diameter,
                                                     picker_diameter_summary* summary) PICKER_CHECK_RESULT;
/* The curve, by diameter. PICKER_NOT_FOUND past the end. */
PICKER_API picker_status picker_diameter_get_step(const picker_diameter* diameter, size_t index,
                                                  picker_diameter_step* step) PICKER_CHECK_RESULT;
/* A micrograph that was looked at: its name (borrowed) and the diameter that it would propose by itself, angstrom, 0
 * for none. PICKER_NOT_FOUND past the end. */
PICKER_API picker_status picker_diameter_get_micrograph(const picker_diameter* diameter, size_t index,
                                                        const char** name, double* own) PICKER_CHECK_RESULT;
PICKER_API void picker_diameter_free(picker_diameter* diameter);

/* -------------------------------------------------------------- preflight */

/* How much a problem matters. */
typedef enum picker_problem_level {
    PICKER_PROBLEM_REMARK = 0,
    PICKER_PROBLEM_WARNING = 1, /* picking goes on, and may be wrong */
    PICKER_PROBLEM_ERROR = 2    /* this micrograph, or the run, would fail */
} picker_problem_level;

/* What the check before a run goes by. Zero, and NULL, leave the default. */
typedef struct picker_preflight_options {
    size_t struct_size;
    double pixel_size;  /* angstrom, as picker_pick_options; 0: lists and headers */
    double diameter;    /* angstrom; 0: not known yet */
    const char* output; /* folder that the run writes to: permission and room; NULL: not checked */
    size_t files;       /* coordinate files to each micrograph; 0: 1 */
    const char* source_folder;
    int32_t source;           /* picker_source: its files are checked too */
    int32_t write_score_maps; /* they need room */
    int32_t deep;             /* 1: read the pixels too: NaN, constant, clipped, hot pixels, stripes */
    int32_t allow_same_stem;  /* 1: nothing is written by stem */
    int32_t shard, shards;    /* of a shard of a run (picker_run_options): only its micrographs are looked at; 0: all */
} picker_preflight_options;
PICKER_API picker_status picker_preflight_options_init(picker_preflight_options* options,
                                                       size_t struct_size) PICKER_CHECK_RESULT;

/* One thing that is wrong. Its strings are borrowed from the preflight. */
typedef struct picker_problem {
    size_t struct_size;
    const char* kind;    /* "missing", "truncated", ...: docs/pick-run.md has them all */
    const char* path;    /* of the file or folder; a pattern as it was given */
    const char* message; /* names the thing, the file and the way out */
    int64_t index;       /* of the micrograph in the inputs; -1 where it is no single one's */
    int32_t level;       /* picker_problem_level */
    int32_t skippable;   /* 1: an error of this micrograph alone; the others can be picked without it */
} picker_problem;
PICKER_API picker_status picker_problem_init(picker_problem* problem, size_t struct_size) PICKER_CHECK_RESULT;

/* All problems of one kind. Its strings are borrowed from the preflight. */
typedef struct picker_problem_group {
    size_t struct_size;
    const char* kind;
    const char* text; /* one line: how many, the first names, the way out */
    int64_t count;
    int32_t level; /* picker_problem_level */
    int32_t reserved;
} picker_problem_group;
PICKER_API picker_status picker_problem_group_init(picker_problem_group* group, size_t struct_size) PICKER_CHECK_RESULT;

/* What a preflight came to. */
typedef struct picker_preflight_summary {
    size_t struct_size;
    int64_t micrographs, usable;     /* of the shard, or all; usable: without an error */
    int64_t problems, groups;        /* how many there are to ask for */
    int64_t errors;                  /* among the problems */
    int64_t blocking;                /* of these not skippable: the run cannot go on without mending them */
    int64_t bytes_least, bytes_most; /* estimate of what the run writes; 0 without an output */
    int64_t bytes_free;              /* of the disk; -1 where it is not known */
    double seconds;
} picker_preflight_summary;
PICKER_API picker_status picker_preflight_summary_init(picker_preflight_summary* summary,
                                                       size_t struct_size) PICKER_CHECK_RESULT;

typedef struct picker_preflight picker_preflight;

/* Checks everything that a run over these inputs touches, before any model is loaded: headers and sizes of the files,
 * and of the masks matched to them, pixel sizes, equal stems, the output folder. Problems are no failure of the call.
 * picker_pick_files does not ask for it: a host decides what stops it. `options` and `control` may be NULL. Owned. */
PICKER_API picker_status picker_preflight_inputs(picker_preflight** out, const picker_inputs* inputs,
                                                 const picker_preflight_options* options,
                                                 const picker_control* control) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_preflight_get_summary(const picker_preflight* preflight,
                                                      picker_preflight_summary* summary) PICKER_CHECK_RESULT;
/* Problems by kind and then in the order of the inputs, and the same in groups. PICKER_NOT_FOUND past the end. */
PICKER_API picker_status picker_preflight_problem(const picker_preflight* preflight, size_t index,
                                                  picker_problem* problem) PICKER_CHECK_RESULT;
PICKER_API picker_status picker_preflight_group(const picker_preflight* preflight, size_t index,
                                                picker_problem_group* group) PICKER_CHECK_RESULT;
/* What is known of one input: its header, with `deep` its statistics. Where it could not be read: the status and the
 * message of that. */
PICKER_API picker_status picker_preflight_micrograph(const picker_preflight* preflight, size_t index,
                                                     picker_micrograph_info* info) PICKER_CHECK_RESULT;
PICKER_API void picker_preflight_free(picker_preflight* preflight);
/* A run whose micrographs are not known in advance: they are added as they come, and picked on worker threads between
 * the calls, with model and workers set up once. It writes the files of each micrograph; the lists (autopick.star,
 * run.json and so on) are for picker_pick_files, called with all micrographs and the same options (overwrite 0) once
 * the session is freed: it finds them done. One thread at a time; the output folder is the session's until it is freed.
 */
typedef struct picker_session picker_session;
/* `control` gives the number of workers. With shards in the options several sessions share the folder, and each picks
 * what is added to it. The model may be freed before the session. Errors as of picker_pick_files. Owned. */
PICKER_API picker_status picker_session_open(picker_session** out, const picker_model* model,
                                             const picker_run_options* options,
                                             const picker_control* control) PICKER_CHECK_RESULT;
/* Adds `count` of the inputs from `first` on. Does not wait. A micrograph that was added before is passed over; one
 * that cannot be picked ends as failed. PICKER_NOT_FOUND past the end of the inputs. */
PICKER_API picker_status picker_session_add(picker_session* session, const picker_inputs* inputs, size_t first,
                                            size_t count) PICKER_CHECK_RESULT;
/* The next micrograph that has ended ("done", "skipped" or "failed"), in the order in which they end. Waits for it up
 * to `seconds`, but not while nothing is pending. Where there is none, `item` has status "" and path "". Its strings
 * are borrowed until the next call. PICKER_CANCELLED when control's progress callback asks for it: then only free. */
PICKER_API picker_status picker_session_wait(picker_session* session, double seconds, picker_run_item* item,
                                             const picker_control* control) PICKER_CHECK_RESULT;
/* Micrographs that were added and not handed out by picker_session_wait. 0 for NULL. */
PICKER_API int64_t picker_session_pending(const picker_session* session);
/* What has not ended is given up; what has is kept. */
PICKER_API void picker_session_free(picker_session* session);

/* ----------------------------------------------------------------- report */

/* What the report of a run is made of. Zero and NULL leave the default in brackets. */
typedef struct picker_report_options {
    size_t struct_size;
    const char* output;   /* the page [report.html in the run's folder] */
    const char* title;    /* [the folder's name] */
    int32_t picture_side; /* longest edge of every picture, pixels [by their number: about 20 MB in all] */
    int32_t png, pdf;     /* 1: the plots too, beside the page: NAME-scores.png and so on, NAME.pdf [0] */
    int32_t reserved;
} picker_report_options;
PICKER_API picker_status picker_report_options_init(picker_report_options* options,
                                                    size_t struct_size) PICKER_CHECK_RESULT;

/* What a report holds. */
typedef struct picker_report_summary {
    size_t struct_size;
    int64_t micrographs, failed;       /* of the run */
    int64_t pictures, without_picture; /* of the micrographs that were picked */
    int64_t picks;                     /* at the run's threshold */
    int64_t rows;                      /* that the page holds, down to the run's `keep` */
    int64_t bytes;                     /* of the page */
    double threshold, diameter;        /* of the run; diameter in angstrom */
} picker_report_summary;
PICKER_API picker_status picker_report_summary_init(picker_report_summary* summary,
                                                    size_t struct_size) PICKER_CHECK_RESULT;

/* Writes the report of a run as one HTML page that needs no network (docs/report.md), whole or not at all. `folder` is
 * the output folder of picker_pick_files. A micrograph that cannot be read is shown without its picture, and control's
 * log says so. `options`, `summary` and `control` may be NULL. */
PICKER_API picker_status picker_report_write(const char* folder, const picker_report_options* options,
                                             picker_report_summary* summary,
                                             const picker_control* control) PICKER_CHECK_RESULT;

/* Which micrographs of a run are good enough. NULL leaves the default in brackets. */
typedef struct picker_micrograph_rules {
    size_t struct_size;
    const char* const* rules; /* "picks >= 20": a column of quality.csv, >= <= > or <, a number; all must hold */
    size_t rule_count;
    const char* list;   /* the STAR or .cs that lists the run's micrographs [none] */
    const char* output; /* folder [the run's] */
    int64_t* failing;   /* receives, for each rule, how many micrographs do not meet it; may be NULL */
} picker_micrograph_rules;
PICKER_API picker_status picker_micrograph_rules_init(picker_micrograph_rules* rules,
                                                      size_t struct_size) PICKER_CHECK_RESULT;

/* Applies rules to the numbers that picker_pick_files measured, and writes selection.csv (each micrograph, 1 or 0, the
 * reasons) and the list of those that pass: micrographs_selected.star (rows of a STAR list, its other tables as they
 * are; a plain one without a list), or micrographs_selected.cs (rows of a .cs). A number that is not known meets no
 * rule. `folder` is the output folder of picker_pick_files. `micrographs` and `selected` (may be NULL) are counts.
 * PICKER_INVALID_ARGUMENT for what is no rule, PICKER_MISMATCH for a list of other micrographs. */
PICKER_API picker_status picker_select_micrographs(const char* folder, const picker_micrograph_rules* rules,
                                                   int64_t* micrographs, int64_t* selected) PICKER_CHECK_RESULT;

/* --------------------------------------------------------------- evaluate */

typedef struct picker_evaluation picker_evaluation;

/* How picks are matched with the truth and measured. Zero, and NULL, leave the default. */
typedef struct picker_evaluate_options {
    size_t struct_size;
    const char* radius_preset; /* "half-diameter" (default), "deeppicker", "parsed", "hydrapicker" */
    double radius;             /* pixels; > 0 overrides the preset */
    double diameter;           /* pixels, longest axis; the presets need it */
    double window, aperture;   /* pixels; 0: 1.2 diameters, 0.5 diameters */
    double beta;               /* of F-beta; 0 = 1 */
    double threshold;          /* for precision, recall, F; the curves use every candidate */
    int32_t has_threshold;
    int32_t optimal; /* 0: greedy by score; 1: most pairs, then least distance */
} picker_evaluate_options;
PICKER_API picker_status picker_evaluate_options_init(picker_evaluate_options* options,
                                                      size_t struct_size) PICKER_CHECK_RESULT;

/* One micrograph of an evaluation. */
typedef struct picker_evaluate_item {
    size_t struct_size;
    const picker_picks* predicted;
    const picker_picks* truth;
    int32_t width, height; /* of the micrograph, pixels */
    const char* group;     /* stratifies; NULL: none */
    double radius_scale;   /* pixels of this micrograph per pixel of the options' lengths; 0 = 1 */
} picker_evaluate_item;
PICKER_API picker_status picker_evaluate_item_init(picker_evaluate_item* item, size_t struct_size) PICKER_CHECK_RESULT;

/* The figures; docs/evaluation.md defines each. */
typedef struct picker_evaluation_result {
    size_t struct_size;
    int64_t picks, truth, matched, duplicates, negatives;
    double precision, recall, f_beta;
    double best_f, best_threshold, precision_at_best, recall_at_best;
    double average_precision, auroc;
    int32_t average_precision_is_lower_bound; /* the candidate list was cut at a threshold */
    int32_t reserved;
    double offset_mean, offset_median, offset_95, mean_dx, mean_dy; /* of matched picks, pixels */
    double radius;                                                  /* pixels, as used */
} picker_evaluation_result;
PICKER_API picker_status picker_evaluation_result_init(picker_evaluation_result* result,
                                                       size_t struct_size) PICKER_CHECK_RESULT;

/* Compares picks with truth, pooled over micrographs; `items` points to `count` structs of items[0].struct_size bytes
 * each. Owned. */
PICKER_API picker_status picker_evaluate(picker_evaluation** out, const picker_evaluate_item* items, size_t count,
                                         const picker_evaluate_options* options) PICKER_CHECK_RESULT;
/* Groups found, by value; a NULL or "" group is all of them together and always there. NULL past the end. Borrowed. */
PICKER_API size_t picker_evaluation_group_count(const picker_evaluation* evaluation);
PICKER_API const char* picker_evaluation_group_name(const picker_evaluation* evaluation, size_t index);
/* Figures of one group; `group` NULL or "" for all. */
PICKER_API picker_status picker_evaluation_get(const picker_evaluation* evaluation, const char* group,
                                               picker_evaluation_result* result) PICKER_CHECK_RESULT;
/* A curve's column: "threshold", "precision", "recall", "f_beta", "false_positive_rate", "picked_fraction"; one value
 * per distinct score, best first. Borrowed. */
PICKER_API picker_status picker_evaluation_curve(const double** out, size_t* count, const picker_evaluation* evaluation,
                                                 const char* group, const char* column) PICKER_CHECK_RESULT;
PICKER_API void picker_evaluation_free(picker_evaluation* evaluation);

/* Whether picks stand in the frame of their micrographs (docs/evaluation.md). */
typedef enum picker_check_verdict {
    PICKER_CHECK_NOTHING = 0,  /* no flip, scale and shift lays the picks on the reference */
    PICKER_CHECK_FITS = 1,     /* one does */
    PICKER_CHECK_AMBIGUOUS = 2 /* several do equally: the positions are symmetric */
} picker_check_verdict;

typedef enum picker_check_shift {
    PICKER_SHIFT_NONE = 0,
    PICKER_SHIFT_HALF_BOX = 1, /* in x and in y: corners taken for centres, or the other way round */
    PICKER_SHIFT_OTHER = 2
} picker_check_shift;

/* One micrograph of a check. */
typedef struct picker_check_item {
    size_t struct_size;
    const picker_picks* picks;
    const picker_picks* reference;     /* positions that stand right: known particles, or other picks */
    int32_t width, height;             /* of the micrograph of the reference, pixels */
    int32_t picks_width, picks_height; /* of the one that was picked, where it is another; 0: unknown */
} picker_check_item;
PICKER_API picker_status picker_check_item_init(picker_check_item* item, size_t struct_size) PICKER_CHECK_RESULT;

/* Zero leaves the default in brackets. */
typedef struct picker_check_options {
    size_t struct_size;
    double radius;   /* of a match, pixels of the reference [a quarter of the distance between neighbours] */
    double box_size; /* of the picks, in their own pixels [their column box_width] */
} picker_check_options;
PICKER_API picker_status picker_check_options_init(picker_check_options* options,
                                                   size_t struct_size) PICKER_CHECK_RESULT;

/* What fits. From the picks to the reference: x and y change places (transpose), the sides are mirrored within the
 * picked micrograph (flip_x: left and right), all is multiplied by `scale` and then shifted by dx and dy. */
typedef struct picker_check_result {
    size_t struct_size;
    int32_t verdict;  /* picker_check_verdict */
    int32_t as_given; /* the picks fit, and without any change */
    int32_t transpose, flip_x, flip_y;
    int32_t shift;                     /* picker_check_shift */
    double scale;                      /* pixels of the reference per pixel of the picks */
    double dx, dy;                     /* pixels of the reference */
    double certainty;                  /* 0 to 1, of the verdict; where ambiguous, of the frame that is named first */
    int64_t picks, reference, matched; /* positions that were looked at, and pairs */
    double expected;                   /* pairs that random positions of the same density would have */
    double radius;                     /* pixels of the reference, as used */
    char name[24];                     /* "identity", "flip-x", "flip-y", "rotate-180", "transpose", "rotate-90",
                                          "rotate-270", "anti-transpose"; "" where nothing fits */
    char others[128];                  /* names of those that fit as well, "flip-x, flip-y"; "" unless ambiguous */
} picker_check_result;
PICKER_API picker_status picker_check_result_init(picker_check_result* result, size_t struct_size) PICKER_CHECK_RESULT;

/* Tests the eight flips and transposes, whole-number binnings and the ratio of the micrographs' sizes, and shifts, of
 * all items together; `items` points to `count` structs of items[0].struct_size bytes each. PICKER_INVALID_ARGUMENT
 * where there are too few positions to tell. */
PICKER_API picker_status picker_check(picker_check_result* result, const picker_check_item* items, size_t count,
                                      const picker_check_options* options) PICKER_CHECK_RESULT;

/* --------------------------------------------------------------- simulate */

/* Zero, and has_... = 0, leave the default in brackets. */
typedef struct picker_simulation {
    size_t struct_size;
    const char* const* structures; /* MRC volumes, PDB or mmCIF atoms; none: the built-in phantom */
    size_t structure_count;
    int32_t width, height; /* pixels [1024 x 1024] */
    int32_t particles;     /* [100]; fewer where they do not fit */
    int32_t has_snr;
    double pixel_size;              /* angstrom [4] */
    double diameter;                /* phantom's longest axis, angstrom [180] */
    double min_distance;            /* between centres, in diameters [1] */
    double snr;                     /* signal variance inside particles / noise variance [0.1]; 0 = no noise */
    double defocus, defocus_spread; /* angstrom [15000, 0] */
    double voltage;                 /* kV [300] */
    double spherical_aberration;    /* mm [2.7] */
    double amplitude_contrast;      /* [0.1] */
    double b_factor;                /* angstrom^2 [100] */
    uint64_t seed;
    int32_t views; /* directions per structure that are projected once and used again; 0: each particle its own */
    int32_t gold, contamination, aggregates; /* objects that are no particles [0]; no particle lies on them */
    int32_t has_ice_noise;
    int32_t has_particles;                  /* 1: particles counts also where it is 0: a micrograph without any */
    double astigmatism, astigmatism_angle;  /* defocus u - v, angstrom; degrees from x towards y [0] */
    double preferred_fraction;              /* of the particles, seen from near one direction [0] */
    double preferred_rot, preferred_tilt;   /* that direction, degrees */
    double preferred_concentration;         /* von Mises-Fisher kappa [10] */
    double contrast_spread;                 /* relative deviation of the particles' contrast [0] */
    double touching;                        /* share of the particles put at 0.7 to 1 diameter from another [0] */
    double dose;                            /* electrons per angstrom^2, counted; 0: Gaussian noise of no dose */
    double detector_mtf;                    /* at the Nyquist frequency, 0.01 to 1 [1] */
    double ice_noise;                       /* shares of the noise variance: the ice's structure [0.25], */
    double background_noise, readout_noise; /* slow background, the detector's readout [0]; the rest is counting */
    double background_length;               /* correlation length of the slow background, angstrom [300] */
    double thickness_gradient;              /* relative change of the intensity across the image [0] */
    double carbon;                          /* share of the area under carbon film [0]; no particle lies on it */
} picker_simulation;
PICKER_API picker_status picker_simulation_init(picker_simulation* simulation, size_t struct_size) PICKER_CHECK_RESULT;
/* Sets the members that a named mixture consists of and leaves the others; change any of them afterwards. "realistic":
 * counted dose, detector, slow background, spread of defocus and contrast, gradient, contamination, touching particles
 * (docs/simulation.md). PICKER_NOT_FOUND for another name. */
PICKER_API picker_status picker_simulation_set_preset(picker_simulation* simulation,
                                                      const char* name) PICKER_CHECK_RESULT;

/* Makes image number `index` of a series: same settings, same bytes. `truth` (may be NULL) has columns rot, tilt, psi
 * in degrees, structure, contrast, neighbour (distance of the nearest other particle in diameters), defocus (angstrom),
 * and with a preferred view view_angle (degrees from it). `diameter` (may be NULL) is the longest axis in angstrom.
 * Owned. */
PICKER_API picker_status picker_simulate(picker_micrograph** out, picker_picks** truth, double* diameter,
                                         const picker_simulation* simulation, uint64_t index) PICKER_CHECK_RESULT;

typedef struct picker_simulator picker_simulator;

/* The same for many images: structures and views are read and projected once, several threads work on each image.
 * `simulation` and `control` may be NULL. Owned. */
PICKER_API picker_status picker_simulator_create(picker_simulator** out, const picker_simulation* simulation,
                                                 const picker_control* control) PICKER_CHECK_RESULT;

/* How an image was made. */
typedef struct picker_simulated {
    size_t struct_size;
    double diameter;                            /* longest axis of the largest structure, angstrom */
    double defocus_u, defocus_v, defocus_angle; /* angstrom, degrees; as RELION's */
    double gradient_angle;                      /* degrees from x towards y: where the thickness gradient brightens */
} picker_simulated;
PICKER_API picker_status picker_simulated_init(picker_simulated* simulated, size_t struct_size) PICKER_CHECK_RESULT;

/* Makes image number `index`: the bytes that picker_simulate makes, for any number of threads. `others` are what is no
 * particle, with columns kind (1 gold, 2 contamination, 3 aggregate) and diameter in angstrom. `truth`, `others`,
 * `simulated` and `control` may be NULL. Owned. */
PICKER_API picker_status picker_simulator_make(picker_micrograph** out, picker_picks** truth, picker_picks** others,
                                               picker_simulated* simulated, const picker_simulator* simulator,
                                               uint64_t index, const picker_control* control) PICKER_CHECK_RESULT;
PICKER_API void picker_simulator_free(picker_simulator* simulator);

#ifdef __cplusplus
}
#endif

#endif /* PICKER_PICKER_H */
