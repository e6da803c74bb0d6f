// Training that goes on from its state file, with samples on disk, masks and the positive-unlabelled loss.
#include "capi/support.hpp"

#include <cmath>

using namespace capi;

namespace {

struct Pupil {
    TempFolder folder;
    std::string state = folder / "m.state";
    libpicker::Dataset data;
    picker_train_options options = make<picker_train_options>();
    Pupil() {
        auto settings = small_simulation(21);
        settings.snr = 1;
        for (std::uint64_t i = 0; i < 3; ++i) {
            const auto sample = libpicker::simulate(settings, i);
            data.add(sample.micrograph, sample.truth);
        }
        options.diameter = 160;
        options.epochs = 4;
        options.batch = 8;
        options.state_file = state.c_str();
    }
    // Ends after `last` epochs of this call; the bytes of the model.
    std::string train(int last, picker_train_report* report = nullptr) {
        auto model = libpicker::Model::create("deeppicker", 3);
        auto control = make<picker_control>();
        control.threads = 2;
        control.user = &last;
        control.progress = [](void* user, const picker_progress* p) -> std::int32_t {
            int& left = *static_cast<int*>(user);
            left -= std::string_view(p->stage) == "train" && std::string_view(p->item).starts_with("epoch") ? 1 : 0;
            return left <= 0 ? 1 : 0;
        };
        auto own = make<picker_train_report>();
        ok(picker_train(model.get(), data.get(), nullptr, &options, &own, &control));
        DOCTEST_CHECK(own.cancelled == (last <= 0 ? 1 : 0));
        if (report != nullptr) {
            *report = own;
        }
        const std::string path = folder / "m.safetensors";
        model.save(path);
        return read_bytes(path);
    }
};

constexpr int to_the_end = 1000;

} // namespace

DOCTEST_TEST_CASE("a training in pieces is the training in one go, whatever the memory; other settings are named") {
    if (!has_torch("training")) {
        return;
    }
    Pupil pupil;
    const std::string whole = pupil.train(to_the_end);
    std::filesystem::remove(pupil.state);
    pupil.train(1);
    DOCTEST_CHECK(std::filesystem::exists(pupil.state));
    auto model = libpicker::Model::create("deeppicker", 3);
    refused(picker_train(model.get(), pupil.data.get(), nullptr, &pupil.options, nullptr, nullptr), PICKER_MISMATCH,
            {"m.state", "not finished (1 epochs done)"});
    pupil.options.resume = PICKER_RESUME_CONTINUE;
    pupil.options.memory = 0.1; // a few samples; the others are on disk
    auto report = make<picker_train_report>();
    pupil.train(2, &report);
    DOCTEST_CHECK(report.resumed_after == 1);
    pupil.options.memory = 0;
    DOCTEST_CHECK(pupil.train(to_the_end, &report) == whole);
    DOCTEST_CHECK(report.resumed_after == 3);
    DOCTEST_CHECK(report.epochs == 4);
    pupil.options.batch = 9;
    refused(picker_train(model.get(), pupil.data.get(), nullptr, &pupil.options, nullptr, nullptr), PICKER_MISMATCH,
            {"m.state", "batch 8 (now 9)"});
    pupil.options.resume = PICKER_RESUME_OVERWRITE;
    pupil.train(to_the_end, &report);
    DOCTEST_CHECK(report.resumed_after == 0);
}

DOCTEST_TEST_CASE("masked and overlapping particles are counted; the prior is estimated or taken") {
    if (!has_torch("training")) {
        return;
    }
    Pupil pupil;
    const std::vector<float> half = {0, 1}; // the right half
    const auto mask = libpicker::Micrograph::from_data(half.data(), 2, 1, 0, "half");
    auto item = make<picker_dataset_item>();
    item.mask = mask.get();
    const auto sample = libpicker::simulate(small_simulation(22), 0);
    std::int64_t right = 0;
    for (const double x : column(sample.truth.get(), "x")) {
        right += x >= 95.5 ? 1 : 0;
    }
    pupil.data.add(sample.micrograph, sample.truth, &item);
    pupil.options.epochs = 1;
    pupil.options.loss = PICKER_LOSS_NNPU;
    auto report = make<picker_train_report>();
    pupil.train(to_the_end, &report);
    DOCTEST_CHECK(right > 2);
    DOCTEST_CHECK(report.masked == right);
    DOCTEST_CHECK(report.prior > 0.001);
    DOCTEST_CHECK(report.prior < 0.5);
    pupil.options.prior = 0.07;
    pupil.options.overlaps = PICKER_OVERLAPS_DROP;
    pupil.options.overlap_distance = 192; // 24 pixels
    pupil.options.resume = PICKER_RESUME_OVERWRITE;
    std::int64_t overlapping = 0;
    for (std::size_t i = 0; i < pupil.data.size(); ++i) {
        const auto x = column(pupil.data.picks(i).get(), "x");
        const auto y = column(pupil.data.picks(i).get(), "y");
        for (std::size_t k = 0; k < x.size(); ++k) {
            bool near = false;
            for (std::size_t n = 0; n < x.size(); ++n) {
                near = near || (n != k && std::hypot(x[n] - x[k], y[n] - y[k]) < 24);
            }
            overlapping += near ? 1 : 0;
        }
    }
    pupil.train(to_the_end, &report);
    DOCTEST_CHECK(report.prior == 0.07);
    DOCTEST_CHECK(overlapping > 2);
    DOCTEST_CHECK(report.overlapping == overlapping);
}
