// Screening of hyper-parameters: which networks are tried, and what is refused. Trained ones are in tests/capi.
#include "core/error.hpp"
#include "models/deepem_design.hpp"
#include "training/tune.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

using namespace picker;

DOCTEST_TEST_CASE("candidates are the model's own network and others of the design rule, by the seed alone") {
    const ModelSpec spec = architecture("deepem").spec();
    const auto candidates = tuning_candidates(spec, 12, 5);
    DOCTEST_REQUIRE(candidates.size() == 12);
    DOCTEST_CHECK(candidates[0].window == spec.network.input_size);
    DOCTEST_CHECK(candidates[0].maps == std::vector<int>{6, 12, 12});
    std::set<std::string> seen;
    const auto again = tuning_candidates(spec, 12, 5);
    const auto other = tuning_candidates(spec, 12, 6);
    bool differs = false;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const ModelSpec made = create_model("deepem", 1, candidates[i]).spec; // throws where the sizes do not fit
        const DeepemDesign design = deepem_design(made.network);
        const auto allowed = allowed_kernels(design.box, design.pools);
        DOCTEST_CHECK(std::find(allowed.begin(), allowed.end(), design.kernels) != allowed.end());
        nlohmann::json key = {candidates[i].window, candidates[i].kernels, candidates[i].maps};
        DOCTEST_CHECK(seen.insert(key.dump()).second);
        DOCTEST_CHECK(again[i].kernels == candidates[i].kernels);
        differs = differs || other[i].kernels != candidates[i].kernels;
    }
    DOCTEST_CHECK(differs);
}

DOCTEST_TEST_CASE("a network at a pixel size of its own keeps its box") {
    for (const ModelOptions& candidate : tuning_candidates(architecture("deepem-19s").spec(), 6, 1)) {
        DOCTEST_CHECK(candidate.window == 160);
    }
}

DOCTEST_TEST_CASE("a fixed network and absurd numbers are refused") {
    DOCTEST_CHECK_THROWS_WITH_AS(tuning_candidates(architecture("deeppicker").spec(), 4, 1),
                                 doctest::Contains("the network of deeppicker is fixed"), Error);
    DOCTEST_CHECK_THROWS_WITH_AS(tuning_candidates(architecture("deepem").spec(), 1, 1),
                                 doctest::Contains("tuning over 1 networks"), Error);
}
