// Training as an External job: from the command line to everything that RELION reads, but for the exit file.
#pragma once

#include "job.hpp"
#include "parameters.hpp"

namespace relion {

End train(const Job& job, const Parameters& parameters);

} // namespace relion
