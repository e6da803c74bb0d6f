// The part of the check before a run that looks at one input by itself (preflight.hpp).
#pragma once

#include "picking/preflight.hpp"

namespace picker {

// Of a file that cannot be read at all.
struct Failure {
    ProblemKind kind = ProblemKind::unreadable;
    Status status = Status::io;
    std::string message;
};

// Why an image's header cannot be read; unset where it can.
std::optional<Failure> image_failure(const std::filesystem::path& path);

// The problems of one input; fills in `result`. Runs on a worker and touches nothing else.
std::vector<Problem> check_input(const InputMicrograph& input, std::size_t index, const PreflightOptions& options,
                                 CheckedInput& result);

} // namespace picker
