// Atomic models: projections against the sum of the atoms' Gaussians in closed form, sizes of known molecules, bad
// files.
#include "core/error.hpp"
#include "io/atoms.hpp"
#include "simulation/project.hpp"
#include "simulation/simulate.hpp"
#include "unit/check.hpp"
#include "unit/simulation/volumes.hpp"

#include <algorithm>
#include <cstdio>
#include <numbers>
#include <string>

using picker::Atom;
using picker::Density;
using picker::Image;
using picker::Orientation;

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string pdb_line(int serial, const char* name, const char* residue, const std::array<double, 3>& at,
                     const char* element, double occupancy = 1.0, const char* record = "ATOM  ") {
    char line[96];
    std::snprintf(line, sizeof line, "%s%5d %-4s %-3s A%4d    %8.3f%8.3f%8.3f%6.2f%6.2f          %2s\n", record, serial,
                  name, residue, serial, at[0], at[1], at[2], occupancy, 30.0, element);
    return line;
}

// A crooked chain without any symmetry: mirror images and swapped axes do not fit it.
const std::vector<std::array<double, 3>> places = {{0, 0, 0}, {42, 5, -3}, {40, 33, 4}, {11, 30, 37}, {-6, 21, 12}};

std::string five_atoms() {
    std::string text;
    text += pdb_line(1, " CA ", "GLY", places[0], "C");
    text += pdb_line(2, " N  ", "GLY", places[1], "N");
    text += pdb_line(3, " O  ", "GLY", places[2], "O");
    text += pdb_line(4, " S  ", "CYS", places[3], "S", 0.5);
    text += pdb_line(5, "FE  ", "HEM", places[4], "FE", 1.0, "HETATM");
    text += pdb_line(6, " O  ", "HOH", {70, 70, 70}, "O", 1.0, "HETATM");
    return text + "END\n";
}

std::filesystem::path structure(const char* name) {
    return std::filesystem::path(PICKER_SOURCE_DIR) / ".." / "shared" / "data" / "structures" / name;
}

std::string refused(const std::filesystem::path& path, picker::Status status) {
    try {
        picker::read_atoms(path);
        DOCTEST_FAIL_CHECK("accepted: ", path.string());
    } catch (const picker::Error& error) {
        DOCTEST_CHECK_MESSAGE(error.status() == status, error.what());
        DOCTEST_CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
        return error.what();
    }
    return {};
}

} // namespace

DOCTEST_TEST_CASE("the extension says whether a structure is made of atoms") {
    DOCTEST_CHECK(picker::is_atom_file("a/b.pdb"));
    DOCTEST_CHECK(picker::is_atom_file("B.CIF"));
    DOCTEST_CHECK(picker::is_atom_file("x.ent"));
    DOCTEST_CHECK(!picker::is_atom_file("cif.mrc"));
}

DOCTEST_TEST_CASE("without gemmi a file of atoms is refused with the way out") {
    if (picker::can_read_atoms()) {
        return;
    }
    const volumes::TemporaryFile file("picker_atoms_without.pdb");
    write(file.path, five_atoms());
    DOCTEST_CHECK(refused(file.path, picker::Status::unsupported).find("gemmi-dev") != std::string::npos);
}

