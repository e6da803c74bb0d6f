// Targets: lists of micrographs and tables of data sets.
#include "io/class2d.hpp"
#include "io/cs_exposures.hpp"
#include "io/inputs.hpp"
#include "io/pair_inputs.hpp"
#include "io/star_micrographs.hpp"
#include "targets.hpp"
#include "training/dataset_file.hpp"

#include <cmath>

namespace fuzz {
namespace {

std::vector<picker::InputMicrograph> named(std::initializer_list<const char*> names) {
    std::vector<picker::InputMicrograph> out;
    for (const char* name : names) {
        picker::InputMicrograph input;
        input.path = input.name = name;
        input.stem = picker::match_stem(name);
        input.pixel_size = 2.0;
        out.push_back(input);
    }
    return out;
}

void check_inputs(const std::vector<picker::InputMicrograph>& inputs) {
    for (const picker::InputMicrograph& input : inputs) {
        require(input.pixel_size >= 0.0 && std::isfinite(input.pixel_size), "a pixel size is negative or no number");
    }
}

} // namespace

void micrographs(Bytes bytes) {
    const std::filesystem::path path = file("in.star", bytes);
    takes(path, [&] { check_inputs(picker::read_micrograph_list(path)); });
    takes(path, [&] { (void)picker::read_coordinate_list(path); });
    takes(path, [&] { (void)picker::expand_inputs({path.string()}, false); });
}

void particles(Bytes bytes) {
    const std::filesystem::path path = file("in.star", bytes);
    const auto inputs = named({"mic/m1.mrc", "mic/m2.mrc"});
    takes(path, [&] {
        const auto matched = picker::read_particles(path, inputs, 2.0);
        require(matched.picks.size() == inputs.size(), "not every micrograph has an entry");
    });
    takes(path, [&] { (void)picker::read_class2d(path, inputs, {1}, 0.0); });
}

void exposures(Bytes bytes) {
    const std::filesystem::path path = file("in.cs", bytes);
    takes(path, [&] { check_inputs(picker::expand_inputs({path.string()}, false)); });
}

// The first byte says whether the rest is a CSV or a STAR file.
void table(Bytes bytes) {
    if (bytes.empty()) {
        return;
    }
    const std::filesystem::path path = file((bytes[0] & 1U) != 0 ? "in.star" : "in.csv", bytes.subspan(1));
    takes(path, [&] {
        for (const picker::DatasetRow& row : picker::read_dataset_rows(path)) {
            require(row.diameter >= 0.0 && row.pixel_size >= 0.0, "a length is negative or no number");
        }
    });
}

void pairs(Bytes bytes) {
    const std::filesystem::path path = file("in.csv", bytes);
    const auto inputs = named({"m1.mrc", "m2.mrc"}), others = named({"d1.mrc", "d2.mrc"});
    takes(path, [&] {
        for (const std::size_t partner : picker::pair_inputs(inputs, others, path)) {
            require(partner < others.size(), "a partner beyond the end");
        }
    });
}

} // namespace fuzz
