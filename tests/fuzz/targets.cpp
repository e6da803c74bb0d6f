// The table of targets, and the files that they read.
#include "targets.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace fuzz {
namespace {

constexpr std::array all = {
    Target{"mrc", mrc},
    Target{"tiff", tiff},
    Target{"png", png},
    Target{"map", score_map},
    Target{"star", star},
    Target{"box", box},
    Target{"cbox", cbox},
    Target{"numpy", cs},
    Target{"csdat", cs},
    Target{"csv", csv},
    Target{"eman", eman},
    Target{"micrographs", micrographs},
    Target{"table", table},
    Target{"particles", particles},
    Target{"exposures", exposures},
    Target{"pairs", pairs},
    Target{"checkpoint", checkpoint},
    Target{"state", state},
    Target{"journal", journal},
    Target{"run", run},
    Target{"pdb", pdb},
    Target{"cif", cif},
    Target{"calls", calls},
};

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "picker-fuzz-XXXXXX").string();
        require(::mkdtemp(name.data()) != nullptr, "no temporary folder can be made");
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace

std::span<const Target> targets() {
    return all;
}

const Target* find_target(std::string_view name) {
    for (const Target& target : all) {
        if (name == target.name) {
            return &target;
        }
    }
    return nullptr;
}

const std::filesystem::path& folder() {
    static const Folder own;
    return own.path();
}

std::filesystem::path file(const char* name, Bytes bytes) {
    std::filesystem::path path = folder() / name;
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(descriptor >= 0, "the input file cannot be made");
    require(::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
            "the input file cannot be written");
    ::close(descriptor);
    return path;
}

void broken(const std::string& what) {
    std::fprintf(stderr, "broken: %s\n", what.c_str());
    std::abort();
}

void check_refusal(const picker::Error& error, const std::filesystem::path& path) {
    const std::string_view message = error.what();
    if (error.status() == picker::Status::internal || error.status() == picker::Status::ok) {
        broken("a damaged file is taken for a fault of the library: " + std::string(message));
    }
    if (message.find(path.filename().string()) == message.npos && message.find(folder().string()) == message.npos) {
        broken("a message without the file: " + std::string(message));
    }
    if (message.find_first_of(";.") == message.npos) {
        broken("a message without a way out: " + std::string(message));
    }
}

} // namespace fuzz