DOCTEST_TEST_CASE("PDB and mmCIF give the same atoms: electrons times occupancy, no water, the first model") {
    if (!picker::can_read_atoms()) {
        DOCTEST_MESSAGE("skipped: this build has no gemmi");
        return;
    }
    const volumes::TemporaryFile pdb("picker_atoms.pdb");
    write(pdb.path, "MODEL        1\n" + five_atoms().substr(0, five_atoms().size() - 4) + "ENDMDL\nMODEL        2\n" +
                        pdb_line(1, " CA ", "GLY", {500, 0, 0}, "C") + "ENDMDL\nEND\n");
    const volumes::TemporaryFile cif("picker_atoms.cif");
    std::string text = "data_x\nloop_\n";
    for (const char* tag : {"group_PDB", "id", "type_symbol", "label_atom_id", "label_alt_id", "label_comp_id",
                            "label_asym_id", "label_seq_id", "Cartn_x", "Cartn_y", "Cartn_z", "occupancy",
                            "B_iso_or_equiv", "auth_seq_id", "auth_asym_id", "pdbx_PDB_model_num"}) {
        text += std::string("_atom_site.") + tag + "\n";
    }
    const char* elements[] = {"C", "N", "O", "S", "Fe"};
    for (std::size_t i = 0; i < 5; ++i) {
        char line[128];
        std::snprintf(line, sizeof line, "ATOM %d %s X%d . GLY A %d %.3f %.3f %.3f %.2f 30.0 %d A 1\n",
                      static_cast<int>(i + 1), elements[i], static_cast<int>(i), static_cast<int>(i + 1), places[i][0],
                      places[i][1], places[i][2], i == 3 ? 0.5 : 1.0, static_cast<int>(i + 1));
        text += line;
    }
    write(cif.path, text);
    const double electrons[] = {6, 7, 8, 8, 26};
    for (const auto& path : {pdb.path, cif.path}) {
        const std::vector<Atom> atoms = picker::read_atoms(path);
        DOCTEST_REQUIRE(atoms.size() == 5);
        for (std::size_t i = 0; i < 5; ++i) {
            DOCTEST_CHECK(atoms[i].electrons == doctest::Approx(electrons[i]));
            for (std::size_t axis = 0; axis < 3; ++axis) {
                DOCTEST_CHECK(atoms[i].at[axis] == doctest::Approx(places[i][axis]).epsilon(1e-6));
            }
        }
    }
}

DOCTEST_TEST_CASE("atoms project to the sum of their Gaussians where RELION's angles put them") {
    // Atoms at places that no grid favours. The closed form: masses, centre of mass, rotation, 2-D Gaussians whose
    // sigma is one voxel, means over pixels by the error function.
    std::vector<Atom> atoms;
    for (std::size_t i = 0; i < places.size(); ++i) {
        atoms.push_back(
            {{places[i][0] + 0.37, places[i][1] - 0.21, places[i][2] + 0.45}, 6.0 + 3.0 * static_cast<double>(i)});
    }
    const double pixel = 2.5;
    const double voxel = picker::atom_voxel_size(atoms, pixel);
    DOCTEST_CHECK(voxel == doctest::Approx(2.0));
    const Density density = picker::make_density(picker::atoms_volume(atoms, voxel, "atoms"), "atoms");
    double mass = 0.0;
    std::array<double, 3> com = {};
    for (const Atom& a : atoms) {
        mass += a.electrons;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            com[axis] += a.electrons * a.at[axis];
        }
    }
    for (const Orientation& o : {Orientation{0, 0, 0}, {25, 70, -110}, {-140, 120, 35}, {162, 33, 98}}) {
        Image image(70, 60);
        picker::add_projection(image, pixel, density, o, 34.3, 29.6);
        // Turned step by step: about z by rot, about the new y by tilt, about the new z by psi.
        const double degree = std::numbers::pi / 180.0;
        std::vector<double> expected(image.size());
        for (const Atom& a : atoms) {
            double v[3] = {};
            for (std::size_t axis = 0; axis < 3; ++axis) {
                v[axis] = a.at[axis] - com[axis] / mass;
            }
            const double x1 = std::cos(o.rot * degree) * v[0] + std::sin(o.rot * degree) * v[1];
            const double y1 = -std::sin(o.rot * degree) * v[0] + std::cos(o.rot * degree) * v[1];
            const double x2 = std::cos(o.tilt * degree) * x1 - std::sin(o.tilt * degree) * v[2];
            const double x3 = (std::cos(o.psi * degree) * x2 + std::sin(o.psi * degree) * y1) / pixel + 34.3;
            const double y3 = (-std::sin(o.psi * degree) * x2 + std::cos(o.psi * degree) * y1) / pixel + 29.6;
            const double root = voxel / pixel * std::numbers::sqrt2;
            for (int row = 0; row < image.height; ++row) {
                for (int column = 0; column < image.width; ++column) {
                    const auto mean = [&](double d) {
                        return 0.5 * (std::erf((d + 0.5) / root) - std::erf((d - 0.5) / root));
                    };
                    expected[image.index(column, row)] += a.electrons * mean(column - x3) * mean(row - y3);
                }
            }
        }
        // Scaled by the density's own units, which make_density normalises: compared by shape, then by mass.
        double product = 0.0;
        double square = 0.0;
        for (std::size_t i = 0; i < image.size(); ++i) {
            product += expected[i] * static_cast<double>(image.pixels[i]);
            square += expected[i] * expected[i];
        }
        const double scale = product / square;
        double worst = 0.0;
        double top = 0.0;
        for (std::size_t i = 0; i < image.size(); ++i) {
            worst = std::max(worst, std::abs(static_cast<double>(image.pixels[i]) - scale * expected[i]));
            top = std::max(top, scale * expected[i]);
        }
        // A lone Gaussian of one voxel, interpolated on its grid, is up to 10 % off with its place between the voxels.
        DOCTEST_CHECK_MESSAGE(worst < 0.1 * top, "tilt ", o.tilt, ": ", worst / top);
    }
}

