// Particles of RELION's STAR files, where its alignment found their centres: those of chosen 2D classes, or all.
#pragma once

#include "io/inputs.hpp"

#include <filesystem>
#include <vector>

namespace picker {

struct Class2dPicks {
    MatchedPicks chosen, others; // `found` and `unmatched` are the same in both
};

// Reads run_itNNN_data.star (RELION 3.0 and earlier, 3.1 and later). A particle's centre is its coordinate less its
// origin: rlnOriginXAngst/YAngst, or rlnOriginX/Y in pixels of the particle images, whose size the optics table or
// magnification and detector tell. The micrograph's pixel size turns that into its pixels: `pixel_size` (angstrom; 0:
// not given), else what `micrographs` know, else their headers, else the STAR. Fractions are kept. The tables have the
// column "class". Error(not_found) for a column that is missing and for a class without particles,
// Error(invalid_argument) for an unknown pixel size.
Class2dPicks read_class2d(const std::filesystem::path& star, const std::vector<InputMicrograph>& micrographs,
                          const std::vector<int>& classes, double pixel_size);

// Every particle of a STAR file of RELION's (Extract, Class2D, Select, Refine3D; 3.0 and earlier, 3.1 and later), by
// the rule that RELION itself has for training on particles: its coordinate less the origin, rounded to whole pixels of
// the micrograph. No origins are none. Pixel sizes and errors as above; "class" where the STAR has it.
MatchedPicks read_particles(const std::filesystem::path& star, const std::vector<InputMicrograph>& micrographs,
                            double pixel_size);

} // namespace picker
