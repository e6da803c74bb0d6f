// A program that uses LibTorch itself finds its random numbers and thread counts as it left them.
#include "engine/engine.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <dlfcn.h>
#include <thread>

using namespace networks;

DOCTEST_TEST_CASE("the caller's LibTorch is left alone") {
    const auto generator = at::detail::getDefaultCPUGenerator();
    const auto omp_threads = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
    const bool has_openmp = omp_threads != nullptr;
    DOCTEST_REQUIRE(has_openmp);
    at::set_num_threads(2); // the caller's own choice
    const at::Tensor state = generator.get_state();
    const int threads = at::get_num_threads(), omp = omp_threads();

    const NetworkSpec spec = small_softmax();
    const std::vector<float> parameters = random_parameters(spec, 1);
    const auto work = [&] {
        const auto network = picker::engine().create(spec, "cpu");
        network->set_parameters(parameters);
        const std::vector<float> image = random_values(60 * 70, 2, 1.0);
        std::vector<float> scores(1000), gradient(parameters.size());
        network->score(image.data(), 5, scores.data());
        network->score_dense(image.data(), 60, 70, picker::dense_plan(spec, 2), scores.data());
        const std::vector<float> labels(5, 1.0F);
        picker::TrainingShard shard;
        shard.patches = image.data();
        shard.count = 5;
        shard.labels = labels.data();
        (void)network->gradient(shard, gradient);
    };
    std::thread([&] {
        picker::engine().prepare_thread();
        work();
        DOCTEST_CHECK(at::get_num_threads() == 1); // inside LibTorch calls of this thread
        DOCTEST_CHECK(omp_threads() == 1);
    }).join();
    work(); // on the caller's thread too

    DOCTEST_CHECK(at::equal(generator.get_state(), state));
    DOCTEST_CHECK(at::get_num_threads() == threads);
    DOCTEST_CHECK(omp_threads() == omp);
    DOCTEST_CHECK_FALSE(c10::InferenceMode::is_enabled());
    DOCTEST_CHECK(c10::GradMode::is_enabled());
    std::thread([&] { // a thread of the caller's, made afterwards
        DOCTEST_CHECK(at::get_num_threads() == threads);
        DOCTEST_CHECK(omp_threads() == omp);
    })
        .join();
}
