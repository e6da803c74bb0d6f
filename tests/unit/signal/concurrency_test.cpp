// Transforms in several threads at once give the bits that they give alone.
#include "signal/fft.hpp"
#include "signal/recipe.hpp"
#include "signal/resample.hpp"
#include "unit/check.hpp"
#include "unit/signal/naive.hpp"

#include <array>
#include <atomic>
#include <barrier>
#include <cstring>
#include <thread>
#include <vector>

using picker::Image;

namespace {

struct Results {
    Image there_and_back, resampled, prepared;
};

Results work(const Image& image) {
    Results results;
    results.there_and_back = picker::inverse_fft(picker::fft(image));
    results.resampled = picker::fourier_resample(image, image.width / 2 - 3, image.height / 3 + 1);
    picker::Recipe recipe;
    recipe.diameter_pixels = 12.0;
    recipe.steps = {{"clip", 4.0}, {"resample"}, {"gaussian", 0.8}, {"standardise-local", 2.0}};
    results.prepared = picker::prepare(picker::Micrograph{image, 1.0, "noise"}, recipe, 20.0).image;
    return results;
}

bool same_bits(const Image& a, const Image& b) {
    return a.width == b.width && a.height == b.height && a.size() == b.size() &&
           std::memcmp(a.pixels.data(), b.pixels.data(), a.size() * sizeof(float)) == 0;
}

} // namespace

DOCTEST_TEST_CASE("four threads with different sizes at once: every result equals the serial one bit for bit") {
    constexpr std::array<std::array<int, 2>, 4> sizes{{{192, 160}, {371, 202}, {125, 343}, {256, 97}}};
    std::vector<Image> images;
    std::vector<Results> serial;
    for (const auto& [width, height] : sizes) {
        images.push_back(naive::noise(width, height, static_cast<std::uint64_t>(width)));
        serial.push_back(work(images.back()));
    }
    constexpr int rounds = 12;
    std::atomic<int> different = 0, compared = 0;
    std::barrier together(4);
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::size_t round = 0; round < rounds; ++round) {
                together.arrive_and_wait();
                const std::size_t which = (thread + round) % images.size();
                const Results results = work(images[which]);
                different += same_bits(results.there_and_back, serial[which].there_and_back) ? 0 : 1;
                different += same_bits(results.resampled, serial[which].resampled) ? 0 : 1;
                different += same_bits(results.prepared, serial[which].prepared) ? 0 : 1;
                compared += 3;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    DOCTEST_CHECK(compared == 4 * rounds * 3);
    DOCTEST_CHECK(different == 0);
}