DOCTEST_TEST_CASE("known molecules are as long as their atoms are, and like the maps made of them") {
    struct Known {
        const char* atoms;
        const char* map;
        double span; // of the deposited atoms, angstrom
    };
    for (const Known& known : {Known{"1bxn.pdb", "1bxn_5A.mrc", 130.8}, Known{"1qvr.pdb", "1qvr_5A.mrc", 174.4},
                               Known{"3j9i.pdb", "3j9i_5A.mrc", 181.5}}) {
        if (!std::filesystem::exists(structure(known.atoms)) || !picker::can_read_atoms()) {
            DOCTEST_MESSAGE("skipped: ", known.atoms, " is not in ../shared/data/structures, or no gemmi");
            continue;
        }
        const std::vector<Atom> atoms = picker::read_atoms(structure(known.atoms));
        const Density density = picker::make_density(picker::atoms_volume(atoms, 3.0, known.atoms), known.atoms);
        DOCTEST_CHECK(density.diameter > known.span - 1.0);
        DOCTEST_CHECK(density.diameter < known.span + 14.0);
        const Density map = picker::make_density(picker::read_mrc_volume(structure(known.map)), known.map);
        DOCTEST_CHECK(density.diameter == doctest::Approx(map.diameter).epsilon(0.05));
    }
    if (std::filesystem::exists(structure("4YVS.cif")) && picker::can_read_atoms()) {
        DOCTEST_CHECK(picker::read_atoms(structure("4YVS.cif")).size() > 1000);
    }
}

DOCTEST_TEST_CASE("bad files of atoms are refused by name") {
    if (!picker::can_read_atoms()) {
        return;
    }
    const volumes::TemporaryFile empty("picker_atoms_none.pdb");
    write(empty.path, "HEADER    NOTHING\nEND\n");
    DOCTEST_CHECK(refused(empty.path, picker::Status::bad_file).find("holds no atoms") != std::string::npos);
    write(empty.path, pdb_line(1, " O  ", "HOH", {1, 2, 3}, "O") + "END\n");
    DOCTEST_CHECK(refused(empty.path, picker::Status::bad_file).find("holds no atoms") != std::string::npos);
    write(empty.path, "");
    refused(empty.path, picker::Status::bad_file);
    const volumes::TemporaryFile cif("picker_atoms_broken.cif");
    write(cif.path, "data_x\nloop_\n_atom_site.id\n_atom_site.Cartn_x\n1 2 3\n");
    refused(cif.path, picker::Status::bad_file);
    write(cif.path, "data_x\n_cell.length_a 10\n");
    DOCTEST_CHECK(refused(cif.path, picker::Status::bad_file).find("holds no atoms") != std::string::npos);
    refused(std::filesystem::temp_directory_path() / "picker_no_such_atoms.pdb", picker::Status::not_found);
    // Through the simulator: the same message.
    picker::SimulationOptions o;
    o.structures = {empty.path.string()};
    try {
        picker::Simulator simulator(o);
        DOCTEST_FAIL_CHECK("accepted");
    } catch (const picker::Error& error) {
        DOCTEST_CHECK(std::string(error.what()).find(empty.path.string()) != std::string::npos);
    }
}
