// The version of RELION (host.hpp). 3.1 numbers its job types, later ones name them; 4.0 and 5.0 differ in the number
// after "# version".
#include "host.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace relion {
namespace {

struct Signs {
    bool found = false, numbers = false, names = false;
    long version = 0;
};

Signs read_signs(const std::string& path) {
    Signs signs;
    std::ifstream in(path);
    signs.found = static_cast<bool>(in);
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string first, second, third;
        words >> first >> second >> third;
        if (first == "#" && second == "version") {
            signs.version = std::max(signs.version, std::strtol(third.c_str(), nullptr, 10));
        }
        signs.numbers = signs.numbers || first == "_rlnJobType" || first == "_rlnPipeLineProcessType";
        signs.names = signs.names || first == "_rlnJobTypeLabel" || first == "_rlnPipeLineProcessTypeLabel";
    }
    return signs;
}

} // namespace

Host host_of(const std::string& job_folder) {
    Host host;
    std::string source = job_folder + "job.star";
    Signs signs = read_signs(source);
    if (!signs.numbers && !signs.names) {
        source = "default_pipeline.star";
        signs = read_signs(source);
    }
    if (!signs.numbers && !signs.names) {
        host.remark = "neither " + job_folder +
                      "job.star nor default_pipeline.star tells the version of RELION; "
                      "its output is registered as for RELION " +
                      host.name;
        return host;
    }
    constexpr long newest = 50001;
    if (signs.names && signs.version >= newest) {
        if (signs.version > newest) {
            host.remark = source + " is of a RELION newer than any known here (version " +
                          std::to_string(signs.version) + "); the rules of " + host.name + " are used";
        }
        return host;
    }
    host.star_version = 30001;
    host.coordinates_label = "MicrographsCoords.star.relion.autopick";
    host.model_label = "ProcessData.safetensors.picker.model";
    host.name = "4.0";
    if (!signs.names) {
        host.name = "3.1";
        host.coordinates_node = "coords_suffix_autopick.star";
    }
    return host;
}

} // namespace relion
