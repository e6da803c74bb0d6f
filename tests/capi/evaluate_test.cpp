// Evaluation through the C API, on cases small enough for pencil and paper.
#include "capi/support.hpp"

#include <cmath>

using namespace capi;

namespace {

struct Case {
    libpicker::Picks predicted, truth;
    picker_evaluate_item item = make<picker_evaluate_item>();
    picker_evaluate_options options = make<picker_evaluate_options>();
    Case() {
        truth.append({20, 50, 80, 20}, {30, 30, 30, 90}, {});
        // Right (dx 1, dy 2), a second pick on the same particle, right (dx 3, dy 0), nowhere.
        predicted.append({21, 19, 53, 60}, {32, 30, 30, 70}, {0.9, 0.8, 0.7, 0.6});
        item.predicted = predicted.get();
        item.truth = truth.get();
        item.width = 200;
        item.height = 100;
        options.diameter = 20;
    }
    picker_evaluation_result result(const char* group = nullptr) const {
        EvaluationOwner evaluation;
        ok(picker_evaluate(evaluation.out(), &item, 1, &options));
        auto filled = make<picker_evaluation_result>();
        ok(picker_evaluation_get(evaluation.get(), group, &filled));
        return filled;
    }
};

} // namespace

DOCTEST_TEST_CASE("counts, scores and offsets of a case done by hand") {
    const Case c;
    const auto r = c.result();
    DOCTEST_CHECK(r.radius == 10);
    DOCTEST_CHECK(r.picks == 4);
    DOCTEST_CHECK(r.truth == 4);
    DOCTEST_CHECK(r.matched == 2);
    DOCTEST_CHECK(r.duplicates == 1);
    DOCTEST_CHECK(r.precision == 0.5);
    DOCTEST_CHECK(r.recall == 0.5);
    DOCTEST_CHECK(r.f_beta == 0.5);
    // After each pick: P 1, 1/2, 2/3, 1/2; R 1/4, 1/4, 1/2, 1/2.
    DOCTEST_CHECK(r.average_precision == doctest::Approx(0.25 * 1 + 0.25 * 2 / 3));
    DOCTEST_CHECK(r.best_f == doctest::Approx(2 * (2.0 / 3) * 0.5 / (2.0 / 3 + 0.5)));
    DOCTEST_CHECK(r.best_threshold == 0.7);
    DOCTEST_CHECK(r.precision_at_best == doctest::Approx(2.0 / 3));
    DOCTEST_CHECK(r.recall_at_best == 0.5);
    DOCTEST_CHECK(r.offset_mean == doctest::Approx((std::sqrt(5.0) + 3) / 2));
    DOCTEST_CHECK(r.mean_dx == 2);
    DOCTEST_CHECK(r.mean_dy == 1);
    DOCTEST_CHECK(r.negatives == static_cast<std::int64_t>(200 * 100 / (M_PI * 100)) - 4);
}

DOCTEST_TEST_CASE("threshold, beta, radius and presets") {
    Case c;
    c.options.has_threshold = 1;
    c.options.threshold = 0.85;
    DOCTEST_CHECK(c.result().precision == 1);
    DOCTEST_CHECK(c.result().recall == 0.25);
    c.options.beta = 2;
    DOCTEST_CHECK(c.result().f_beta == doctest::Approx(5 * 0.25 / (4 + 0.25)));
    c.options.has_threshold = 0;
    c.options.radius = 2.5; // now the pick 3 pixels off is wrong
    DOCTEST_CHECK(c.result().matched == 1);
    DOCTEST_CHECK(c.result().radius == 2.5);
    c.options.radius = 0;
    c.options.radius_preset = "deeppicker"; // 0.2 windows of 1.2 diameters
    DOCTEST_CHECK(c.result().radius == doctest::Approx(0.2 * 1.2 * 20));
    c.options.window = 30;
    DOCTEST_CHECK(c.result().radius == doctest::Approx(6));
    c.options.radius_preset = "parsed";
    c.options.aperture = 20;
    DOCTEST_CHECK(c.result().radius == doctest::Approx(6));
    c.options.radius_preset = "half-diameter";
    DOCTEST_CHECK(c.result().radius == 10);
    c.item.radius_scale = 0.2; // this micrograph's pixels are five times as large: 2 of them
    DOCTEST_CHECK(c.result().matched == 1);
    EvaluationOwner evaluation;
    c.options.radius_preset = "thumb";
    refused(picker_evaluate(evaluation.out(), &c.item, 1, &c.options), PICKER_NOT_FOUND,
            {"thumb", "half-diameter", "deeppicker", "parsed", "hydrapicker"});
    c.options.radius_preset = nullptr;
    c.options.diameter = 0;
    refused(picker_evaluate(evaluation.out(), &c.item, 1, &c.options), PICKER_INVALID_ARGUMENT, {"diameter", "radius"});
    c.options.diameter = std::nan("");
    refused(picker_evaluate(evaluation.out(), &c.item, 1, &c.options), PICKER_INVALID_ARGUMENT, {"diameter"});
    c.options.diameter = 20;
    c.options.has_threshold = 1;
    c.options.threshold = std::nan("");
    refused(picker_evaluate(evaluation.out(), &c.item, 1, &c.options), PICKER_INVALID_ARGUMENT, {"threshold"});
    c.options.has_threshold = 0;
    c.item.height = 0;
    refused(picker_evaluate(evaluation.out(), &c.item, 1, &c.options), PICKER_INVALID_ARGUMENT, {"item 0", "height"});
    c.item.height = 100;
    c.item.truth = nullptr;
    refused(picker_evaluate(evaluation.out(), &c.item, 1, &c.options), PICKER_INVALID_ARGUMENT, {"truth", "NULL"});
    refused(picker_evaluate(evaluation.out(), &c.item, 0, &c.options), PICKER_INVALID_ARGUMENT, {"at least one"});
}

