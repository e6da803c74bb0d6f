// PDB and mmCIF through gemmi, which is optional: without it a file of atoms is refused (atoms.hpp).
#include "io/atoms.hpp"

#include "core/error.hpp"
#include "io/file_reader.hpp"
#include "io/picks_formats.hpp"

#include <cmath>
#include <string>

#ifdef PICKER_WITH_GEMMI
#include <gemmi/cif.hpp>
#include <gemmi/mmcif.hpp>
#include <gemmi/pdb.hpp>
#endif

namespace picker {
namespace {

#ifdef PICKER_WITH_GEMMI
gemmi::Structure parse(const std::string& bytes, const std::string& name, bool is_cif) {
    if (!is_cif) {
        return gemmi::read_pdb_from_memory(bytes.data(), bytes.size(), name);
    }
    const gemmi::cif::Document document = gemmi::cif::read_memory(bytes.data(), bytes.size(), name.c_str());
    for (const gemmi::cif::Block& block : document.blocks) {
        gemmi::Structure structure = gemmi::make_structure_from_block(block);
        if (!structure.models.empty()) {
            return structure;
        }
    }
    return {};
}

std::vector<Atom> atoms_of(const gemmi::Structure& structure) {
    std::vector<Atom> atoms;
    if (structure.models.empty()) {
        return atoms;
    }
    for (const gemmi::Chain& chain : structure.models[0].chains) {
        for (const gemmi::Residue& residue : chain.residues) {
            if (residue.is_water()) {
                continue;
            }
            for (const gemmi::Atom& atom : residue.atoms) {
                const Atom read = {{atom.pos.x, atom.pos.y, atom.pos.z},
                                   static_cast<double>(atom.occ) * atom.element.atomic_number()};
                if (read.electrons > 0.0 && std::isfinite(read.at[0]) && std::isfinite(read.at[1]) &&
                    std::isfinite(read.at[2])) {
                    atoms.push_back(read);
                }
            }
        }
    }
    return atoms;
}
#endif

} // namespace

bool can_read_atoms() {
#ifdef PICKER_WITH_GEMMI
    return true;
#else
    return false;
#endif
}

bool is_atom_file(const std::filesystem::path& path) {
    const std::string extension = lower_case(path.extension().string());
    return extension == ".pdb" || extension == ".ent" || extension == ".cif" || extension == ".mmcif";
}

std::vector<Atom> read_atoms(const std::filesystem::path& path) {
    const FileReader file(path);
    const std::string name = path.string();
#ifdef PICKER_WITH_GEMMI
    std::string bytes(file.size(), '\0');
    file.read(bytes.data(), bytes.size(), 0);
    std::vector<Atom> atoms;
    try {
        const std::string extension = lower_case(path.extension().string());
        atoms = atoms_of(parse(bytes, name, extension == ".cif" || extension == ".mmcif"));
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) { // gemmi's own, whatever its type
        fail(Status::bad_file, name, " is no atomic model that can be read (", error.what(),
             "); give a PDB or mmCIF file with coordinates, or a density map as MRC");
    }
    if (atoms.empty()) {
        fail(Status::bad_file, name,
             " holds no atoms; give a PDB or mmCIF file with coordinates, or a density map as MRC");
    }
    return atoms;
#else
    fail(Status::unsupported, name,
         " is an atomic model, but this libpicker was built without gemmi, which reads those; install gemmi-dev and "
         "tao-pegtl-dev and build again, or give a density map as MRC");
#endif
}

} // namespace picker
