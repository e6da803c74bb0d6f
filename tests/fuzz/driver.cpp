// Runs one target without a fuzzer, on files and on all files of folders: `fuzz_replay NAME PATH...`. This is how the
// seeds and the cases that were found once are run by the ordinary tests. With `--mutate COUNT SEED` in front it also
// runs that many random changes of them, blindly: for compilers without libFuzzer. `fuzz_replay --list` prints the
// names.
#include "targets.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <sys/resource.h>
#include <vector>

namespace {

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> out;
    if (std::filesystem::is_directory(path)) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
            if (entry.is_regular_file()) {
                out.push_back(entry.path());
            }
        }
        std::sort(out.begin(), out.end());
    } else {
        out.push_back(path);
    }
    return out;
}

using Content = std::vector<std::uint8_t>;

// A small file that makes a reader ask for gigabytes ends the program, as any other finding. The sanitizers need more
// address space than there is memory.
void limit_memory() {
#ifndef __SANITIZE_ADDRESS__
    const rlimit most = {rlim_t{3} << 30, rlim_t{3} << 30};
    (void)setrlimit(RLIMIT_AS, &most);
#endif
}

// One file changed in one to eight places: bytes, numbers, pieces left out, put in twice or taken from another file.
Content changed(const std::vector<Content>& files, std::mt19937& random) {
    const auto below = [&](std::size_t count) { return count == 0 ? std::size_t{0} : random() % count; };
    constexpr std::uint32_t numbers[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};
    Content bytes = files[below(files.size())];
    for (std::size_t changes = 1 + below(8); changes > 0; --changes) {
        const auto at = static_cast<std::ptrdiff_t>(below(bytes.size() + 1));
        const auto rest = bytes.size() - static_cast<std::size_t>(at);
        const auto length = static_cast<std::ptrdiff_t>(std::min(rest, below(16) == 0 ? rest : below(32)));
        switch (below(6)) {
        case 0:
            for (std::ptrdiff_t i = 0; i < std::min<std::ptrdiff_t>(length, 4); ++i) {
                bytes[static_cast<std::size_t>(at + i)] ^= static_cast<std::uint8_t>(1U << below(8));
            }
            break;
        case 1:
            for (std::size_t i = 0, number = numbers[below(std::size(numbers))]; i < std::min<std::size_t>(rest, 4);
                 ++i) {
                bytes[static_cast<std::size_t>(at) + i] = static_cast<std::uint8_t>(number >> (8 * i));
            }
            break;
        case 2:
            bytes.erase(bytes.begin() + at, bytes.begin() + at + length);
            break;
        case 3: {
            const Content piece(bytes.begin() + at, bytes.begin() + at + length);
            bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() + 1)), piece.begin(),
                         piece.end());
            break;
        }
        case 4: {
            const Content& other = files[below(files.size())];
            const auto from = static_cast<std::ptrdiff_t>(below(other.size() + 1));
            const auto to =
                from + static_cast<std::ptrdiff_t>(below(other.size() - static_cast<std::size_t>(from) + 1));
            bytes.insert(bytes.begin() + at, other.begin() + from, other.begin() + to);
            break;
        }
        default:
            bytes.insert(bytes.begin() + at, 1 + below(3), static_cast<std::uint8_t>(" \n0-9,.\"[{x\0"[below(13)]));
        }
    }
    bytes.resize(std::min<std::size_t>(bytes.size(), 16384));
    return bytes;
}

// The bytes in hand stand in a file, should the target abort.
void run_changed(const fuzz::Target& target, const std::vector<Content>& files, long count, unsigned seed) {
    std::mt19937 random(seed);
    for (long i = 0; i < count; ++i) {
        const Content bytes = changed(files, random);
        std::ofstream("fuzz_replay.bytes", std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        target.run(bytes);
    }
    std::filesystem::remove("fuzz_replay.bytes");
    std::printf("%s: %ld changes\n", target.name, count);
}

} // namespace

int main(int count, char** words) {
    if (count == 2 && std::string_view(words[1]) == "--list") {
        for (const fuzz::Target& target : fuzz::targets()) {
            std::printf("%s\n", target.name);
        }
        return 0;
    }
    const bool mutates = count > 4 && std::string_view(words[1]) == "--mutate";
    const int first = mutates ? 4 : 1;
    const fuzz::Target* target = count > first + 1 ? fuzz::find_target(words[first]) : nullptr;
    if (target == nullptr) {
        std::fprintf(stderr, "give the name of a target (--list) and files or folders\n");
        return 2;
    }
    limit_memory();
    std::vector<Content> files;
    for (int i = first + 1; i < count; ++i) {
        for (const std::filesystem::path& path : files_of(words[i])) {
            std::ifstream in(path, std::ios::binary);
            files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
            if (!in) {
                std::fprintf(stderr, "cannot read %s\n", path.c_str());
                return 2;
            }
            std::fprintf(stderr, "%s\n", path.c_str()); // the last line names the file, should the target abort
            target->run(files.back());
        }
    }
    std::printf("%s: %zu files\n", target->name, files.size());
    if (files.empty()) {
        return 1;
    }
    if (mutates) {
        run_changed(*target, files, std::atol(words[2]), static_cast<unsigned>(std::atol(words[3])));
    }
    return 0;
}
