// Volumes with a known answer for the simulation tests, and a minimal MRC writer independent of the library's.
#pragma once

#include "io/micrograph_file.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace volumes {

struct Blob {
    std::array<double, 3> at; // voxels
    double sigma, peak;
};

inline picker::Volume gaussians(int nx, int ny, int nz, double voxel_size, const std::vector<Blob>& blobs) {
    picker::Volume volume;
    volume.nx = nx;
    volume.ny = ny;
    volume.nz = nz;
    volume.voxel_size = voxel_size;
    for (int z = 0; z < nz; ++z) {
        for (int y = 0; y < ny; ++y) {
            for (int x = 0; x < nx; ++x) {
                double value = 0.0;
                for (const Blob& b : blobs) {
                    const double r2 =
                        (x - b.at[0]) * (x - b.at[0]) + (y - b.at[1]) * (y - b.at[1]) + (z - b.at[2]) * (z - b.at[2]);
                    value += b.peak * std::exp(-0.5 * r2 / (b.sigma * b.sigma));
                }
                volume.voxels.push_back(static_cast<float>(value));
            }
        }
    }
    return volume;
}

inline void write_mrc(const std::filesystem::path& path, const picker::Volume& volume) {
    std::array<char, 1024> header = {};
    const auto put = [&](std::size_t word, auto value) { std::memcpy(header.data() + 4 * word, &value, 4); };
    const std::array<std::int32_t, 3> n = {volume.nx, volume.ny, volume.nz};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        put(axis, n[axis]);
        put(7 + axis, n[axis]);
        put(10 + axis, static_cast<float>(n[axis] * volume.voxel_size));
        put(13 + axis, 90.0F);
        put(16 + axis, static_cast<std::int32_t>(axis + 1));
    }
    put(3, std::int32_t{2});
    put(22, std::int32_t{1});
    std::memcpy(header.data() + 208, "MAP \x44\x44", 6);
    std::ofstream file(path, std::ios::binary);
    file.write(header.data(), static_cast<std::streamsize>(header.size()));
    file.write(reinterpret_cast<const char*>(volume.voxels.data()),
               static_cast<std::streamsize>(volume.voxels.size() * sizeof(float)));
}

// A file in the temporary folder that goes away with the test.
struct TemporaryFile {
    std::filesystem::path path;
    explicit TemporaryFile(const std::string& name) : path(std::filesystem::temp_directory_path() / name) {}
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
};

} // namespace volumes
