// Steps of a network with heads (head_steps.hpp).
#include "training/head_steps.hpp"

#include "core/error.hpp"
#include "models/heads.hpp"

#include <algorithm>
#include <cmath>

namespace picker {

HeadSteps::HeadSteps(const ModelSpec& spec, std::vector<float> parameters, std::size_t heads,
                     const HeadStepOptions& options)
    : options_(options), body_(head_offset(spec)), head_(parameter_count(spec.network) - body_),
      network_(body_ + head_), parameters_(std::move(parameters)), many_(heads > 0) {
    if (parameters_.size() != network_ + heads * head_) {
        fail(Status::internal, "a training was given ", parameters_.size(), " parameters for ", heads, " heads of ",
             head_, " behind a network of ", network_);
    }
    steppers_.emplace_back(options.freeze ? 0 : body_, options.stepper);
    steppers_.emplace_back(options.freeze ? 0 : head_, options.stepper);
    for (std::size_t i = 0; i < heads; ++i) {
        steppers_.emplace_back(head_, options.stepper);
    }
}

std::span<const float> HeadSteps::network_parameters(std::size_t head) {
    if (!many_) {
        return parameters_;
    }
    assembled_.resize(network_);
    const std::span<const float> own = part(network_ + head * head_, head_);
    std::copy_n(parameters_.begin(), body_, assembled_.begin());
    std::copy(own.begin(), own.end(), assembled_.begin() + static_cast<std::ptrdiff_t>(body_));
    return assembled_;
}

void HeadSteps::step(std::size_t head, std::span<const float> slopes, double rate) {
    const std::span<float> body = part(0, body_), general = part(body_, head_);
    if (!options_.freeze) {
        steppers_[0].step(body, slopes.first(body_), rate);
    }
    if (!many_) {
        steppers_[1].step(general, slopes.subspan(body_), rate);
        return;
    }
    const std::span<float> own = part(network_ + head * head_, head_);
    double squares = 0.0;
    for (std::size_t i = 0; i < head_; ++i) {
        const double apart = static_cast<double>(own[i]) - general[i];
        squares += apart * apart;
    }
    const auto pull = static_cast<float>(squares > 0.0 ? options_.bias_weight / std::sqrt(squares) : 0.0);
    std::vector<float> of_own(head_), of_general(head_);
    for (std::size_t i = 0; i < head_; ++i) {
        const float bias = pull * (own[i] - general[i]);
        of_own[i] = slopes[body_ + i] + bias;
        of_general[i] = -bias;
    }
    steppers_[2 + head].step(own, of_own, rate);
    if (!options_.freeze) {
        steppers_[1].step(general, of_general, rate);
    }
}

std::vector<float> HeadSteps::memory() const {
    std::vector<float> all;
    for (const Stepper& stepper : steppers_) {
        all.insert(all.end(), stepper.memory().begin(), stepper.memory().end());
    }
    return all;
}

void HeadSteps::restore(std::vector<float> parameters, std::vector<float> memory) {
    std::size_t wanted = 0;
    for (const Stepper& stepper : steppers_) {
        wanted += stepper.memory().size();
    }
    if (memory.size() != wanted || parameters.size() != parameters_.size()) {
        fail(Status::bad_file, "a training state holds ", parameters.size(), " parameters and ", memory.size(),
             " values of its optimisers, not ", parameters_.size(), " and ", wanted, "; start anew (--overwrite)");
    }
    parameters_ = std::move(parameters);
    auto from = memory.cbegin();
    for (Stepper& stepper : steppers_) {
        const auto to = from + static_cast<std::ptrdiff_t>(stepper.memory().size());
        stepper.restore({from, to});
        from = to;
    }
}

} // namespace picker
