// Atomic models, PDB and mmCIF, read through gemmi where the build has it.
#pragma once

#include <array>
#include <filesystem>
#include <vector>

namespace picker {

struct Atom {
    std::array<double, 3> at = {}; // angstrom
    double electrons = 0.0;        // times the occupancy
};

bool can_read_atoms(); // this build has gemmi
// By extension: .pdb, .ent, .cif, .mmcif.
bool is_atom_file(const std::filesystem::path& path);
// The atoms of the first model as deposited, without water. Error(not_found | io | bad_file) naming the file, also
// where it has no atoms; Error(unsupported) in a build without gemmi.
std::vector<Atom> read_atoms(const std::filesystem::path& path);

} // namespace picker
