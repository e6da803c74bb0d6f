// Reading STAR files for the other files of this layer (star_file.hpp).
#include "io/star_file.hpp"

#include "io/atomic_file.hpp"

namespace picker {

starfile::File read_star_file(const std::filesystem::path& path) {
    std::string bytes = read_whole(path); // our own messages for what the operating system refuses
    return with_star_errors([&] { return starfile::parse(std::move(bytes), path.string()); });
}

} // namespace picker
