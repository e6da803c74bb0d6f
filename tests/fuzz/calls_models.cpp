// Random calls: models, data sets, score maps, runs over files, evaluation, the check of frames, simulation.
#include "calls.hpp"

#include <algorithm>

namespace fuzz {
namespace {

void new_model(Choices& in, Handles& has) {
    picker_model* made = nullptr;
    picker_status status = PICKER_OK;
    if (in.below(2) == 0) {
        status = PICKER_FUZZ_CALL(picker_model_load(&made, in.path()));
    } else {
        auto options = prepared(in, picker_model_options_init);
        options.activation = static_cast<int>(in.below(4));
        options.window = in.whole();
        for (int i = 0; i < 3; ++i) {
            options.kernels[i] = static_cast<int>(in.below(20)) - 1;
            options.pools[i] = static_cast<int>(in.below(5)) - 1;
            options.maps[i] = static_cast<int>(in.below(20)) - 1;
        }
        options.step = in.whole();
        status = PICKER_FUZZ_CALL(picker_model_create_with(&made, in.word(), &options, in.byte()));
    }
    has.models.put(in, status, made);
}

void look_at_model(Choices& in, Handles& has) {
    picker_model* model = has.models.get(in);
    auto info = prepared(in, picker_model_info_init);
    PICKER_FUZZ_CALL(picker_model_get_info(model, &info));
    const char* text = nullptr;
    PICKER_FUZZ_CALL(picker_model_metadata(&text, model));
    PICKER_FUZZ_CALL(picker_model_set_threshold(model, in.number()));
    PICKER_FUZZ_CALL(picker_model_save(model, in.path()));
}

void heads(Choices& in, Handles& has) {
    picker_model* model = has.models.get(in);
    auto info = prepared(in, picker_head_info_init);
    PICKER_FUZZ_CALL(picker_model_get_head(model, in.byte(), &info));
    PICKER_FUZZ_CALL(picker_model_add_head(model, in.word()));
    PICKER_FUZZ_CALL(picker_model_remove_head(model, in.word()));
    const char* as = in.word();
    PICKER_FUZZ_CALL(picker_model_import_head(model, as, has.models.get(in), in.word()));
    int32_t layers = 0;
    const picker_model* from = has.models.get(in);
    PICKER_FUZZ_CALL(picker_model_take_layers(model, from, &layers));
}

void drop_model(Choices& in, Handles& has) {
    has.models.drop(in);
}

picker_pick_options pick_options(Choices& in, Handles& has) {
    auto options = prepared(in, picker_pick_options_init);
    options.diameter = in.number();
    options.pixel_size = in.number();
    options.has_threshold = static_cast<int>(in.below(2));
    options.threshold = in.number();
    options.has_keep = static_cast<int>(in.below(2));
    options.keep = in.number();
    options.has_min_distance = static_cast<int>(in.below(2));
    options.min_distance = in.number();
    options.has_edge = static_cast<int>(in.below(2));
    options.edge = in.number();
    options.top = in.whole();
    options.clean = static_cast<int>(in.below(5));
    options.mask = has.micrographs.get(in);
    return options;
}

void preprocess(Choices& in, Handles& has) {
    const auto options = pick_options(in, has);
    const picker_micrograph* micrograph = has.micrographs.get(in);
    // A working scale that makes the image larger than memory is refused by the library; one that only takes long is
    // not.
    if (options.diameter > 0.0 && options.diameter < 20.0) {
        return;
    }
    picker_micrograph* made = nullptr;
    const picker_status status =
        PICKER_FUZZ_CALL(picker_micrograph_preprocess(&made, micrograph, has.models.get(in), &options));
    has.micrographs.put(in, status, made);
}

void scores(Choices& in, Handles& has) {
    picker_scores* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_scores_read(&made, in.path()));
    has.scores.put(in, status, made);
    auto options = pick_options(in, has);
    auto removed = prepared(in, picker_removed_init);
    picker_picks* picks = nullptr;
    const picker_model* model = has.models.get(in);
    const picker_status picked =
        PICKER_FUZZ_CALL(picker_pick_from_scores(&picks, model, has.scores.get(in), &options, &removed));
    has.picks.put(in, picked, picks);
}

void datasets(Choices& in, Handles& has) {
    if (in.below(3) == 0) {
        picker_dataset* made = nullptr;
        const picker_status status = PICKER_FUZZ_CALL(picker_dataset_create(&made));
        has.datasets.put(in, status, made);
    }
    picker_dataset* dataset = has.datasets.get(in);
    auto item = prepared(in, picker_dataset_item_init);
    item.diameter = in.number();
    item.pixel_size = in.number();
    item.molecule = in.word();
    item.negatives = has.picks.get(in);
    item.mask = has.micrographs.get(in);
    const char* path = in.path();
    PICKER_FUZZ_CALL(picker_dataset_add(dataset, path, has.picks.get(in), &item));
    const picker_micrograph* micrograph = has.micrographs.get(in);
    PICKER_FUZZ_CALL(picker_dataset_add_micrograph(dataset, micrograph, has.picks.get(in), &item));
    std::size_t rows = 0;
    const char* table = in.path();
    PICKER_FUZZ_CALL(picker_dataset_add_rows(dataset, table, in.word(), &rows));
    auto entry = prepared(in, picker_dataset_entry_init);
    PICKER_FUZZ_CALL(picker_dataset_get(dataset, in.below(4), &entry));
    picker_picks* picks = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_dataset_picks(&picks, dataset, in.below(4), 0));
    has.picks.put(in, status, picks);
    auto recentre = prepared(in, picker_recentre_options_init);
    recentre.diameter = std::min(in.number(), 200.0);
    recentre.limit = in.number();
    recentre.iterations = static_cast<int>(in.below(3));
    PICKER_FUZZ_CALL(picker_dataset_recentre(dataset, &recentre, nullptr, nullptr));
}

