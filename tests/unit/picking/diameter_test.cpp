// Proposed diameters: the judgement on curves of known shape, and the search with a network that knows one size.
#include "picking/diameter.hpp"
#include "sized_blobs.hpp"
#include "unit/check.hpp"

#include <cmath>

using namespace picker;

namespace {

// Support that falls on either side of `peak` as a Gaussian of the logarithm, for each micrograph with a peak of its
// own.
DiameterProposal curve(const std::vector<double>& peaks, double height = 50.0, double floor = 0.0, double width = 0.35,
                       double certainty = 0.8) {
    DiameterProposal p;
    for (int i = 0; i <= 16; ++i) {
        DiameterStep step;
        step.diameter = 50.0 * std::pow(2.0, i / 4.0); // to 800
        for (const double peak : peaks) {
            const double off = std::log(step.diameter / peak) / width;
            const double support = height * (floor + (1.0 - floor) * std::exp(-0.5 * off * off));
            step.supports.push_back(support);
            step.support += support;
            step.promised += support / certainty;
            step.picks += support / (certainty * certainty);
        }
        p.curve.push_back(step);
    }
    judge_curve(p);
    return p;
}

DiameterProposal look(const std::vector<InputMicrograph>& inputs, const DiameterOptions& options = {},
                      int threads = 2) {
    Control control;
    control.threads = threads;
    return propose_diameter(fake::sized_scorer(), inputs, options, control);
}

} // namespace

DOCTEST_TEST_CASE("the proposal follows the peak between the steps, and says how sure it is") {
    const double ratio = curve({200.0}).diameter / 200.0; // from the peak to the longest axis
    DOCTEST_CHECK(ratio > 0.9);
    DOCTEST_CHECK(ratio < 1.3);
    for (const double peak : {97.0, 151.0, 200.0, 330.0, 500.0}) {
        const DiameterProposal p = curve({peak, peak, peak});
        DOCTEST_CHECK(p.is_sure());
        DOCTEST_CHECK(p.diameter / peak == doctest::Approx(ratio).epsilon(0.01));
        // A Gaussian is at .8 of its height 0.668 deviations from its middle.
        DOCTEST_CHECK(p.low / p.diameter == doctest::Approx(std::exp(-0.668 * 0.35)).epsilon(0.04));
        DOCTEST_CHECK(p.high / p.diameter == doctest::Approx(std::exp(0.668 * 0.35)).epsilon(0.04));
        DOCTEST_CHECK(p.confidence > 0.4);
        DOCTEST_CHECK(p.text.find("confidence") != p.text.npos);
    }
    // A broader peak is less sure, as is one that a micrograph does not share.
    DOCTEST_CHECK(curve({200.0, 200.0, 200.0}, 50.0, 0.0, 0.5).confidence < curve({200.0, 200.0, 200.0}).confidence);
    const DiameterProposal odd = curve({200.0, 200.0, 90.0});
    DOCTEST_CHECK(odd.confidence < curve({200.0, 200.0, 200.0}).confidence);
    DOCTEST_CHECK(odd.own[2] / odd.own[0] == doctest::Approx(0.45).epsilon(0.01));
}

DOCTEST_TEST_CASE("doubts: too few particles, an end of the range, a flat curve, micrographs that disagree") {
    DOCTEST_CHECK(curve({200.0, 200.0}, 1.0).doubt == DiameterDoubt::no_particles);
    DOCTEST_CHECK(curve({200.0, 200.0}, 1.0).diameter == 0.0);
    DOCTEST_CHECK(curve({200.0, 200.0}, 0.0).doubt == DiameterDoubt::no_particles);
    const DiameterProposal noise = curve({200.0, 200.0}, 50.0, 0.0, 0.35, 0.5); // many picks, none of them sure
    DOCTEST_CHECK(noise.doubt == DiameterDoubt::no_particles);
    DOCTEST_CHECK_MESSAGE(noise.text.find("candidates") != noise.text.npos, noise.text);
    DOCTEST_CHECK(curve({200.0, 200.0}, 50.0, 0.0, 0.35, 0.6).confidence < curve({200.0, 200.0}).confidence);
    DOCTEST_CHECK(curve({30.0, 30.0}).doubt == DiameterDoubt::at_smallest_end);
    DOCTEST_CHECK(curve({1500.0, 1500.0}).doubt == DiameterDoubt::at_largest_end);
    const DiameterProposal flat = curve({200.0, 200.0}, 50.0, 0.985);
    DOCTEST_CHECK(flat.doubt == DiameterDoubt::flat);
    DOCTEST_CHECK(flat.confidence < 0.2);
    DOCTEST_CHECK(flat.text.find("best guess") != flat.text.npos);
    const DiameterProposal split = curve({100.0, 400.0}, 50.0, 0.0, 0.3);
    DOCTEST_CHECK_FALSE(split.is_sure());
    DOCTEST_CHECK(curve({118.0, 220.0}).doubt == DiameterDoubt::disagreement);
    for (const DiameterDoubt doubt : {DiameterDoubt::no_particles, DiameterDoubt::flat}) {
        DOCTEST_CHECK(std::string(name_of(doubt)).size() > 3);
    }
}

