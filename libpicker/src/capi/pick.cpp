// picker.h, "pick": one micrograph scored and picked, score maps in memory and on disk.
#include "capi/handles.hpp"
#include "signal/filter.hpp"
#include "signal/recipe.hpp"

#include <cstring>
#include <limits>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

// What scoring one micrograph needs, prepared in one place for picker_pick, picker_score and picker_score_naive.
struct Job {
    Model model;           // with the head that was asked for
    Micrograph micrograph; // a copy, given away to the scoring
    std::string name;
    picker_pick_options given;
    PickSettings settings;
    Control control;

    Job(const picker_model* model_, const picker_micrograph* micrograph_, const picker_pick_options* options,
        const picker_control* control_)
        : micrograph(required(micrograph_, "micrograph").value), name(micrograph.name), given(read_struct(options)),
          settings(settings_of(given)), control(control_of(control_)) {
        model = model_to_score(required(model_, "model").value, settings);
        InputMicrograph input;
        input.name = micrograph.name;
        input.path = micrograph.name;
        micrograph.pixel_size = resolve_pixel_size(settings.pixel_size, input, micrograph.pixel_size);
        poll(); // a caller that has already given up waits for nothing
    }
    // Asks the caller whether to go on; throws if not.
    void poll() const { control.report({"pick", 0, 1, 0, -1, std::numeric_limits<double>::quiet_NaN(), name.c_str()}); }
    // Pixels of the micrograph.
    double diameter() const { return pick_diameter(model, settings) / micrograph.pixel_size; }
};

WorkerPool engine_pool(const Control& control) {
    return WorkerPool(control.worker_count(), [] { engine().prepare_thread(); });
}

} // namespace

picker_status picker_pick_options_init(picker_pick_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_micrograph_preprocess(picker_micrograph** out, const picker_micrograph* micrograph,
                                           const picker_model* model, const picker_pick_options* options) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        Job job(model, micrograph, options, nullptr);
        const double diameter = job.diameter();
        const double pixel_size = job.micrograph.pixel_size;
        if (job.settings.invert) {
            invert(job.micrograph.image);
        }
        Prepared prepared = prepare(std::move(job.micrograph), job.model.spec.recipe, diameter);
        auto handle = std::make_unique<picker_micrograph>();
        handle->value.image = std::move(prepared.image);
        handle->value.pixel_size = pixel_size / prepared.scale_x;
        handle->value.name = job.name;
        target = handle.release();
    });
}

picker_status picker_pick(picker_picks** out, const picker_model* model, const picker_micrograph* micrograph,
                          const picker_pick_options* options, const picker_control* control) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        Job job(model, micrograph, options, control);
        const ExclusionMask mask = mask_of(job.given.mask);
        const Scorer scorer(job.model, job.control.device);
        WorkerPool pool = engine_pool(job.control);
        auto handle = std::make_unique<picker_picks>();
        handle->value =
            pick(scorer, std::move(job.micrograph), job.settings, job.given.mask == nullptr ? nullptr : &mask, pool,
                 nullptr, nullptr, nullptr, [&] { job.poll(); });
        target = handle.release();
    });
}

namespace {

picker_status score_micrograph(picker_scores** out, const picker_model* model, const picker_micrograph* micrograph,
                               const picker_pick_options* options, const picker_control* control, bool naive) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        Job job(model, micrograph, options, control);
        const Scorer scorer(job.model, job.control.device);
        WorkerPool pool = engine_pool(job.control);
        const auto poll = [&] { job.poll(); };
        auto handle = std::make_unique<picker_scores>();
        const double diameter = job.diameter();
        if (job.settings.invert) {
            invert(job.micrograph.image);
        }
        std::shared_ptr<const Image> pixels;
        if (needs_micrograph(job.model.spec, job.settings)) {
            pixels = std::make_shared<const Image>(job.micrograph.image);
        }
        handle->value = naive ? scorer.score_naive(std::move(job.micrograph), diameter, &pool, poll)
                              : scorer.score(std::move(job.micrograph), diameter, &pool, nullptr, poll);
        handle->value.micrograph = std::move(pixels);
        target = handle.release();
    });
}

} // namespace

picker_status picker_score(picker_scores** out, const picker_model* model, const picker_micrograph* micrograph,
                           const picker_pick_options* options, const picker_control* control) {
    return score_micrograph(out, model, micrograph, options, control, false);
}

picker_status picker_score_naive(picker_scores** out, const picker_model* model, const picker_micrograph* micrograph,
                                 const picker_pick_options* options, const picker_control* control) {
    return score_micrograph(out, model, micrograph, options, control, true);
}

picker_status picker_scores_info_init(picker_scores_info* info, size_t struct_size) {
    return init_struct(info, struct_size);
}

picker_status picker_scores_get_info(const picker_scores* scores, picker_scores_info* info) {
    return guard([&] {
        const ScoreMap& map = required(scores, "scores").value;
        check_out(info, "info");
        picker_scores_info result;
        std::memset(&result, 0, sizeof result);
        result.width = map.scores.width;
        result.height = map.scores.height;
        result.micrograph_width = map.width;
        result.micrograph_height = map.height;
        result.origin_x = map.origin_x;
        result.origin_y = map.origin_y;
        result.step_x = map.step_x;
        result.step_y = map.step_y;
        result.diameter = map.diameter;
        result.pixel_size = map.pixel_size;
        write_struct(info, result);
    });
}

const float* picker_scores_data(const picker_scores* scores) {
    return scores == nullptr ? nullptr : scores->value.scores.pixels.data();
}

picker_status picker_scores_write(const picker_scores* scores, const char* path) {
    return guard([&] {
        const picker_scores& source = required(scores, "scores");
        write_score_map(string_of(path, "path"), source.value);
    });
}

picker_status picker_scores_read(picker_scores** out, const char* path) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        auto handle = std::make_unique<picker_scores>();
        handle->value = read_score_map(string_of(path, "path"));
        target = handle.release();
    });
}

void picker_scores_free(picker_scores* scores) {
    delete scores;
}

picker_status picker_pick_from_scores(picker_picks** out, const picker_model* model, const picker_scores* scores,
                                      const picker_pick_options* options, picker_removed* removed) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const Model& source = required(model, "model").value;
        const ScoreMap& map = required(scores, "scores").value;
        const picker_pick_options given = read_struct(options);
        const PickSettings settings = settings_of(given);
        if (removed != nullptr) {
            check_out(removed, "removed");
        }
        const ExclusionMask mask = mask_of(given.mask);
        RemovedCounts counts;
        auto handle = std::make_unique<picker_picks>();
        handle->value = pick_from_scores(model_to_score(source, settings), map, settings,
                                         given.mask == nullptr ? nullptr : &mask, nullptr, &counts);
        if (removed != nullptr) {
            write_struct(removed, removed_of(counts));
        }
        target = handle.release();
    });
}
