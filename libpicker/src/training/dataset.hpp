// A data set: micrographs with the coordinates of particles and, optionally, of known non-particles. Micrographs are
// read when they are needed; only the patches drawn from them stay in memory.
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"
#include "picking/select.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace picker {

struct DatasetItem {
    std::filesystem::path path;                   // read lazily, or
    std::shared_ptr<const Micrograph> micrograph; // in memory
    Picks positives;
    Picks negatives; // bad particles given by the user: ice, overlaps, carbon
    Picks avoid;     // may be particles or not: never positives, and no random negative is near them
    // Places without samples (carbon, ice): read when the micrograph is, or in memory; neither: none.
    std::filesystem::path mask_path;
    std::shared_ptr<const ExclusionMask> mask;
    double pixel_size = 0.0; // angstrom; 0: the file's header
    double diameter = 0.0;   // angstrom, longest axis of this molecule
    std::string molecule;    // items of one name are one molecule: type 2 training takes equal shares of each
    std::string source;      // where it was listed, "molecules.csv:3", for messages; "" where nobody said
};

struct Dataset {
    std::vector<DatasetItem> items;
    void add(DatasetItem item); // checks: Error(invalid_argument) for absurd sizes, non-finite coordinates
    std::size_t positives() const;
    std::string name(std::size_t index) const; // of the micrograph, for messages
    bool has_pixel_size(std::size_t index) const;
    double pixel_size(std::size_t index) const; // angstrom, as load() settles it, from the header alone
    std::shared_ptr<const ExclusionMask> load_mask(std::size_t index) const; // null: none
    // The micrograph with its pixel size settled; Error where it is unknown, naming the file and the way out.
    Micrograph load(std::size_t index) const;
};

} // namespace picker
