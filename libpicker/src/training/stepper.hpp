// What turns gradients into steps of the parameters, and remembers what it needs for the next one.
#pragma once

#include "models/model.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace picker {

struct StepperOptions {
    Optimiser optimiser = Optimiser::momentum;
    double momentum = 0.9;
};

class Stepper {
public:
    Stepper(std::size_t parameters, const StepperOptions& options);
    // `slopes` are of the mean loss.
    void step(std::span<float> parameters, std::span<const float> slopes, double rate);
    // The memory between steps: momentum's velocity; Adam's two running means and, last, the number of steps.
    const std::vector<float>& memory() const { return memory_; }
    void restore(std::vector<float> memory); // Error(bad_file) for the memory of another network or optimiser

private:
    void momentum_step(std::span<float> parameters, std::span<const float> slopes, double rate);
    void adam_step(std::span<float> parameters, std::span<const float> slopes, double rate);

    StepperOptions options_;
    std::vector<float> memory_;
};

} // namespace picker
