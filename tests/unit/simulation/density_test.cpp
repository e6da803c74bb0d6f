// Structures: the longest axis against known shapes and real molecules, centre and scale, damaged volumes.
#include "core/error.hpp"
#include "simulation/density.hpp"
#include "unit/check.hpp"
#include "unit/simulation/volumes.hpp"

#include <algorithm>
#include <limits>

using picker::Density;
using picker::Volume;

namespace {

// An ellipsoid with an oblique long axis; the density falls linearly through 0.5 at its surface.
Volume ellipsoid(double long_axis, double short_axis) {
    Volume volume;
    volume.nx = 70;
    volume.ny = 60;
    volume.nz = 50;
    volume.voxel_size = 3.0;
    const double u[3] = {0.8, 0.48, 0.36};
    for (int z = 0; z < volume.nz; ++z) {
        for (int y = 0; y < volume.ny; ++y) {
            for (int x = 0; x < volume.nx; ++x) {
                const double d[3] = {x - 34.3, y - 30.1, z - 24.6};
                const double along = d[0] * u[0] + d[1] * u[1] + d[2] * u[2];
                const double across2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] - along * along;
                const double r =
                    std::sqrt(along * along / (long_axis * long_axis / 4) + across2 / (short_axis * short_axis / 4));
                volume.voxels.push_back(static_cast<float>(std::clamp(0.5 + 6.0 * (1.0 - r), 0.0, 1.0)));
            }
        }
    }
    return volume;
}

std::filesystem::path structure(const char* name) {
    return std::filesystem::path(PICKER_SOURCE_DIR) / ".." / "shared" / "data" / "structures" / name;
}

} // namespace

DOCTEST_TEST_CASE("the longest axis of an ellipsoid is found to half a voxel, dust apart from it does not count") {
    Volume volume = ellipsoid(44.0, 20.0);
    DOCTEST_CHECK(picker::longest_axis(volume, 0.5) == doctest::Approx(44.0).epsilon(0.5 / 44.0));
    volume.voxels[0] = volume.voxels[1] = 1.0F; // a corner
    DOCTEST_CHECK(picker::longest_axis(volume, 0.5) == doctest::Approx(44.0).epsilon(0.5 / 44.0));
}

DOCTEST_TEST_CASE("the longest axis equals the exhaustive search over all pairs of voxels") {
    const Volume volume =
        volumes::gaussians(24, 20, 22, 1.0, {{{8, 9, 10}, 2.0, 1.0}, {{15, 11, 8}, 1.5, 1.0}, {{12, 8, 15}, 1.2, 1.0}});
    std::vector<std::array<int, 3>> points;
    for (int z = 0; z < volume.nz; ++z) {
        for (int y = 0; y < volume.ny; ++y) {
            for (int x = 0; x < volume.nx; ++x) {
                if (volume.voxels[static_cast<std::size_t>((z * volume.ny + y) * volume.nx + x)] >= 0.3F) {
                    points.push_back({x, y, z});
                }
            }
        }
    }
    double longest = 0.0;
    for (const auto& a : points) {
        for (const auto& b : points) {
            longest = std::max(longest, std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
        }
    }
    const double found = picker::longest_axis(volume, 0.3);
    DOCTEST_CHECK(found >= longest); // the surface lies between voxels, less than one voxel beyond either end
    DOCTEST_CHECK(found < longest + 2.0);
}

DOCTEST_TEST_CASE("the phantom is exactly as long as asked") {
    for (const double diameter : {90.0, 180.0, 400.0}) {
        DOCTEST_CHECK(picker::make_density(picker::phantom_volume(diameter), "phantom").diameter ==
                      doctest::Approx(diameter).epsilon(1e-6));
    }
}

DOCTEST_TEST_CASE("solvent level, scale and box size of a map do not matter") {
    const std::vector<volumes::Blob> blobs = {{{14, 16, 12}, 3.0, 1.0}, {{20, 14, 15}, 2.0, 1.5}};
    const Volume volume = volumes::gaussians(36, 32, 30, 2.0, blobs);
    const Density plain = picker::make_density(volume, "plain");

    Volume shifted = volume;
    for (float& v : shifted.voxels) {
        v = 250.0F * v + 40.0F;
    }
    std::vector<volumes::Blob> moved = blobs;
    for (auto& b : moved) {
        b.at = {b.at[0] + 9, b.at[1] + 5, b.at[2] + 11};
    }
    for (const Density& other : {picker::make_density(shifted, "shifted"),
                                 picker::make_density(volumes::gaussians(60, 50, 52, 2.0, moved), "larger box")}) {
        DOCTEST_CHECK(other.diameter == doctest::Approx(plain.diameter).epsilon(1e-3));
        const float top = *std::max_element(plain.voxels.begin(), plain.voxels.end());
        DOCTEST_CHECK(*std::max_element(other.voxels.begin(), other.voxels.end()) ==
                      doctest::Approx(top).epsilon(1e-3));
    }
}

DOCTEST_TEST_CASE("volumes without a usable structure are refused by name") {
    using picker::make_density;
    Volume volume = volumes::gaussians(16, 16, 16, 2.0, {{{8, 8, 8}, 2.0, 1.0}});
    const auto message = [](const Volume& v) {
        try {
            make_density(v, "bad.mrc");
        } catch (const picker::Error& error) {
            DOCTEST_CHECK(error.status() == picker::Status::bad_file);
            return std::string(error.what());
        }
        return std::string();
    };
    DOCTEST_CHECK(message(volume).empty());
    Volume other = volume;
    other.voxel_size = 0.0;
    DOCTEST_CHECK(message(other).find("voxel size of bad.mrc") != std::string::npos);
    other = volume;
    other.voxels[77] = std::numeric_limits<float>::quiet_NaN();
    DOCTEST_CHECK(message(other).find("not numbers") != std::string::npos);
    other = volume;
    std::fill(other.voxels.begin(), other.voxels.end(), 3.0F);
    DOCTEST_CHECK(message(other).find("no density above its solvent") != std::string::npos);
    other = volume;
    other.nz = 1;
    other.voxels.resize(256);
    DOCTEST_CHECK(message(other).find("16 x 16 x 1") != std::string::npos);
}

DOCTEST_TEST_CASE("real molecules are as long as they are known to be") {
    struct Known {
        const char* file;
        double shortest, longest; // angstrom
    };
    // Beta-galactosidase about 180-191; the 70S ribosome 260-300; and three whose deposited atoms span 130.8, 174.4
    // and 181.5, to which the resolution of the maps adds a few angstrom.
    for (const Known& known :
         {Known{"1f4a_10A.mrc", 176, 200}, Known{"4v4r_5A.mrc", 260, 300}, Known{"1bxn_5A.mrc", 129, 142},
          Known{"1qvr_5A.mrc", 172, 185}, Known{"3j9i_5A.mrc", 180, 193}}) {
        if (!std::filesystem::exists(structure(known.file))) {
            DOCTEST_MESSAGE("skipped: ", known.file, " is not in ../shared/data/structures");
            continue;
        }
        const Density density = picker::make_density(picker::read_mrc_volume(structure(known.file)), known.file);
        DOCTEST_CHECK_MESSAGE(density.diameter > known.shortest, known.file, " ", density.diameter);
        DOCTEST_CHECK_MESSAGE(density.diameter < known.longest, known.file, " ", density.diameter);
    }
}
