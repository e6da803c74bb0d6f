// Whole micrographs: truth, contrast, signal-to-noise ratio, spectrum, determinism, options that cannot work.
#include "core/error.hpp"
#include "signal/fft.hpp"
#include "simulation/simulate.hpp"
#include "unit/check.hpp"
#include "unit/simulation/volumes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <thread>

using picker::Image;
using picker::SimulatedMicrograph;
using picker::SimulationOptions;
using picker::Simulator;

namespace {

// No noise, and a CTF of -1 at every frequency: the micrograph is the projection itself, dark.
SimulationOptions bare() {
    SimulationOptions o;
    o.snr = 0.0;
    o.defocus = 0.0;
    o.spherical_aberration = 0.0;
    o.amplitude_contrast = 1.0;
    o.b_factor = 0.0;
    return o;
}

struct Centroid {
    double x, y, mass;
};

Centroid dark_centroid(const Image& image, double x, double y, double radius) {
    Centroid c = {0, 0, 0};
    for (int row = 0; row < image.height; ++row) {
        for (int column = 0; column < image.width; ++column) {
            if (std::hypot(column - x, row - y) <= radius) {
                const double dark = -static_cast<double>(image.at(column, row));
                c = {c.x + dark * column, c.y + dark * row, c.mass + dark};
            }
        }
    }
    return {c.x / c.mass, c.y / c.mass, c.mass};
}

double variance(const std::vector<double>& values) {
    const double n = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    return std::accumulate(values.begin(), values.end(), 0.0,
                           [&](double sum, double v) { return sum + (v - mean) * (v - mean); }) /
           n;
}

void check_refused(const SimulationOptions& options, const char* word) {
    try {
        Simulator simulator(options);
        simulator.make(0);
        DOCTEST_FAIL_CHECK("accepted: ", word);
    } catch (const picker::Error& error) {
        DOCTEST_CHECK_MESSAGE(std::string(error.what()).find(word) != std::string::npos, error.what());
        DOCTEST_CHECK(error.status() == picker::Status::invalid_argument);
    }
}

} // namespace

DOCTEST_TEST_CASE("particles are dark, and their centres of mass lie at the truth (columns and rows not exchanged)") {
    SimulationOptions o = bare();
    o.width = 700;
    o.height = 260;
    o.particles = 9;
    o.min_distance = 1.6;
    const SimulatedMicrograph m = Simulator(o).make(3);
    DOCTEST_REQUIRE(m.micrograph.image.width == 700);
    DOCTEST_REQUIRE(m.micrograph.image.height == 260);
    DOCTEST_REQUIRE(m.truth.size() == 9);
    DOCTEST_CHECK(m.micrograph.pixel_size == 4.0);
    DOCTEST_CHECK(m.diameter == doctest::Approx(180.0).epsilon(1e-6));
    DOCTEST_CHECK(*std::max_element(m.truth.x.begin(), m.truth.x.end()) > 260);
    double total = 0.0;
    for (std::size_t i = 0; i < m.truth.size(); ++i) {
        const Centroid c = dark_centroid(m.micrograph.image, m.truth.x[i], m.truth.y[i], 32.0);
        DOCTEST_CHECK(c.mass > 0.0);
        DOCTEST_CHECK(std::abs(c.x - m.truth.x[i]) < 0.2);
        DOCTEST_CHECK(std::abs(c.y - m.truth.y[i]) < 0.2);
        total += c.mass;
    }
    // Nothing else is in the picture.
    const double all = -std::accumulate(m.micrograph.image.pixels.begin(), m.micrograph.image.pixels.end(), 0.0);
    DOCTEST_CHECK(total == doctest::Approx(all).epsilon(0.02));
}

