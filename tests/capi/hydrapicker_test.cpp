// HydraPicker through the C API, with its own networks: one head, then one for each set, then a new one behind a frozen
// body; picks of each head, and everything that can be wrong with a head's name.
#include "capi/support.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace capi;

namespace {

// Particles of 21 working pixels on micrographs of that pixel size, which are smaller than a crop.
picker_simulation simulation(double diameter) {
    auto settings = small_simulation(5);
    settings.width = 147;
    settings.height = 126;
    settings.particles = 12;
    settings.pixel_size = diameter / 21;
    settings.diameter = diameter;
    settings.snr = 1;
    return settings;
}

void add_set(libpicker::Dataset& data, const char* name, double diameter, std::uint64_t seed) {
    const auto sample = libpicker::simulate(simulation(diameter), seed);
    auto item = make<picker_dataset_item>();
    item.molecule = name;
    item.diameter = diameter;
    ok(picker_dataset_add_micrograph(data.get(), sample.micrograph.get(), sample.truth.get(), &item));
}

picker_train_options brief() {
    auto options = make<picker_train_options>();
    options.epochs = 2;
    options.crop = 64;
    options.seed = 3;
    options.validation_fraction = 0.01;
    return options;
}

libpicker::Picks picks_of(const libpicker::Model& model, const libpicker::Micrograph& micrograph, const char* head,
                          double diameter = 0) {
    auto options = make<picker_pick_options>();
    options.head = head;
    options.diameter = diameter;
    options.has_keep = 1;
    options.has_threshold = 1;
    picker_picks* out = nullptr;
    ok(picker_pick(&out, model.get(), micrograph.get(), &options, nullptr));
    return libpicker::Picks(out);
}

bool equal(const libpicker::Picks& a, const libpicker::Picks& b) {
    if (a.size() != b.size()) {
        return false;
    }
    for (const char* column : {"x", "y", "score"}) {
        const double *one = nullptr, *other = nullptr;
        ok(picker_picks_column(&one, a.get(), column));
        ok(picker_picks_column(&other, b.get(), column));
        if (!std::equal(one, one + a.size(), other)) {
            return false;
        }
    }
    return true;
}

} // namespace

