// The parameters of a network with heads while it is trained, and their steps: body, general head and specialised
// heads, each with an optimiser's memory of its own (HydraPicker 2019, section 3.2).
#pragma once

#include "training/stepper.hpp"

#include <span>
#include <vector>

namespace picker {

struct HeadStepOptions {
    StepperOptions stepper;
    double bias_weight = 0.0; // of the bias loss
    bool freeze = false;      // body and general head stay as they are
};

class HeadSteps {
public:
    // `parameters`: those of the network, whose last ones are the general head's, then those of `heads` heads. With
    // none the general head is trained like any other part of the network.
    HeadSteps(const ModelSpec& spec, std::vector<float> parameters, std::size_t heads, const HeadStepOptions& options);
    std::size_t network_size() const { return network_; }
    const std::vector<float>& parameters() const { return parameters_; }
    // Of the network that ends with this head (any number, where there are none). Valid until the next call.
    std::span<const float> network_parameters(std::size_t head);
    // `slopes`: of the mean loss by network_parameters(head). With heads, the bias loss goes in as well: this head is
    // drawn to the general one and the general one to it. That is an estimate of eq. 4, the mean over all heads, from
    // the one at hand; heads without a sample in this batch rest.
    void step(std::size_t head, std::span<const float> slopes, double rate);
    std::vector<float> memory() const; // of all optimisers, one after the other
    void restore(std::vector<float> parameters, std::vector<float> memory);

private:
    std::span<float> part(std::size_t offset, std::size_t count) {
        return std::span(parameters_).subspan(offset, count);
    }

    HeadStepOptions options_;
    std::size_t body_ = 0, head_ = 0, network_ = 0; // numbers of parameters
    std::vector<float> parameters_, assembled_;
    std::vector<Stepper> steppers_; // body, general, heads; those of frozen parts remember nothing
    bool many_ = false;
};

} // namespace picker
