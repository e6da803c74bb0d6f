// Seconds for simulated micrographs, structures and views being in memory: simulate_bench [EDGE [COUNT [STRUCTURE]]].
// Wall time and processor time (both threads together) of each, and of the preparation, plain and with --preset
// realistic.
#include "picker/picker.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

struct Watch {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    std::clock_t processor = std::clock();
    void tell(const char* what) const {
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
        std::printf("%-12s %6.2f s, processor %6.2f s\n", what, wall.count(),
                    static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC);
    }
};

void measure(picker_simulation settings, const char* preset, int count) {
    if (preset != nullptr) {
        libpicker::set_preset(settings, preset);
    }
    libpicker::Control control;
    control.threads = 2;
    std::printf("%s\n", preset != nullptr ? preset : "plain");
    const Watch prepare;
    const libpicker::Simulator simulator(settings, control);
    prepare.tell("prepare");
    for (int i = 0; i < count; ++i) {
        const Watch watch;
        const auto made = simulator.make(static_cast<std::uint64_t>(i), control);
        watch.tell((std::to_string(made.truth.size()) + " particles").c_str());
    }
}

} // namespace

int main(int count, char** words) {
    auto settings = libpicker::make<picker_simulation>();
    settings.width = settings.height = count > 1 ? std::atoi(words[1]) : 4096;
    settings.pixel_size = 1.34;
    settings.particles = 200;
    settings.views = 100;
    const char* const structure = count > 3 ? words[3] : nullptr;
    if (structure != nullptr) {
        settings.structures = &structure;
        settings.structure_count = 1;
    } else {
        settings.diameter = 250;
    }
    const int images = count > 2 ? std::atoi(words[2]) : 3;
    measure(settings, nullptr, images);
    measure(settings, "realistic", images);
    return 0;
}