void tables(Choices& in, Handles& has) {
    picker_dataset_table* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_dataset_table_read(&made, in.path()));
    has.tables.put(in, status, made);
    auto row = prepared(in, picker_dataset_row_init);
    PICKER_FUZZ_CALL(picker_dataset_table_row(has.tables.get(in), in.below(3), &row));
}

void run_over_files(Choices& in, Handles& has) {
    const auto pick = pick_options(in, has);
    auto options = prepared(in, picker_run_options_init);
    const std::string output = (folder() / "out").string(), source = folder().string();
    const char* formats[] = {in.word(), in.word()};
    options.pick = &pick;
    options.output = in.below(8) == 0 ? in.path() : output.c_str();
    options.formats = formats;
    options.format_count = in.below(3);
    options.source = 1 + static_cast<int>(in.below(2)); // without LibTorch: score maps and candidates
    options.source_folder = source.c_str();
    options.overwrite = static_cast<int>(in.below(2));
    options.top = in.whole();
    options.box_size = in.number();
    auto control = prepared(in, picker_control_init);
    control.threads = 1;
    picker_run_report* made = nullptr;
    const picker_model* model = has.models.get(in);
    const picker_status status =
        PICKER_FUZZ_CALL(picker_pick_files(&made, model, has.inputs.get(in), &options, &control));
    has.runs.put(in, status, made);
    auto summary = prepared(in, picker_run_summary_init);
    auto item = prepared(in, picker_run_item_init);
    PICKER_FUZZ_CALL(picker_run_report_summary(has.runs.get(in), &summary));
    PICKER_FUZZ_CALL(picker_run_report_item(has.runs.get(in), in.below(3), &item));
    auto report = prepared(in, picker_report_options_init);
    PICKER_FUZZ_CALL(picker_report_write(output.c_str(), &report, nullptr, &control));
}

void evaluate(Choices& in, Handles& has) {
    picker_evaluate_item items[2];
    for (auto& item : items) {
        require(picker_evaluate_item_init(&item, sizeof item) == PICKER_OK, "an item cannot be prepared");
        item.predicted = has.picks.get(in);
        item.truth = has.picks.get(in);
        item.width = in.whole();
        item.height = in.whole();
        item.group = in.word();
    }
    auto options = prepared(in, picker_evaluate_options_init);
    options.radius_preset = in.word();
    options.radius = in.number();
    options.diameter = in.number();
    options.beta = in.number();
    options.has_threshold = static_cast<int>(in.below(2));
    options.threshold = in.number();
    options.optimal = static_cast<int>(in.below(2));
    picker_evaluation* made = nullptr;
    const picker_status status = PICKER_FUZZ_CALL(picker_evaluate(&made, items, in.below(3), &options));
    has.evaluations.put(in, status, made);
    const picker_evaluation* evaluation = has.evaluations.get(in);
    auto result = prepared(in, picker_evaluation_result_init);
    PICKER_FUZZ_CALL(picker_evaluation_get(evaluation, in.word(), &result));
    const double* curve = nullptr;
    std::size_t count = 0;
    const char* group = in.word();
    PICKER_FUZZ_CALL(picker_evaluation_curve(&curve, &count, evaluation, group, in.word()));
}

void check_frames(Choices& in, Handles& has) {
    picker_check_item item;
    require(picker_check_item_init(&item, sizeof item) == PICKER_OK, "an item cannot be prepared");
    item.picks = has.picks.get(in);
    item.reference = has.picks.get(in);
    item.width = in.whole();
    item.height = in.whole();
    auto options = prepared(in, picker_check_options_init);
    options.radius = in.number();
    options.box_size = in.number();
    auto result = prepared(in, picker_check_result_init);
    PICKER_FUZZ_CALL(picker_check(&result, &item, in.below(2), &options));
}

void simulate(Choices& in, Handles& has) {
    auto simulation = prepared(in, picker_simulation_init);
    simulation.width = 16 + static_cast<int>(in.below(48));
    simulation.height = 16 + static_cast<int>(in.below(48));
    simulation.particles = static_cast<int>(in.below(4));
    simulation.diameter = 20.0 + in.below(100);
    simulation.views = static_cast<int>(in.below(2));
    simulation.has_snr = static_cast<int>(in.below(2));
    simulation.snr = in.number();
    simulation.defocus = in.number();
    simulation.voltage = in.number();
    simulation.b_factor = in.number();
    simulation.dose = in.number();
    simulation.touching = in.number();
    simulation.contrast_spread = in.number();
    simulation.thickness_gradient = in.number();
    const char* structures[] = {in.path()};
    simulation.structures = structures;
    simulation.structure_count = in.below(8) == 7 ? 1 : 0;
    picker_simulator* made = nullptr;
    auto control = prepared(in, picker_control_init);
    control.threads = 1;
    const picker_status status = PICKER_FUZZ_CALL(picker_simulator_create(&made, &simulation, &control));
    has.simulators.put(in, status, made);
    picker_micrograph* image = nullptr;
    picker_picks* truth = nullptr;
    const picker_simulator* simulator = has.simulators.get(in);
    const picker_status drawn =
        PICKER_FUZZ_CALL(picker_simulator_make(&image, &truth, nullptr, nullptr, simulator, in.byte(), &control));
    has.micrographs.put(in, drawn, image);
    has.picks.put(in, drawn, truth);
}

constexpr Call all[] = {new_model, look_at_model, heads,          drop_model, preprocess,   scores,
                        datasets,  tables,        run_over_files, evaluate,   check_frames, simulate};

} // namespace

std::span<const Call> model_calls() {
    return all;
}

} // namespace fuzz
