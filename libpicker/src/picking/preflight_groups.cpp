// The kinds of problems that a check before a run can find, and how many of one kind are told in one line
// (preflight.hpp).
#include "picking/preflight.hpp"

#include <algorithm>
#include <array>

namespace picker {
namespace {

struct Kind {
    ProblemKind kind;
    const char* name;
    ProblemLevel level;
    const char* what;    // after their number
    const char* way_out; // after their names
};

constexpr auto error = ProblemLevel::error;
constexpr auto warning = ProblemLevel::warning;
constexpr auto remark = ProblemLevel::remark;

constexpr std::array<Kind, 23> kinds = {{
    {ProblemKind::pattern, "pattern", error, "inputs name no micrographs", "check the paths"},
    {ProblemKind::output, "output", error, "folders cannot be written to", "choose others"},
    {ProblemKind::space, "space", error, "disks have too little room", "make room"},
    {ProblemKind::same_stem, "same_stem", error, "micrographs have the name of another one",
     "rename them, or pick them into different folders"},
    {ProblemKind::missing, "missing", error, "files are missing", "check the paths, or copy them from their source"},
    {ProblemKind::unreadable, "unreadable", error, "files cannot be read", "check their permissions and the disk"},
    {ProblemKind::empty, "empty", error, "files are empty", "copy them again from their source"},
    {ProblemKind::truncated, "truncated", error, "files are truncated", "copy them again from their source"},
    {ProblemKind::damaged, "damaged", error, "files are no images or have damaged headers",
     "write them again with the program that made them"},
    {ProblemKind::size, "size", error, "files claim more pixels than any micrograph has",
     "write them again with the program that made them"},
    {ProblemKind::stack, "stack", error, "files are stacks, movies or volumes",
     "give motion-corrected micrographs, one to a file"},
    {ProblemKind::mode, "mode", error, "files hold samples that are not read", "convert them to 32-bit float"},
    {ProblemKind::pixel_size_unknown, "pixel_size_unknown", error, "micrographs have no known pixel size",
     "give it in angstrom with --pixel-size or pixel_size, or a STAR file with an optics table"},
    {ProblemKind::pixel_size_absurd, "pixel_size_absurd", error, "micrographs have an absurd pixel size",
     "give one between 0.05 and 100 angstrom with --pixel-size or pixel_size"},
    {ProblemKind::not_finite, "not_finite", error, "micrographs have pixels that are no numbers",
     "write them again with the program that made them"},
    {ProblemKind::constant, "constant", error, "micrographs have one value in every pixel",
     "write them again with the program that made them"},
    {ProblemKind::clipped, "clipped", warning, "micrographs are clipped", "write them with a wider range of values"},
    {ProblemKind::hot_pixels, "hot_pixels", warning, "micrographs have hot pixels",
     "correct the movies for defects of the detector"},
    {ProblemKind::stripes, "stripes", warning, "micrographs have stripes",
     "check the gain reference and its orientation"},
    {ProblemKind::too_small, "too_small", warning, "micrographs are smaller than one particle",
     "check the diameter and the pixel size"},
    {ProblemKind::pixel_size_differs, "pixel_size_differs", warning,
     "micrographs have another pixel size in their list than in their header, and the list's is used",
     "check which of them is right"},
    {ProblemKind::pixel_size_overridden, "pixel_size_overridden", remark,
     "micrographs say another pixel size than the one that was given and is used", "check which of them is right"},
    {ProblemKind::outside_project, "outside_project", remark, "paths in STAR files lead out of the project",
     "the files have to stay where they are"},
}};

const Kind& entry(ProblemKind kind) {
    return *std::ranges::find(kinds, kind, &Kind::kind); // a test holds the list complete
}

std::string text_of(const std::vector<Problem>& problems, std::size_t begin, std::size_t end) {
    constexpr std::size_t most_names = 3;
    if (end - begin == 1) {
        return problems[begin].message;
    }
    const Kind& kind = entry(problems[begin].kind);
    std::string out = text(end - begin, " ", kind.what, ": ");
    for (std::size_t i = begin; i < std::min(end, begin + most_names); ++i) {
        out += (i == begin ? "" : ", ") + problems[i].path;
        out += problems[i].note.empty() ? "" : " (" + problems[i].note + ")";
    }
    if (end - begin > most_names) {
        out += text(" and ", end - begin - most_names, " more");
    }
    return out + "; " + kind.way_out;
}

} // namespace

const char* name_of(ProblemKind kind) {
    return entry(kind).name;
}

ProblemLevel level_of(ProblemKind kind) {
    return entry(kind).level;
}

std::vector<ProblemGroup> group_problems(const std::vector<Problem>& problems) {
    std::vector<ProblemGroup> out;
    for (std::size_t begin = 0; begin < problems.size();) {
        std::size_t end = begin + 1;
        while (end < problems.size() && problems[end].kind == problems[begin].kind &&
               problems[end].level == problems[begin].level) {
            ++end;
        }
        out.push_back({problems[begin].kind, problems[begin].level, end - begin, text_of(problems, begin, end)});
        begin = end;
    }
    return out;
}

} // namespace picker
