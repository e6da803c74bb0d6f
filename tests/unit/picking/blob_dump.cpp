// Shows the blobs that this library finds, for a comparison with trackpy:
// blob_dump FILE WIDTH HEIGHT DIAMETER MASS_MIN reads an image of raw 32-bit floats and prints one line of JSON a blob.
#include "picking/blobs.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>

int main(int argc, char** argv) {
    if (argc != 6) {
        std::cerr << "usage: blob_dump FILE WIDTH HEIGHT DIAMETER MASS_MIN\n";
        return 2;
    }
    try {
        picker::Image image(std::atoi(argv[2]), std::atoi(argv[3]));
        std::ifstream in(argv[1], std::ios::binary);
        in.read(reinterpret_cast<char*>(image.pixels.data()),
                static_cast<std::streamsize>(image.size() * sizeof(float)));
        if (!in) {
            std::cerr << argv[1] << ": cannot be read, or holds fewer pixels than that\n";
            return 1;
        }
        picker::BlobOptions options;
        options.diameter = std::atoi(argv[4]);
        options.mass_min = std::atof(argv[5]);
        for (const picker::Blob& blob : picker::locate_blobs(image, options)) {
            std::printf("[%.17g, %.17g, %.17g, %.17g, %.17g, %.17g]\n", blob.x, blob.y, blob.mass, blob.size,
                        blob.eccentricity, blob.signal);
        }
        return std::fflush(stdout) == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
