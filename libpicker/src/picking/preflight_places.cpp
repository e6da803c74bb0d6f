// Where a run writes to, and how much (preflight.hpp).
#include "io/file_reader.hpp"
#include "picking/preflight.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace picker {
namespace {

// "1.5 GB", in powers of 1000 as disks are sold.
std::string bytes_text(std::uint64_t bytes) {
    constexpr const char* units[] = {"bytes", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    auto value = static_cast<double>(bytes);
    while (value >= 1000.0 && unit + 1 < std::size(units)) {
        value /= 1000.0;
        ++unit;
    }
    const auto tenths = static_cast<std::uint64_t>(value * 10.0 + 0.5);
    return unit == 0 ? text(bytes, " bytes") : text(tenths / 10, ".", tenths % 10, " ", units[unit]);
}

} // namespace

std::filesystem::path existing_part(const std::filesystem::path& folder) {
    std::error_code none;
    std::filesystem::path place = std::filesystem::absolute(folder, none).lexically_normal();
    while (!std::filesystem::exists(place, none) && place.has_relative_path()) {
        place = place.parent_path();
    }
    return place;
}

std::string output_fault(const std::filesystem::path& folder) {
    std::error_code none;
    const std::filesystem::path place = existing_part(folder);
    const std::string name = folder.string();
    if (!std::filesystem::is_directory(place, none)) {
        return text("cannot make the output folder ", name, ": ", place.string(),
                    " is a file; choose another output folder");
    }
    // The rights in force, which a program with another owner's rights may differ from its user in.
    if (::faccessat(AT_FDCWD, place.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
        const int reason = errno;
        return text("cannot write to the output folder ", name, ": ", place.string(), ": ", system_reason(reason),
                    "; choose a folder that you may write to");
    }
    return "";
}

std::optional<Problem> space_problem(const std::filesystem::path& folder, std::uint64_t least, std::uint64_t most,
                                     std::uint64_t available) {
    if (available >= most) {
        return std::nullopt;
    }
    Problem problem;
    problem.kind = ProblemKind::space;
    problem.level = available < least ? ProblemLevel::error : ProblemLevel::warning;
    problem.path = folder.string();
    problem.message =
        text("the disk of the output folder ", problem.path, " has ", bytes_text(available),
             " free, and the run writes about ", bytes_text(least), " to ", bytes_text(most),
             available < least ? "; make room, or choose another output folder" : "; it may run full: make room");
    return problem;
}

} // namespace picker
