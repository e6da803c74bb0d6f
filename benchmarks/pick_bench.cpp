// Dense scoring against the naive sliding window, and the time and memory of picking one micrograph, through the C API.
//   pick_bench MODEL MICROGRAPH DIAMETER_A PIXEL_SIZE_A [THREADS] [--naive]
// MODEL is a .safetensors file or the name of an architecture, which then has its initial weights: they take the same
// time.
#include "picker/picker.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

double seconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// A line of /proc/self/status in MiB: VmRSS now, VmHWM the peak.
double memory(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(key + ":", 0) == 0) {
            return std::atof(line.c_str() + key.size() + 1) / 1024;
        }
    }
    return 0;
}

void reset_peak() {
    std::ofstream("/proc/self/clear_refs") << "5";
}

} // namespace

int main(int count, char** words) {
    if (count < 5) {
        std::fprintf(stderr, "pick_bench MODEL MICROGRAPH DIAMETER_A PIXEL_SIZE_A [THREADS] [--naive]\n");
        return 2;
    }
    try {
        const bool naive = std::strcmp(words[count - 1], "--naive") == 0;
        libpicker::Control control;
        control.threads = count > 5 && !(naive && count == 6) ? std::atoi(words[5]) : 2;
        const double load = seconds([] { picker_has_feature("torch"); });
        const double base = memory("VmRSS");
        std::printf("loading LibTorch           %8.3f s, %.0f MiB resident\n", load, base);
        const std::string name = words[1];
        const auto model =
            name.find('.') != std::string::npos ? libpicker::Model::load(name) : libpicker::Model::create(name, 0);
        auto options = libpicker::make<picker_pick_options>();
        options.diameter = std::atof(words[3]);
        options.pixel_size = std::atof(words[4]);
        reset_peak();
        std::vector<double> times;
        std::size_t picks = 0;
        for (int i = 0; i < 5; ++i) {
            times.push_back(seconds([&] {
                const auto micrograph = libpicker::Micrograph::read(words[2]);
                picks = model.pick(micrograph, options, control).size();
            }));
        }
        const double peak = memory("VmHWM");
        std::printf(
            "file to picks, %d threads   %8.3f s median of 5 (first %.3f), %zu picks, peak %.0f MiB above LibTorch\n",
            control.threads, median(times), times[0], picks, peak - base);
        if (naive) {
            const auto micrograph = libpicker::Micrograph::read(words[2]);
            std::vector<double> dense_times;
            std::vector<float> dense;
            picker_scores_info info{};
            for (int i = 0; i < 5; ++i) {
                dense_times.push_back(seconds([&] {
                    const auto scores = model.score(micrograph, options, control);
                    info = scores.info();
                    dense.assign(scores.data(), scores.data() + static_cast<std::size_t>(info.width) * info.height);
                }));
            }
            picker_scores* raw = nullptr;
            const double naive_time = seconds([&] {
                control.run([&](const picker_control* c) {
                    return picker_score_naive(&raw, model.get(), micrograph.get(), &options, c);
                });
            });
            const libpicker::Scores slow(raw);
            double difference = 0;
            for (std::size_t i = 0; i < dense.size(); ++i) {
                difference = std::max(difference, static_cast<double>(std::abs(dense[i] - slow.data()[i])));
            }
            std::printf("dense %d x %d windows       %8.3f s median of 5\nnaive                      %8.3f s\nratio    "
                        "                  "
                        "%8.1f\nlargest difference         %.2g\n",
                        info.width, info.height, median(dense_times), naive_time, naive_time / median(dense_times),
                        difference);
        }
        return 0;
    } catch (const libpicker::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
