// Projections against the closed form of Gaussian blobs from any direction, and RELION's Euler angles.
#include "simulation/project.hpp"
#include "unit/check.hpp"
#include "unit/simulation/volumes.hpp"

#include <algorithm>
#include <numbers>
#include <numeric>

using picker::Density;
using picker::Image;
using picker::Matrix3;
using picker::Orientation;

namespace {

Matrix3 product(const Matrix3& a, const Matrix3& b) {
    Matrix3 c = {};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            for (std::size_t k = 0; k < 3; ++k) {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    return c;
}

// RELION: the coordinate system is turned about z by rot, about the new y by tilt, about the new z by psi.
Matrix3 relion_matrix(const Orientation& o) {
    const auto about_z = [](double degrees) {
        const double a = degrees * std::numbers::pi / 180.0;
        return Matrix3{{{std::cos(a), std::sin(a), 0}, {-std::sin(a), std::cos(a), 0}, {0, 0, 1}}};
    };
    const double b = o.tilt * std::numbers::pi / 180.0;
    const Matrix3 about_y = {{{std::cos(b), 0, -std::sin(b)}, {0, 1, 0}, {std::sin(b), 0, std::cos(b)}}};
    return product(about_z(o.psi), product(about_y, about_z(o.rot)));
}

const std::vector<Orientation> directions = {{0, 0, 0},      {37, 0, 0},      {0, 52, 0},   {0, 0, 71},
                                             {25, 70, -110}, {-140, 120, 35}, {162, 33, 98}};

// Two blobs of different size; densities in units of the peak of the first.
const std::vector<volumes::Blob> two_blobs = {{{26, 22, 24}, 4.0, 1.0}, {{38, 31, 17}, 3.5, 0.8}};

} // namespace

DOCTEST_TEST_CASE("the Euler matrix is RELION's: three turns of the coordinate system, z y z") {
    for (const Orientation& o : directions) {
        const Matrix3 expected = relion_matrix(o);
        const Matrix3 found = picker::euler_matrix(o);
        for (std::size_t i = 0; i < 3; ++i) {
            for (std::size_t j = 0; j < 3; ++j) {
                DOCTEST_CHECK(found[i][j] == doctest::Approx(expected[i][j]).epsilon(1e-12));
            }
        }
    }
}

DOCTEST_TEST_CASE("two blobs project to the sum of two Gaussians where RELION's angles put them") {
    const double voxel = 3.0;
    const Density density = picker::make_density(volumes::gaussians(64, 56, 48, voxel, two_blobs), "blobs");
    // Everything here is from the blobs' closed form: masses, centre of mass, and the self-weighted mean density
    // (the integral of the square over the integral), which the library divides by.
    double mass = 0.0;
    double squares = 0.0;
    std::array<double, 3> com = {};
    for (const auto& a : two_blobs) {
        const double m = a.peak * std::pow(2 * std::numbers::pi * a.sigma * a.sigma, 1.5);
        mass += m;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            com[axis] += m * a.at[axis];
        }
        for (const auto& b : two_blobs) {
            const double s2 = a.sigma * a.sigma + b.sigma * b.sigma;
            const double d2 =
                std::pow(a.at[0] - b.at[0], 2) + std::pow(a.at[1] - b.at[1], 2) + std::pow(a.at[2] - b.at[2], 2);
            squares += a.peak * b.peak *
                       std::pow(2 * std::numbers::pi * a.sigma * a.sigma * b.sigma * b.sigma / s2, 1.5) *
                       std::exp(-0.5 * d2 / s2);
        }
    }
    const double typical = squares / mass;

    // Pixels of the size of a voxel, much smaller (interpolated) and much larger (several rays).
    for (const double pixel : {3.0, 1.1, 7.0}) {
        for (const Orientation& o : directions) {
            const double x = 300.0 / pixel / 2 + 0.3;
            const double y = 240.0 / pixel / 2 - 0.2;
            Image image(static_cast<int>(300.0 / pixel), static_cast<int>(240.0 / pixel));
            picker::add_projection(image, pixel, density, o, x, y);
            const Matrix3 m = relion_matrix(o);
            double worst = 0.0;
            double top = 0.0;
            for (int row = 0; row < image.height; ++row) {
                for (int column = 0; column < image.width; ++column) {
                    double expected = 0.0;
                    for (const auto& b : two_blobs) {
                        double at[2] = {};
                        for (std::size_t i = 0; i < 2; ++i) {
                            for (std::size_t axis = 0; axis < 3; ++axis) {
                                at[i] += m[i][axis] * (b.at[axis] - com[axis] / mass) * voxel;
                            }
                        }
                        const double s = b.sigma * voxel;
                        // The mean over the pixel by the error function, column and row apart.
                        const auto mean = [&](double centre) {
                            const double root = s * std::sqrt(2.0);
                            return s * std::sqrt(std::numbers::pi / 2) / pixel *
                                   (std::erf((centre + pixel / 2) / root) - std::erf((centre - pixel / 2) / root));
                        };
                        expected += b.peak / typical * s * std::sqrt(2 * std::numbers::pi) *
                                    mean((column - x) * pixel - at[0]) * mean((row - y) * pixel - at[1]);
                    }
                    worst = std::max(worst, std::abs(static_cast<double>(image.at(column, row)) - expected));
                    top = std::max(top, expected);
                }
            }
            // Trilinear interpolation flattens a peak of 3.5 voxels sigma by up to 2 %.
            DOCTEST_CHECK_MESSAGE(worst < 0.025 * top, "pixel ", pixel, " tilt ", o.tilt, ": ", worst / top);
        }
    }
}

