// Coordinate files of a data set (write_positives.hpp).
#include "training/write_positives.hpp"

#include "core/error.hpp"
#include "io/inputs.hpp"
#include "io/picks_file.hpp"

#include <map>
#include <string>

namespace picker {

void write_positives(const Dataset& dataset, const std::filesystem::path& folder) {
    std::map<std::string, std::size_t> items; // by stem
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        const auto [entry, is_new] = items.emplace(match_stem(dataset.name(i)), i);
        if (!is_new) {
            fail(Status::mismatch, dataset.name(entry->second), " and ", dataset.name(i), " would both be written to ",
                 (folder / (entry->first + ".star")).string(), "; rename one");
        }
    }
    std::filesystem::create_directories(folder);
    for (const auto& [stem, item] : items) {
        write_picks(folder / (stem + ".star"), dataset.items[item].positives, {});
    }
}

} // namespace picker