DOCTEST_TEST_CASE("greedy takes the best score first, optimal the most pairs") {
    Case c;
    libpicker::Picks truth;
    truth.append({10, 18}, {10, 10}, {});
    libpicker::Picks predicted; // the better pick is nearer to the truth that the other one needs
    predicted.append({13, 7}, {10, 10}, {0.9, 0.8});
    c.item.truth = truth.get();
    c.item.predicted = predicted.get();
    c.options.radius = 6;
    DOCTEST_CHECK(c.result().matched == 1);
    c.options.optimal = 1;
    DOCTEST_CHECK(c.result().matched == 2);
}

DOCTEST_TEST_CASE("groups and curves") {
    Case c;
    auto second = c.item;
    c.item.group = "10000";
    second.group = "9000";
    libpicker::Picks none;
    second.predicted = none.get();
    const picker_evaluate_item items[2] = {c.item, second};
    EvaluationOwner evaluation;
    ok(picker_evaluate(evaluation.out(), items, 2, &c.options));
    DOCTEST_REQUIRE(picker_evaluation_group_count(evaluation.get()) == 3);
    DOCTEST_CHECK(picker_evaluation_group_name(evaluation.get(), 0) == std::string());
    DOCTEST_CHECK(picker_evaluation_group_name(evaluation.get(), 1) == std::string("9000")); // numbers by size
    DOCTEST_CHECK(picker_evaluation_group_name(evaluation.get(), 2) == std::string("10000"));
    DOCTEST_CHECK(picker_evaluation_group_name(evaluation.get(), 3) == nullptr);
    auto result = make<picker_evaluation_result>();
    ok(picker_evaluation_get(evaluation.get(), "", &result));
    DOCTEST_CHECK(result.truth == 8);
    DOCTEST_CHECK(result.recall == 0.25);
    ok(picker_evaluation_get(evaluation.get(), "9000", &result));
    DOCTEST_CHECK(result.truth == 4);
    DOCTEST_CHECK(result.matched == 0);
    refused(picker_evaluation_get(evaluation.get(), "8000", &result), PICKER_NOT_FOUND, {"8000", "group"});

    const auto curve = [&](const char* name) {
        const double* values = nullptr;
        std::size_t count = 0;
        ok(picker_evaluation_curve(&values, &count, evaluation.get(), "10000", name));
        return std::vector<double>(values, values + count);
    };
    DOCTEST_CHECK(curve("threshold") == std::vector<double>{0.9, 0.8, 0.7, 0.6});
    DOCTEST_CHECK(curve("recall") == std::vector<double>{0.25, 0.25, 0.5, 0.5});
    DOCTEST_CHECK(curve("picked_fraction") == std::vector<double>{0.25, 0.5, 0.75, 1});
    DOCTEST_CHECK(curve("precision")[2] == doctest::Approx(2.0 / 3));
    DOCTEST_CHECK(curve("f_beta")[0] == doctest::Approx(2 * 0.25 / 1.25));
    DOCTEST_CHECK(curve("false_positive_rate")[0] == 0);
    DOCTEST_CHECK(curve("false_positive_rate")[3] > 0);
    const double* values = curve("recall").data();
    std::size_t count = 5;
    refused(picker_evaluation_curve(&values, &count, evaluation.get(), nullptr, "luck"), PICKER_NOT_FOUND,
            {"luck", "precision"});
    DOCTEST_CHECK(values == nullptr);
    DOCTEST_CHECK(count == 0);
}
