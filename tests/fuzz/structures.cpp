// Targets: atomic models, which gemmi reads; without it they are refused.
#include "io/atoms.hpp"
#include "targets.hpp"

#include <cmath>

namespace fuzz {
namespace {

void atoms(Bytes bytes, const char* name) {
    const std::filesystem::path path = file(name, bytes);
    takes(path, [&] {
        for (const picker::Atom& atom : picker::read_atoms(path)) {
            require(atom.electrons > 0.0 && std::isfinite(atom.at[0]) && std::isfinite(atom.at[1]) &&
                        std::isfinite(atom.at[2]),
                    "an atom without electrons or without a place");
        }
    });
}

} // namespace

void pdb(Bytes bytes) {
    atoms(bytes, "in.pdb");
}

void cif(Bytes bytes) {
    atoms(bytes, "in.cif");
}

} // namespace fuzz