DOCTEST_TEST_CASE("blobs twice as wide are proposed twice the diameter, by any number of threads") {
    fake::Folder folder;
    const auto small = fake::sized_micrographs(folder.path() / "small", 3, 8.0);
    const auto large = fake::sized_micrographs(folder.path() / "large", 3, 16.0);
    DiameterOptions range;
    range.smallest = 24.0;
    range.largest = 180.0;
    const DiameterProposal a = look(small, range);
    range.smallest *= 2.0;
    range.largest *= 2.0;
    const DiameterProposal b = look(large, range);
    range.smallest /= 2.0;
    range.largest /= 2.0;
    DOCTEST_CHECK_MESSAGE(a.is_sure(), a.text);
    DOCTEST_CHECK_MESSAGE(b.is_sure(), b.text);
    DOCTEST_CHECK(b.diameter / a.diameter == doctest::Approx(2.0).epsilon(0.08));
    // The network is surest where the blob's deviation, 16 angstrom, is a quarter of the diameter.
    DOCTEST_CHECK(a.diameter > 50.0);
    DOCTEST_CHECK(a.diameter < 85.0);
    DOCTEST_CHECK(a.micrographs.size() == 3);
    DOCTEST_CHECK(a.curve.front().diameter == doctest::Approx(24.0));
    DOCTEST_CHECK(a.curve.back().diameter == doctest::Approx(180.0));
    const DiameterProposal one = look(small, range, 1);
    DOCTEST_CHECK(one.diameter == a.diameter);
    for (std::size_t i = 0; i < a.curve.size(); ++i) {
        DOCTEST_CHECK(one.curve[i].supports == a.curve[i].supports);
    }
    // Light blobs that are negated, and negated again by the option.
    auto input = small;
    for (InputMicrograph& one_input : input) {
        Micrograph m = read_micrograph(one_input.path);
        for (float& pixel : m.image.pixels) {
            pixel = -pixel;
        }
        one_input.path = folder.path() / (one_input.stem + "-negated.mrc");
        write_image(one_input.path, m.image, 2.0);
    }
    DOCTEST_CHECK(look(input, range).doubt == DiameterDoubt::no_particles);
    range.invert = true;
    DOCTEST_CHECK(look(input, range).diameter == a.diameter);
}

DOCTEST_TEST_CASE("micrographs are spread over the inputs; fewer than asked, and those that cannot be read") {
    fake::Folder folder;
    auto inputs = fake::sized_micrographs(folder.path(), 5, 8.0);
    DiameterOptions options;
    options.smallest = 24.0;
    options.largest = 170.0;
    const auto names = [&](const DiameterProposal& p) {
        std::vector<std::string> out;
        for (const std::string& name : p.micrographs) {
            out.push_back(std::filesystem::path(name).filename().string());
        }
        return out;
    };
    DOCTEST_CHECK(names(look(inputs, options)) == std::vector<std::string>{"b0.mrc", "b2.mrc", "b4.mrc"});
    options.micrographs = 1;
    DOCTEST_CHECK(names(look(inputs, options)) == std::vector<std::string>{"b2.mrc"});
    options.micrographs = 9;
    DOCTEST_CHECK(look(inputs, options).micrographs.size() == 5);
    std::filesystem::remove(inputs[2].path);
    options.micrographs = 3;
    Control control;
    control.threads = 2;
    int warnings = 0;
    control.log = [&](int level, const std::string& line) {
        warnings += level == 1 && line.find("b2.mrc") != line.npos ? 1 : 0;
    };
    const DiameterProposal p = propose_diameter(fake::sized_scorer(), inputs, options, control);
    DOCTEST_CHECK(names(p) == std::vector<std::string>{"b0.mrc", "b4.mrc", "b1.mrc"});
    DOCTEST_CHECK(warnings == 1);
    for (const InputMicrograph& input : inputs) {
        std::filesystem::remove(input.path);
    }
    DOCTEST_CHECK_THROWS_WITH_AS(look(inputs, options), doctest::Contains("cannot open"), Error);
}

DOCTEST_TEST_CASE("ranges that cannot be, and models whose scores are no probabilities") {
    fake::Folder folder;
    const auto inputs = fake::sized_micrographs(folder.path(), 2, 8.0); // 360 pixels of 2 A: 12 to 180 A
    const auto refused = [&](double smallest, double largest, const char* what) {
        DiameterOptions options;
        options.smallest = smallest;
        options.largest = largest;
        DOCTEST_CHECK_THROWS_WITH_AS(look(inputs, options), doctest::Contains(what), Error);
    };
    refused(150, 100, "150 to 100");
    refused(100, 120, "too narrow");
    refused(5, 100, "allows 12 to 180");
    refused(50, 500, "allows 12 to 180");
    refused(400, 0, "allows 12 to 180");
    refused(-1, 0, "above 0");
    DiameterOptions options;
    options.micrographs = 0;
    DOCTEST_CHECK_THROWS_WITH_AS(look(inputs, options), doctest::Contains("1 or more"), Error);
    options.micrographs = 3;
    options.pixel_size = 500.0;
    DOCTEST_CHECK_THROWS_WITH_AS(look(inputs, options), doctest::Contains("500"), Error);
    DOCTEST_CHECK_THROWS_WITH_AS(look({}), doctest::Contains("no micrographs"), Error);
    try {
        propose_diameter(fake::scorer(), inputs, {}, {});
        DOCTEST_FAIL_CHECK("scores that are no probabilities were taken");
    } catch (const Error& error) {
        DOCTEST_CHECK(error.status() == Status::unsupported);
    }
}

DOCTEST_TEST_CASE("a search is cancelled from the progress callback") {
    fake::Folder folder;
    const auto inputs = fake::sized_micrographs(folder.path(), 2, 8.0);
    Control control;
    control.threads = 2;
    int events = 0;
    control.progress = [&](const ProgressEvent& event) {
        return std::string(event.stage) == "diameter" && ++events == 6;
    };
    try {
        propose_diameter(fake::sized_scorer(), inputs, {}, control);
        DOCTEST_FAIL_CHECK("it went on");
    } catch (const Error& error) {
        DOCTEST_CHECK(error.status() == Status::cancelled);
        DOCTEST_CHECK(events == 6);
    }
}
