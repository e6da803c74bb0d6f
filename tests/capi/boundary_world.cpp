// Valid handles for the table of calls (boundary.hpp).
#include "capi/boundary.hpp"
#include "capi/hand_made_map.hpp"

namespace capi {

namespace {

libpicker::Micrograph cut_corner(const libpicker::Micrograph& micrograph, int width, int height) {
    const auto info = micrograph.info();
    std::vector<float> pixels;
    for (int y = 0; y < height; ++y) {
        const float* row = micrograph.data() + static_cast<std::ptrdiff_t>(y) * info.width;
        pixels.insert(pixels.end(), row, row + width);
    }
    return libpicker::Micrograph::from_data(pixels.data(), width, height, info.pixel_size, "corner");
}

} // namespace

World::World() : corner(cut_corner(sample.micrograph, 32, 28)) {
    image = folder / "one.mrc";
    sample.micrograph.write(image);
    source_folder = folder / "candidates";
    std::filesystem::create_directory(source_folder);
    picks = source_folder + "/one.star";
    sample.truth.write(picks);
    checkpoint = folder / "model.safetensors";
    model.save(checkpoint);
    score_map = folder / "scores.map.mrc";
    write_score_map_by_hand(score_map);
    table = folder / "table.csv";
    write_bytes(table, "name,micrographs,picks,diameter,split\nphantom,one.mrc,candidates/one.star,160,train\n");
    rows = std::make_unique<libpicker::DatasetTable>(libpicker::DatasetTable::read(table));
    output = folder / "out";

    inputs = std::make_unique<libpicker::Inputs>(std::vector<std::string>{image});
    inputs->match_picks({picks});
    inputs->match_masks({image});
    const std::string list = folder / "micrographs.star";
    write_bytes(list, "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnMicrographPixelSize #2\n1 8.0\n\n"
                      "data_micrographs\n\nloop_\n_rlnMicrographName #1\n_rlnOpticsGroup #2\n_rlnDefocusU #3\n"
                      "one.mrc 1 15000.5\n");
    const std::string strangers = folder / "strangers.star";
    write_bytes(strangers, "data_\n\nloop_\n_rlnMicrographName #1\n_rlnCoordinateX #2\n_rlnCoordinateY #3\n"
                           "one.mrc 50 60\nother.mrc 10 20\n");
    listed = std::make_unique<libpicker::Inputs>(std::vector<std::string>{list});
    listed->match_picks({strangers});
    scores = std::make_unique<libpicker::Scores>(libpicker::Scores::read(score_map));
    train_options.epochs = 1;
    train_options.diameter = 160;
    train_options.batch = 8;
    auto with_diameter = make<picker_dataset_item>();
    with_diameter.diameter = 160;
    dataset.add(sample.micrograph, sample.truth, &with_diameter);
    eager = checkpoint;
    if (picker_has_feature("torch") != 0) {
        sized.train(dataset, nullptr, train_options);
        auto candidates = libpicker::Model::load(checkpoint);
        rounds = std::make_unique<libpicker::Rounds>(
            candidates.train_rounds(dataset, nullptr, make<picker_rounds_options>(), train_options));
        candidates.set_threshold(0);
        eager = folder / "eager.safetensors"; // threshold 0
        candidates.save(eager);
    }
    pick_options.diameter = 160;
    rules.width = simulation.width;
    rules.height = simulation.height;
    run_options.pick = &pick_options;
    run_options.output = output.c_str();
    run_options.source = PICKER_SOURCE_CANDIDATES;
    run_options.source_folder = source_folder.c_str();
    run_options.overwrite = 1;
    report = std::make_unique<libpicker::RunReport>(model.pick_files(*inputs, run_options));
    item.predicted = sample.truth.get();
    item.truth = sample.truth.get();
    item.width = simulation.width;
    item.height = simulation.height;
    item.group = "all";
    evaluate_options.diameter = sample.diameter / simulation.pixel_size;
    simulator = std::make_unique<libpicker::Simulator>(simulation);
    evaluation = std::make_unique<libpicker::Evaluation>(std::vector<picker_evaluate_item>{item}, evaluate_options);
}

void Call::check_outs(const std::string& what, int outcome) const {
    for (const Slot& slot : outs_) {
        if (slot.name == null_) {
            continue;
        }
        if (outcome == PICKER_OK) {
            DOCTEST_CHECK_MESSAGE(slot.filled(), what, ": ", slot.name, " was not filled");
        } else {
            DOCTEST_CHECK_MESSAGE(slot.empty(), what, ": ", slot.name, " is not NULL or 0 after a failure");
        }
    }
}

void Call::free_outs() {
    for (const Slot& slot : outs_) {
        slot.release();
    }
    outs_.clear();
}

bool Call::tails_untouched() const {
    for (const Block& block : blocks_) {
        if (block.known == 0) {
            continue;
        }
        for (std::size_t i = block.known; i < block.bytes.size(); ++i) {
            const bool set_by_us = i == block.known + tail - 1 && size_ == SizeCase::longer_set;
            if (block.bytes[i] != (set_by_us ? 1 : 0)) {
                return false;
            }
        }
    }
    return true;
}

} // namespace capi