DOCTEST_TEST_CASE("a volume file is centred by mass, measured, and turned as the truth says") {
    // Two blobs far from the middle of a box that is no cube: after centring, the small one must appear at the place
    // that RELION's matrix gives, written out here.
    const volumes::Blob large = {{14, 30, 20}, 3.0, 1.0};
    const volumes::Blob small = {{30, 22, 12}, 2.2, 1.0};
    const volumes::TemporaryFile file("picker_simulation_two_blobs.mrc");
    volumes::write_mrc(file.path, volumes::gaussians(48, 44, 36, 5.0, {large, small}));
    SimulationOptions o = bare();
    o.structures = {file.path.string()};
    o.width = 300;
    o.height = 420;
    o.particles = 6;
    o.min_distance = 1.8;
    const Simulator simulator(o);
    DOCTEST_CHECK(simulator.diameter() > 5.0 * 19.6); // the blobs are 19.6 voxels apart
    const SimulatedMicrograph m = simulator.make(0);
    DOCTEST_REQUIRE(m.truth.size() == 6);
    const double large_mass = std::pow(large.sigma, 3);
    const double share = large_mass / (large_mass + std::pow(small.sigma, 3));
    const double degree = std::numbers::pi / 180.0;
    int far_apart = 0;
    for (std::size_t i = 0; i < m.truth.size(); ++i) {
        const double rot = m.truth.column("rot")->at(i) * degree;
        const double tilt = m.truth.column("tilt")->at(i) * degree;
        const double psi = m.truth.column("psi")->at(i) * degree;
        DOCTEST_CHECK(m.truth.column("structure")->at(i) == 0.0);
        double v[3] = {};
        for (std::size_t axis = 0; axis < 3; ++axis) {
            v[axis] = share * (small.at[axis] - large.at[axis]) * 5.0 / 4.0; // pixels from the centre of mass
        }
        // One turn of the frame after the other.
        const double x1 = std::cos(rot) * v[0] + std::sin(rot) * v[1];
        const double y1 = -std::sin(rot) * v[0] + std::cos(rot) * v[1];
        const double x2 = std::cos(tilt) * x1 - std::sin(tilt) * v[2];
        const double x3 = std::cos(psi) * x2 + std::sin(psi) * y1;
        const double y3 = -std::sin(psi) * x2 + std::cos(psi) * y1;
        if (std::hypot(x3, y3) / share < 17.0) {
            continue; // the blobs lie over each other in this view
        }
        ++far_apart;
        const Centroid c = dark_centroid(m.micrograph.image, m.truth.x[i] + x3, m.truth.y[i] + y3, 7.0);
        DOCTEST_CHECK(std::abs(c.x - m.truth.x[i] - x3) < 0.6);
        DOCTEST_CHECK(std::abs(c.y - m.truth.y[i] - y3) < 0.6);
    }
    DOCTEST_CHECK(far_apart >= 2);
}

DOCTEST_TEST_CASE("the signal-to-noise ratio is the one asked for, and noise leaves the signal where it is") {
    SimulationOptions o;
    o.width = 640;
    o.height = 500;
    o.particles = 40;
    SimulationOptions silent = o;
    silent.snr = 0.0;
    const SimulatedMicrograph clean = Simulator(silent).make(1);
    for (const double snr : {0.05, 0.5}) {
        for (const double ice : {0.0, 0.25, 1.0}) {
            o.snr = snr;
            o.ice_noise = ice;
            const SimulatedMicrograph noisy = Simulator(o).make(1);
            DOCTEST_REQUIRE(noisy.truth.x == clean.truth.x);
            std::vector<double> noise;
            std::vector<double> inside;
            for (int y = 0; y < o.height; ++y) {
                for (int x = 0; x < o.width; ++x) {
                    const double signal = clean.micrograph.image.at(x, y);
                    noise.push_back(noisy.micrograph.image.at(x, y) - signal);
                    for (std::size_t i = 0; i < clean.truth.size(); ++i) {
                        if (std::hypot(x - clean.truth.x[i], y - clean.truth.y[i]) <= 22.5) {
                            inside.push_back(signal);
                            break;
                        }
                    }
                }
            }
            DOCTEST_CHECK(variance(inside) / variance(noise) == doctest::Approx(snr).epsilon(0.05));
        }
    }
}

