// Globs and folders (path_patterns.hpp).
#include "io/path_patterns.hpp"

#include "core/error.hpp"
#include "io/file_reader.hpp"
#include "io/picks_formats.hpp"

#include <algorithm>
#include <glob.h>

namespace picker {
namespace {

class Glob {
public:
    explicit Glob(const std::string& pattern) {
        // glob()'s own order is that of the host's language.
        count_ = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &result_) == 0 ? result_.gl_pathc : 0;
    }
    ~Glob() { ::globfree(&result_); }
    Glob(const Glob&) = delete;
    Glob& operator=(const Glob&) = delete;

    std::vector<std::filesystem::path> paths() const { return {result_.gl_pathv, result_.gl_pathv + count_}; }

private:
    glob_t result_{};
    std::size_t count_ = 0;
};

void sort_bytewise(std::vector<std::filesystem::path>& paths) {
    std::ranges::sort(paths, {}, [](const auto& path) -> const std::string& { return path.native(); });
}

} // namespace

bool is_folder(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

std::vector<std::filesystem::path> expand_pattern(const std::string& pattern) {
    std::error_code ignored;
    if (std::filesystem::exists(pattern, ignored)) {
        return {pattern};
    }
    const bool is_glob = pattern.find_first_of("*?[") != pattern.npos;
    std::vector<std::filesystem::path> paths;
    if (is_glob) {
        paths = Glob(pattern).paths();
    }
    if (paths.empty()) {
        fail(Status::not_found, is_glob ? "no file matches " : "there is no file or folder ",
             pattern.empty() ? "(an empty path)" : pattern, "; check the path, relative ones start at ",
             std::filesystem::current_path(ignored).string());
    }
    sort_bytewise(paths);
    return paths;
}

bool has_ending(const std::filesystem::path& path, std::string_view ending) {
    const std::string name = lower_case(path.filename().string());
    return name.size() > ending.size() && name.ends_with(ending);
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder,
                                            const std::vector<std::string>& endings) {
    std::vector<std::filesystem::path> out;
    std::error_code error;
    std::filesystem::directory_iterator entries(folder, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
        const std::filesystem::path& path = entries->path();
        std::error_code ignored;
        if (!path.filename().string().starts_with('.') &&
            std::ranges::any_of(endings, [&](const std::string& ending) { return has_ending(path, ending); }) &&
            !entries->is_directory(ignored)) {
            out.push_back(path);
        }
    }
    if (error) {
        fail(Status::io, "cannot read the folder ", folder.string(), ": ", system_reason(error.value()),
             "; check its permissions");
    }
    sort_bytewise(out);
    return out;
}

std::string file_identity(const std::filesystem::path& path) {
    std::error_code error;
    const auto canonical = std::filesystem::weakly_canonical(path, error);
    return error ? path.lexically_normal().string() : canonical.string();
}

} // namespace picker
