// Networks and picks on a GPU against those of the CPU, through the engine as everybody uses it.
#include "core/error.hpp"
#include "io/picks_file.hpp"
#include "unit/engine/compare_picks.hpp"
#include "unit/engine/compare_places.hpp"
#include "unit/picking/fake_network.hpp"

#include <algorithm>
#include <string>

namespace {

bool has_gpu() {
    if (picker::engine().devices().size() > 1) {
        return true;
    }
    try {
        (void)picker::engine().choose_device("cuda");
    } catch (const picker::Error& error) {
        DOCTEST_MESSAGE("skipped: no GPU here: ", std::string(error.what()));
    }
    return false;
}

std::unique_ptr<picker::Network> on_cpu(const picker::NetworkSpec& spec) {
    return picker::engine().create(spec, "cpu");
}

std::unique_ptr<picker::Network> on_gpu(const picker::NetworkSpec& spec) {
    return picker::engine().create(spec, "cuda");
}

picker::Model general() {
    return picker::load_model(PICKER_SOURCE_DIR "/libpicker/models/general.safetensors");
}

} // namespace

DOCTEST_TEST_CASE("scores, outputs and gradients of a GPU are those of the CPU") {
    if (has_gpu()) {
        compare::networks_agree(on_cpu, on_gpu, 1e-3); // gradients may be computed in TF32
    }
}

DOCTEST_TEST_CASE("maxima of a GPU are those of its map") {
    if (has_gpu()) {
        compare::maxima_are_of_the_outputs(on_gpu);
        compare::damaged_weights_are_told(on_gpu);
    }
}

DOCTEST_TEST_CASE("picks of a GPU are those of the CPU, in a run over files too") {
    if (!has_gpu()) {
        return;
    }
    const picker::Model model = general();
    const picker::Scorer cpu(model), gpu(model, "cuda");
    compare::scorers_agree(cpu, gpu);
    const fake::Folder folder;
    std::vector<picker::InputMicrograph> inputs;
    for (const int i : {0, 1, 2, 3, 4, 5}) {
        const auto path = folder.path() / picker::text("m", i, ".mrc");
        picker::write_image(path, compare::simulated(static_cast<std::uint64_t>(i)).micrograph.image, 4.0);
        inputs.push_back({path, path.string(), picker::text("m", i), 0.0, "", {}, {}});
    }
    const auto run = [&](const picker::Scorer& scorer, const char* name, int threads, bool maps) {
        picker::RunOptions options;
        options.output = folder.path() / name;
        options.settings.diameter = 180.0;
        options.settings.threshold = 0.1;
        options.write_score_maps = maps;
        picker::Control control;
        control.threads = threads;
        const picker::RunReport report = picker::pick_files(model, &scorer, inputs, options, control);
        DOCTEST_CHECK(report.failed == 0);
        for (const picker::RunItem& item : report.items) {
            DOCTEST_CHECK(item.device == (scorer.device() == "cpu" ? "" : "cuda:0"));
        }
        std::vector<picker::Picks> picks;
        for (const picker::InputMicrograph& input : inputs) {
            picks.push_back(picker::read_picks_single(options.output / (input.stem + ".star"), "star"));
        }
        return picks;
    };
    const auto here = run(cpu, "cpu", 2, false), there = run(gpu, "gpu", 4, false), maps = run(gpu, "maps", 4, true),
               again = run(gpu, "again", 1, false);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        compare::same_picks(here[i], there[i], 45.0);
        compare::same_picks(maps[i], there[i], 45.0); // the map came back, and its maxima were found here
        DOCTEST_CHECK(there[i].x == again[i].x);      // the same bits for any number of threads
        DOCTEST_CHECK(there[i].score == again[i].score);
    }
}
