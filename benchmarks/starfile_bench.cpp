// Times reading a STAR file once, with libstarfile or with gemmi. starfile_bench.py runs it beside other readers.
//   starfile_bench make FILE ROWS     writes a particle file of 6 columns, about 98 bytes a row
//   starfile_bench ours|gemmi FILE    prints JSON: seconds to read, and the values seen, so that readers can be
//   compared
#include "starfile/starfile.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <string>
#include <sys/resource.h>

#ifdef STARFILE_BENCH_GEMMI
#include <gemmi/cif.hpp>
#endif

namespace {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double peak_mib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

// RELION's layout: optics, then particles in columns that are 12 wide.
int make(const char* path, long rows) {
    std::ofstream out(path, std::ios::binary);
    out << "\n# version 30001\n\ndata_optics\n\nloop_ \n_rlnOpticsGroup #1 \n_rlnOpticsGroupName #2 "
           "\n_rlnImagePixelSize #3 \n"
           "           1 opticsGroup1     1.770000 \n \n\n# version 30001\n\ndata_particles\n\nloop_ \n"
           "_rlnMicrographName #1 \n_rlnCoordinateX #2 \n_rlnCoordinateY #3 \n_rlnAutopickFigureOfMerit #4 "
           "\n_rlnAnglePsi #5 \n"
           "_rlnOpticsGroup #6 \n";
    std::uint32_t state = 1;
    const auto next = [&](double most) {
        state = state * 1664525u + 1013904223u;
        return most * state / 4294967296.0;
    };
    for (long row = 0; row < rows; ++row) {
        char line[160];
        const double x = next(3710), y = next(3838), score = next(1), psi = next(180);
        const int size =
            std::snprintf(line, sizeof line, "MotionCorr/job002/mic_%05ld.mrc %12.6f %12.6f %12.6f %12.6f %12d \n",
                          row / 200, x, y, score, psi, 1);
        out.write(line, size);
    }
    out << " \n";
    out.close();
    return out ? 0 : 1;
}

void ours(const char* path) {
    const double start = now();
    const starfile::File file = starfile::read(path);
    const double read = now();
    const double memory = peak_mib();
    const starfile::Block& block = file.blocks.back();
    double sum = 0;
    for (const double x : block.numbers(1)) {
        sum += x;
    }
    const double numbers = now();
    const std::size_t bytes = starfile::to_string(file).size();
    const double written = now();
    std::printf(
        "{\"seconds\": %.4f, \"rows\": %zu, \"columns\": %zu, \"sum_x\": %.3f, \"last\": \"%s\", \"peak_mib\": %.0f, "
        "\"numbers_seconds\": %.4f, \"write_seconds\": %.4f, \"written_bytes\": %zu}\n",
        read - start, block.rows(), block.columns(), sum, std::string(block.value(block.rows() - 1, 0)).c_str(), memory,
        numbers - read, written - numbers, bytes);
}

#ifdef STARFILE_BENCH_GEMMI
void gemmi_reads(const char* path) {
    const double start = now();
    const gemmi::cif::Document file = gemmi::cif::read_file(path);
    const double read = now();
    const gemmi::cif::Loop& loop = file.blocks.back().items.front().loop;
    double sum = 0;
    for (std::size_t row = 0; row < loop.length(); ++row) {
        const std::string& text = loop.val(row, 1);
        double x = 0;
        std::from_chars(text.data(), text.data() + text.size(), x);
        sum += x;
    }
    std::printf(
        "{\"seconds\": %.4f, \"rows\": %zu, \"columns\": %zu, \"sum_x\": %.3f, \"last\": \"%s\", \"peak_mib\": %.0f}\n",
        read - start, loop.length(), loop.width(), sum, loop.val(loop.length() - 1, 0).c_str(), peak_mib());
}
#endif

} // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 2 ? argv[1] : "";
    try {
        if (what == "make" && argc == 4) {
            long rows = 0;
            std::from_chars(argv[3], argv[3] + std::strlen(argv[3]), rows);
            return make(argv[2], rows);
        }
        if (what == "ours" && argc == 3) {
            ours(argv[2]);
            return 0;
        }
#ifdef STARFILE_BENCH_GEMMI
        if (what == "gemmi" && argc == 3) {
            gemmi_reads(argv[2]);
            return 0;
        }
#endif
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::fprintf(stderr, "usage: starfile_bench make FILE ROWS | ours FILE | gemmi FILE (where built with gemmi)\n");
    return 2;
}
