// Where RELION looks for the coordinates of a micrograph inside a job's folder.
#pragma once

#include <string>

namespace relion {

// "MotionCorr/job002/Micrographs/m1.mrc" -> "Micrographs/m1_autopick.star": RELION's own rule (its
// decomposePipelineFileName, then the name without its extension). libpicker::Error beyond its 20 folders.
std::string coordinate_place(const std::string& micrograph);

} // namespace relion
