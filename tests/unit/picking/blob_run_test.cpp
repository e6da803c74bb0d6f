// A run with a segmenter's rules: blobs from micrographs, from saved maps and from saved candidates.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "models/spec_json.hpp"
#include "picking/plan.hpp"
#include "unit/check.hpp"

using namespace picker;

namespace {

Model blob_model() {
    Model model = fake::model();
    model.spec.peak_rule = PeakRule::blobs;
    model.spec.aperture = 0.5;
    model.spec.default_threshold = 0.1;
    model.spec.min_distance = 0.0;
    return model;
}

RunReport run(const std::vector<InputMicrograph>& inputs, RunOptions options, const std::filesystem::path& output) {
    const Model model = blob_model();
    const Scorer scorer(model, std::make_unique<fake::FunctionNetwork>(fake::correlation));
    options.output = output;
    Control control;
    control.threads = 2;
    return pick_files(model, &scorer, inputs, options, control);
}

} // namespace

DOCTEST_TEST_CASE("the aperture can be changed on score maps, but not on candidates") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 3);
    RunOptions options;
    options.settings.keep = 0.0;
    options.write_score_maps = true;
    const RunReport all = run(inputs, options, folder.path() / "all");
    DOCTEST_CHECK(all.failed == 0);
    DOCTEST_CHECK(all.picks > 20);
    options = RunOptions();
    options.settings.aperture = 8.0; // angstrom: 4 pixels, where half a diameter are 6
    const RunReport direct = run(inputs, options, folder.path() / "direct");
    options.source_folder = folder.path() / "all";
    options.source = CandidateSource::score_map;
    DOCTEST_CHECK(run(inputs, options, folder.path() / "maps").picks == direct.picks);
    options.source = CandidateSource::candidates;
    DOCTEST_CHECK_THROWS_WITH_AS(run(inputs, options, folder.path() / "candidates"),
                                 doctest::Contains("blobs of an aperture of 12 angstrom, and 8 is asked for"), Error);
    options.settings.aperture = 12.0; // what it was by default
    DOCTEST_CHECK(run(inputs, options, folder.path() / "candidates").picks == all.picks);
}

DOCTEST_TEST_CASE("the rules that look at windows look at the particle's, not at what one pixel of a map depends on") {
    Model model = blob_model();
    DOCTEST_CHECK(plan_picks(model.spec, {}, 12.0, 2.0, nullptr).image.window == doctest::Approx(16.0));
    model.spec.padded = true;
    DOCTEST_CHECK(plan_picks(model.spec, {}, 12.0, 2.0, nullptr).image.window == doctest::Approx(14.4));
    DOCTEST_CHECK(plan_picks(model.spec, {}, 12.0, 2.0, nullptr).blobs.aperture == doctest::Approx(6.0));
}

DOCTEST_TEST_CASE("specifications that segmenters cannot have are refused; what they say comes back") {
    ModelSpec spec = architecture("parsed-enhanced").spec();
    const ModelSpec again = spec_from_json(spec_to_json(spec), "test");
    DOCTEST_CHECK(again.network.layers[3].from == 0);
    DOCTEST_CHECK(again.aperture == 0.5);
    DOCTEST_CHECK(again.enhance);
    DOCTEST_CHECK(again.padded);
    DOCTEST_CHECK(again.training.optimiser == Optimiser::adam);
    DOCTEST_CHECK(again.training.crop == 64);
    const auto refused = [](const ModelSpec& wrong, const char* part) {
        DOCTEST_CHECK_THROWS_WITH_AS(spec_from_json(spec_to_json(wrong), "test"), doctest::Contains(part), Error);
    };
    ModelSpec wrong = spec;
    wrong.training.loss = Loss::cross_entropy;
    refused(wrong, "no probability");
    wrong = spec;
    wrong.aperture = 0.0;
    refused(wrong, "without an aperture");
    wrong = fake::model().spec; // a window of 16 pixels
    wrong.training.crop = 32;
    wrong.aperture = 0.5;
    refused(wrong, "no middle pixel");
}
