// Steps of the parameters (stepper.hpp).
#include "training/stepper.hpp"

#include "core/error.hpp"

#include <cmath>
#include <utility>

namespace picker {
namespace {

constexpr double first_decay = 0.9, second_decay = 0.999, epsilon = 1e-8; // Kingma & Ba 2015, algorithm 1

} // namespace

Stepper::Stepper(std::size_t parameters, const StepperOptions& options)
    : options_(options), memory_(options.optimiser == Optimiser::adam ? 2 * parameters + 1 : parameters, 0.0F) {}

void Stepper::restore(std::vector<float> memory) {
    if (memory.size() != memory_.size()) {
        fail(Status::bad_file, "a training state remembers ", memory.size(), " values of its optimiser, not ",
             memory_.size(), "; start anew (--overwrite)");
    }
    memory_ = std::move(memory);
}

void Stepper::step(std::span<float> parameters, std::span<const float> slopes, double rate) {
    if (options_.optimiser == Optimiser::adam) {
        adam_step(parameters, slopes, rate);
    } else {
        momentum_step(parameters, slopes, rate);
    }
}

// As in both of DeepPicker's codes: velocity = momentum * velocity - rate * gradient.
void Stepper::momentum_step(std::span<float> parameters, std::span<const float> slopes, double rate) {
    const float momentum = static_cast<float>(options_.momentum);
    const float size = static_cast<float>(rate);
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        memory_[i] = momentum * memory_[i] - size * slopes[i];
        parameters[i] += memory_[i];
    }
}

void Stepper::adam_step(std::span<float> parameters, std::span<const float> slopes, double rate) {
    const std::span<float> first = std::span(memory_).first(slopes.size());
    const std::span<float> second = std::span(memory_).subspan(slopes.size(), slopes.size());
    memory_.back() += 1.0F; // exact up to 2^24 steps, by when the corrections below are 1
    const double steps = memory_.back();
    const double first_share = 1.0 - std::pow(first_decay, steps), second_share = 1.0 - std::pow(second_decay, steps);
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        const double slope = slopes[i];
        first[i] = static_cast<float>(first_decay * first[i] + (1.0 - first_decay) * slope);
        second[i] = static_cast<float>(second_decay * second[i] + (1.0 - second_decay) * slope * slope);
        const double spread = std::sqrt(second[i] / second_share) + epsilon;
        parameters[i] -= static_cast<float>(rate * (first[i] / first_share) / spread);
    }
}

} // namespace picker