DOCTEST_TEST_CASE("the stages of HydraPicker: one head, many, and a new one for a set with few labels") {
    if (!has_torch("training")) {
        return;
    }
    const TempFolder folder;
    libpicker::Dataset data, target;
    add_set(data, "large", 300, 1);
    add_set(data, "large", 300, 2);
    add_set(data, "small", 120, 3);
    add_set(target, "", 200, 4);
    auto model = libpicker::Model::create("hydrapicker", 1);
    auto options = brief();
    auto report = make<picker_train_report>();
    ok(picker_train(model.get(), data.get(), nullptr, &options, &report, nullptr));
    DOCTEST_CHECK(report.positives >= 30);
    DOCTEST_CHECK(std::isfinite(report.best_validation_loss));
    DOCTEST_CHECK(model.heads().empty());
    DOCTEST_CHECK(model.info().diameter == 0); // of several

    options.heads = PICKER_TRAIN_HEADS_EACH;
    ok(picker_train(model.get(), data.get(), nullptr, &options, &report, nullptr));
    const auto heads = model.heads();
    DOCTEST_REQUIRE(heads.size() == 2);
    DOCTEST_CHECK(std::string(heads[0].name) == "large");
    DOCTEST_CHECK(heads[0].diameter == 300);
    DOCTEST_CHECK(heads[1].diameter == 120);

    const auto unseen = libpicker::simulate(simulation(120), 100);
    const libpicker::Picks by_small = picks_of(model, unseen.micrograph, "small"); // its own diameter
    const libpicker::Picks by_general = picks_of(model, unseen.micrograph, nullptr, 120);
    DOCTEST_CHECK(by_small.size() > 0);
    DOCTEST_CHECK(!equal(by_small, by_general));
    DOCTEST_CHECK(equal(picks_of(model, unseen.micrograph, "general", 120), by_general));

    // Few-shot: what the other heads pick stays the same to the bit, also from a file.
    options.heads = PICKER_TRAIN_HEADS_ONE;
    options.head = "target";
    options.freeze = 1;
    options.diameter = 200;
    ok(picker_train(model.get(), target.get(), nullptr, &options, &report, nullptr));
    model.save(folder / "m.safetensors");
    const auto loaded = libpicker::Model::load(folder / "m.safetensors");
    DOCTEST_REQUIRE(loaded.heads().size() == 3);
    DOCTEST_CHECK(equal(picks_of(loaded, unseen.micrograph, "small"), by_small));
    DOCTEST_CHECK(equal(picks_of(loaded, unseen.micrograph, nullptr, 120), by_general));
    DOCTEST_CHECK(!equal(picks_of(loaded, unseen.micrograph, "target", 120), by_general));

    // A head by itself picks as it does in its model, and can be put into another of the same body.
    const auto alone = loaded.export_head("small");
    DOCTEST_CHECK(equal(picks_of(alone, unseen.micrograph, nullptr), by_small));
    auto general = loaded.export_head("general");
    general.import_head("again", alone, "general");
    DOCTEST_CHECK(equal(picks_of(general, unseen.micrograph, "again"), by_small));

    // Names that there are or are not.
    refused(picker_train(model.get(), target.get(), nullptr, &options, nullptr, nullptr), PICKER_INVALID_ARGUMENT,
            {"\"target\"", "already"});
    auto picking = make<picker_pick_options>();
    picking.head = "nobody";
    picker_picks* out = nullptr;
    refused(picker_pick(&out, model.get(), unseen.micrograph.get(), &picking, nullptr), PICKER_NOT_FOUND,
            {"nobody", "general, large, small, target"});
    auto other = libpicker::Model::create("hydrapicker-code", 1);
    refused(picker_model_import_head(other.get(), "x", loaded.get(), "small"), PICKER_MISMATCH, {"hydrapicker"});
    refused(picker_model_add_head(model.get(), "no/slash"), PICKER_INVALID_ARGUMENT, {"no/slash", "letters"});
    // A bias weight of 0 leaves the general head where it is; the body alone may not go on.
    options = brief();
    options.heads = PICKER_TRAIN_HEADS_EACH;
    options.has_bias_weight = 1;
    refused(picker_train(model.get(), data.get(), nullptr, &options, nullptr, nullptr), PICKER_INVALID_ARGUMENT,
            {"bias weight is 0"});
    options = brief();
    refused(picker_train(model.get(), data.get(), nullptr, &options, nullptr, nullptr), PICKER_INVALID_ARGUMENT,
            {"specialised heads"});
}

DOCTEST_TEST_CASE("heads, crops and steps are refused where they mean nothing") {
    auto deepem = libpicker::Model::create("deepem", 1);
    DOCTEST_CHECK(picker_model_head_count(deepem.get()) == 0);
    refused(picker_model_add_head(deepem.get(), "a"), PICKER_UNSUPPORTED, {"deepem", "hydrapicker"});
    const auto sample = libpicker::simulate(simulation(120), 1);
    auto picking = make<picker_pick_options>();
    picking.head = "a";
    picking.diameter = 120;
    picker_picks* out = nullptr;
    refused(picker_pick(&out, deepem.get(), sample.micrograph.get(), &picking, nullptr), PICKER_UNSUPPORTED,
            {"no heads"});
    const auto hydra = libpicker::Model::create("hydrapicker", 1);
    picking.head = nullptr;
    picking.step = 4;
    refused(picker_pick(&out, hydra.get(), sample.micrograph.get(), &picking, nullptr), PICKER_INVALID_ARGUMENT,
            {"hydrapicker", "fixed"});
    if (!has_torch("training")) {
        return;
    }
    picker_scores* scores = nullptr;
    picking.step = 0;
    refused(picker_score_naive(&scores, hydra.get(), sample.micrograph.get(), &picking, nullptr), PICKER_UNSUPPORTED,
            {"no windows"});
    libpicker::Dataset data;
    add_set(data, "a", 120, 1);
    auto options = make<picker_train_options>();
    options.crop = 64;
    refused(picker_train(deepem.get(), data.get(), nullptr, &options, nullptr, nullptr), PICKER_INVALID_ARGUMENT,
            {"crop"});
    options.crop = 0;
    options.heads = PICKER_TRAIN_HEADS_EACH;
    refused(picker_train(deepem.get(), data.get(), nullptr, &options, nullptr, nullptr), PICKER_UNSUPPORTED, {"heads"});
    auto model = libpicker::Model::create("hydrapicker", 1);
    options.crop = 100;
    refused(picker_train(model.get(), data.get(), nullptr, &options, nullptr, nullptr), PICKER_INVALID_ARGUMENT,
            {"multiple of 16"});
}