DOCTEST_TEST_CASE(
    "the signal's spectrum is the projection's times the CTF; ice noise shows the CTF, white noise does not") {
    SimulationOptions flat = bare();
    flat.width = flat.height = 512;
    flat.particles = 1;
    SimulationOptions o = flat;
    o.defocus = 18000.0;
    o.spherical_aberration = 2.7;
    o.amplitude_contrast = 0.1;
    o.b_factor = 80.0;
    // A particle near the middle, so that its rings stay in the picture.
    std::uint64_t index = 0;
    for (;; ++index) {
        const auto m = Simulator(flat).make(index);
        if (std::hypot(m.truth.x[0] - 256, m.truth.y[0] - 256) < 60) {
            break;
        }
    }
    picker::Spectrum plain = picker::fft(Simulator(flat).make(index).micrograph.image);
    picker::Spectrum imaged = picker::fft(Simulator(o).make(index).micrograph.image);
    const double pi = std::numbers::pi;
    const double wavelength = 0.0196875;
    std::vector<double> ratio;
    std::vector<double> expected;
    for (const auto& [column, row] : {std::pair{8, 3}, {20, 30}, {33, 5}, {40, 12}, {5, 50}, {48, 20}}) {
        const double k2 = (column * column + row * row) / (512.0 * 4.0 * 512.0 * 4.0);
        const double chi = pi * wavelength * 18000.0 * k2 - pi / 2 * 2.7e7 * std::pow(wavelength, 3) * k2 * k2;
        expected.push_back((-std::sqrt(1 - 0.01) * std::sin(chi) - 0.1 * std::cos(chi)) * std::exp(-80.0 * k2 / 4));
        // The flat CTF is -1.
        ratio.push_back(static_cast<double>((-imaged.at(column, row) / plain.at(column, row)).real()));
    }
    const double scale = std::inner_product(ratio.begin(), ratio.end(), expected.begin(), 0.0) /
                         std::inner_product(expected.begin(), expected.end(), expected.begin(), 0.0);
    for (std::size_t i = 0; i < ratio.size(); ++i) {
        DOCTEST_CHECK(ratio[i] / scale == doctest::Approx(expected[i]).epsilon(0.03));
    }

    // Noise alone: power round the first zero of the CTF against the power round its second extremum.
    o.particles = 0;
    o.snr = 0.1;
    for (const double ice : {0.0, 1.0}) {
        o.ice_noise = ice;
        picker::Spectrum noise = picker::fft(Simulator(o).make(0).micrograph.image);
        double at_zero = 0.0;
        double at_extremum = 0.0;
        int zeros = 0;
        int extrema = 0;
        for (int row = -255; row < 256; ++row) {
            for (int column = 1; column < 256; ++column) {
                const double k = std::hypot(column, row) / (512.0 * 4.0);
                const double value = std::abs(picker::ctf(k, 18000.0, 300.0, 2.7, 0.1, 0.0));
                const double power = std::norm(noise.at(column, (row + 512) % 512));
                if (k > 0.03 && k < 0.09 && value < 0.1) {
                    at_zero += power;
                    ++zeros;
                } else if (k > 0.03 && k < 0.09 && value > 0.99) {
                    at_extremum += power;
                    ++extrema;
                }
            }
        }
        const double contrast = at_zero / zeros / (at_extremum / extrema);
        if (ice == 0.0) {
            DOCTEST_CHECK(contrast == doctest::Approx(1.0).epsilon(0.08));
        } else {
            DOCTEST_CHECK(contrast < 0.03);
        }
    }
}

DOCTEST_TEST_CASE("one seed and index is one image on any thread; others differ") {
    SimulationOptions o;
    o.width = 256;
    o.height = 200;
    o.particles = 5;
    o.defocus_spread = 3000.0;
    const Simulator simulator(o);
    std::vector<SimulatedMicrograph> made(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < made.size(); ++i) {
        threads.emplace_back([&, i] { made[i] = simulator.make(i); });
    }
    for (auto& t : threads) {
        t.join();
    }
    const Simulator again(o);
    for (std::size_t i = 0; i < made.size(); ++i) {
        const SimulatedMicrograph m = again.make(i);
        DOCTEST_CHECK(m.micrograph.image.pixels == made[i].micrograph.image.pixels);
        DOCTEST_CHECK(m.truth.x == made[i].truth.x);
        DOCTEST_CHECK(*m.truth.column("psi") == *made[i].truth.column("psi"));
        DOCTEST_CHECK(std::abs(m.defocus.mean() - 15000.0) <= 3000.0);
    }
    DOCTEST_CHECK(made[0].micrograph.image.pixels != made[1].micrograph.image.pixels);
    DOCTEST_CHECK(made[0].truth.x != made[1].truth.x);
    DOCTEST_CHECK(made[0].defocus.u != made[1].defocus.u);
    o.seed = 1;
    DOCTEST_CHECK(Simulator(o).make(0).truth.x != made[0].truth.x);
}