DOCTEST_TEST_CASE("a projection holds the mass of the structure, whatever the direction and the pixel size") {
    const Density density = picker::make_density(picker::phantom_volume(180.0), "phantom");
    const double mass =
        std::accumulate(density.voxels.begin(), density.voxels.end(), 0.0) * std::pow(density.voxel_size, 3);
    for (const double pixel : {1.5, 4.0, 12.0}) {
        for (const Orientation& o : directions) {
            const int side = static_cast<int>(320.0 / pixel);
            Image image(side, side);
            picker::add_projection(image, pixel, density, o, side / 2.0 + 0.1, side / 2.0 + 0.4);
            const double sum = std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0) * pixel * pixel;
            DOCTEST_CHECK(sum == doctest::Approx(mass).epsilon(0.005));
        }
    }
}

DOCTEST_TEST_CASE("a projection is cut at the border and added to what is there") {
    const Density density = picker::make_density(picker::phantom_volume(180.0), "phantom");
    const Orientation o = {10, 20, 30};
    Image whole(80, 60);
    picker::add_projection(whole, 4.0, density, o, 40.0, 30.0);
    Image part(45, 33, 1.0F);
    picker::add_projection(part, 4.0, density, o, 4.0, 3.0);
    for (int y = 0; y < 33; ++y) {
        for (int x = 0; x < 44; ++x) {
            const float expected = y + 27 < 60 && x + 36 < 80 ? whole.at(x + 36, y + 27) : 0.0F;
            DOCTEST_REQUIRE(part.at(x, y) == doctest::Approx(1.0F + expected).epsilon(1e-4));
        }
    }
}

DOCTEST_TEST_CASE("the phantom's three main views and their mirror images differ") {
    const Density density = picker::make_density(picker::phantom_volume(180.0), "phantom");
    std::vector<Image> views;
    for (const Orientation& o : {Orientation{0, 0, 0}, Orientation{0, 90, 0}, Orientation{90, 90, 0}}) {
        Image image(61, 61);
        picker::add_projection(image, 4.0, density, o, 30.0, 30.0);
        views.push_back(image);
        std::reverse(image.pixels.begin(), image.pixels.end());
        views.push_back(image);
        for (int y = 0; y < 61; ++y) {
            std::reverse(image.row(y).begin(), image.row(y).end());
        }
        views.push_back(image);
    }
    for (std::size_t i = 0; i < views.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            double difference = 0.0;
            double power = 0.0;
            for (std::size_t p = 0; p < views[i].size(); ++p) {
                difference += std::pow(views[i].pixels[p] - views[j].pixels[p], 2);
                power += std::pow(views[i].pixels[p], 2);
            }
            DOCTEST_CHECK(difference > 0.05 * power);
        }
    }
}

DOCTEST_TEST_CASE("orientations are uniform over all rotations (chi-square)") {
    picker::Random random(11);
    std::array<std::array<int, 20>, 3> counts = {};
    const int n = 40000;
    for (int i = 0; i < n; ++i) {
        const Orientation o = picker::random_orientation(random);
        const double unit[3] = {(o.rot + 180) / 360, (1 - std::cos(o.tilt * std::numbers::pi / 180)) / 2,
                                (o.psi + 180) / 360};
        for (std::size_t angle = 0; angle < 3; ++angle) {
            DOCTEST_REQUIRE(unit[angle] >= 0.0);
            ++counts[angle][std::min<std::size_t>(19, static_cast<std::size_t>(unit[angle] * 20))];
        }
    }
    for (const auto& bins : counts) {
        double chi2 = 0.0;
        for (const int c : bins) {
            chi2 += std::pow(c - n / 20.0, 2) / (n / 20.0);
        }
        DOCTEST_CHECK(chi2 < 43.8); // 19 degrees of freedom, p = .001
    }
}