DOCTEST_TEST_CASE("more particles than fit gives fewer; none gives noise alone") {
    SimulationOptions o;
    o.width = o.height = 200;
    o.particles = 5000;
    const auto crowded = Simulator(o).make(0);
    DOCTEST_CHECK(crowded.truth.size() >= 4);
    DOCTEST_CHECK(crowded.truth.size() < 20);
    o.particles = 0;
    const auto empty = Simulator(o).make(0);
    DOCTEST_CHECK(empty.truth.empty());
    DOCTEST_CHECK(empty.truth.column("rot") != nullptr);
    std::vector<double> pixels(empty.micrograph.image.pixels.begin(), empty.micrograph.image.pixels.end());
    DOCTEST_CHECK(variance(pixels) == doctest::Approx(10.0).epsilon(0.05));
}

DOCTEST_TEST_CASE("two structures are mixed and named in the truth") {
    const volumes::TemporaryFile a("picker_simulation_a.mrc");
    const volumes::TemporaryFile b("picker_simulation_b.mrc");
    volumes::write_mrc(a.path, volumes::gaussians(32, 32, 32, 5.0, {{{16, 16, 16}, 4.0, 1.0}}));
    volumes::write_mrc(b.path, volumes::gaussians(40, 40, 40, 5.0, {{{20, 20, 20}, 6.0, 300.0}}));
    SimulationOptions o = bare();
    o.structures = {a.path.string(), b.path.string()};
    o.particles = 60;
    const Simulator simulator(o);
    const auto m = simulator.make(0);
    const auto& structure = *m.truth.column("structure");
    const auto of_second = std::count(structure.begin(), structure.end(), 1.0);
    DOCTEST_CHECK(of_second > 15);
    DOCTEST_CHECK(of_second < 45);
    // A file's arbitrary units do not decide its contrast: a body 1.5 times as thick is 1.5 times as dark.
    double dark[2] = {};
    for (std::size_t i = 0; i < structure.size(); ++i) {
        dark[structure[i] == 1.0 ? 1 : 0] = -static_cast<double>(m.micrograph.image.at(
            static_cast<int>(std::lround(m.truth.x[i])), static_cast<int>(std::lround(m.truth.y[i]))));
    }
    DOCTEST_CHECK(dark[1] / dark[0] == doctest::Approx(1.5).epsilon(0.03));
}

DOCTEST_TEST_CASE("options that cannot work are refused by name") {
    SimulationOptions o;
    o.pixel_size = 30.0; // the phantom would be 6 pixels long
    check_refused(o, "lower the pixel size");
    o = {};
    o.width = 44;
    check_refused(o, "does not fit");
    o = {};
    o.width = 0;
    check_refused(o, "width");
    o = {};
    o.snr = std::nan("");
    check_refused(o, "snr");
    o = {};
    o.amplitude_contrast = 1.5;
    check_refused(o, "amplitude_contrast");
    o = {};
    o.particles = -1;
    check_refused(o, "particles");
    o = bare();
    o.amplitude_contrast = 0.0; // in focus and no amplitude contrast: nothing to see
    check_refused(o, "zero at every frequency");
    o = {};
    o.structures = {"no/such/structure.mrc"};
    try {
        Simulator simulator(o);
        DOCTEST_FAIL_CHECK("a missing structure was accepted");
    } catch (const picker::Error& error) {
        DOCTEST_CHECK(std::string(error.what()).find("no/such/structure.mrc") != std::string::npos);
    }
    o.diameter = 100.0;
    check_refused(o, "is measured");
}
