// The check of one input before a run (preflight_input.hpp): its header, its pixel size, and with `deep` its pixels.
#include "picking/preflight_input.hpp"

#include "io/file_reader.hpp"
#include "io/image_fault.hpp"

#include <algorithm>
#include <cmath>
#include <new>

namespace picker {
namespace {

constexpr double tolerance = 0.01; // of pixel sizes, relative: headers hold rounded ones

ProblemKind kind_of(ImageFault fault) {
    switch (fault) {
    case ImageFault::empty:
        return ProblemKind::empty;
    case ImageFault::truncated:
        return ProblemKind::truncated;
    case ImageFault::size:
        return ProblemKind::size;
    case ImageFault::stack:
        return ProblemKind::stack;
    case ImageFault::mode:
        return ProblemKind::mode;
    case ImageFault::damaged:
        break;
    }
    return ProblemKind::damaged;
}

template <typename Read> std::optional<Failure> failure_of(const std::string& name, const Read& read) {
    try {
        read();
    } catch (const ImageError& error) {
        return Failure{kind_of(error.fault()), error.status(), error.what()};
    } catch (const Error& error) {
        return Failure{error.status() == Status::not_found ? ProblemKind::missing : ProblemKind::unreadable,
                       error.status(), error.what()};
    } catch (const std::bad_alloc&) {
        return Failure{ProblemKind::unreadable, Status::out_of_memory,
                       text("there is not enough memory to read ", name, "; use fewer threads")};
    } catch (const std::exception& error) {
        return Failure{ProblemKind::unreadable, Status::internal, text("cannot read ", name, ": ", error.what())};
    }
    return std::nullopt;
}

// "4.000", as pixel sizes are told everywhere.
std::string angstrom(double value) {
    const auto thousandths = static_cast<std::uint64_t>(std::min(value, 1e9) * 1000.0 + 0.5);
    const std::string digits = text(thousandths % 1000);
    return text(thousandths / 1000, ".", std::string(3 - digits.size(), '0'), digits);
}

bool differ(double a, double b) {
    return a > 0.0 && b > 0.0 && std::abs(a - b) > tolerance * b;
}

// One micrograph's check; runs on a worker and touches nothing but its own results.
class InputCheck {
public:
    InputCheck(const InputMicrograph& input, std::size_t index, const PreflightOptions& options, CheckedInput& result)
        : input_(input), index_(index), options_(options), result_(result), name_(input.path.string()) {}

    std::vector<Problem> run() {
        if (options_.source == CandidateSource::score_map) {
            read_header(options_.source_folder / (input_.stem + ".mrc"));
        } else {
            read_header(input_.path);
            if (options_.source == CandidateSource::candidates) {
                check_candidates();
            }
            if (result_.header) {
                check_pixel_size();
            }
        }
        if (options_.deep && result_.header && options_.source == CandidateSource::micrograph) {
            check_pixels();
        }
        check_project();
        return std::move(problems_);
    }

private:
    void add(ProblemKind kind, const std::string& path, std::string message, std::string note = "") {
        const ProblemLevel level = level_of(kind);
        problems_.push_back({kind, level, static_cast<std::ptrdiff_t>(index_), level == ProblemLevel::error, path,
                             std::move(message), std::move(note)});
    }

    void fail_with(const Failure& failure, const std::string& path) {
        add(failure.kind, path, failure.message);
        result_.status = failure.status;
        result_.error = failure.message;
    }

    void read_header(const std::filesystem::path& path) {
        if (const auto failure = failure_of(path.string(), [&] { result_.header = read_image_header(path); })) {
            fail_with(*failure, path.string());
        }
    }

    void check_candidates() {
        const auto path = options_.source_folder / (input_.stem + ".star");
        if (const auto failure = failure_of(path.string(), [&] { const FileReader file(path); })) {
            add(failure->kind, path.string(), failure->message);
        }
    }

    void check_pixel_size() {
        const double header = result_.header->pixel_size, listed = input_.pixel_size;
        double used = 0.0;
        try {
            used = resolve_pixel_size(options_.pixel_size, input_, header);
        } catch (const Error& error) {
            const bool unknown = !(options_.pixel_size != 0.0 || listed > 0.0 || header > 0.0);
            add(unknown ? ProblemKind::pixel_size_unknown : ProblemKind::pixel_size_absurd, name_, error.what());
            return;
        }
        if (options_.pixel_size != 0.0) {
            const double known = listed > 0.0 ? listed : header;
            if (differ(used, known)) {
                add(ProblemKind::pixel_size_overridden, name_,
                    text("the pixel size of ", angstrom(used), " angstrom is used as given, which is not what ", name_,
                         " says (", angstrom(known), ")"),
                    angstrom(known));
            }
        } else if (differ(listed, header)) {
            add(ProblemKind::pixel_size_differs, name_,
                text("the pixel size of ", name_, " is ", angstrom(listed), " angstrom in its list and ",
                     angstrom(header), " in its header; the list's is used, check which of them is right"),
                text(angstrom(listed), " and ", angstrom(header)));
        }
        const ImageHeader& image = *result_.header;
        const double diameter = options_.diameter / used; // pixels
        if (std::min(image.width, image.height) < diameter) {
            add(ProblemKind::too_small, name_,
                text(name_, " is ", image.width, " x ", image.height, " pixels, smaller than a particle of ",
                     std::ceil(diameter), " pixels; check the diameter and the pixel size"),
                text(image.width, " x ", image.height));
        }
    }

    void check_pixels() {
        if (const auto failure =
                failure_of(name_, [&] { result_.pixels = pixel_faults(read_micrograph(input_.path).image); })) {
            fail_with(*failure, name_);
            result_.header.reset();
            return;
        }
        const PixelFaults& pixels = *result_.pixels;
        if (pixels.statistics.nonfinite > 0) {
            add(ProblemKind::not_finite, name_,
                text(name_, " has ", pixels.statistics.nonfinite,
                     " pixels that are no numbers and cannot be picked; write it again with the program that made it"),
                text(pixels.statistics.nonfinite));
        } else if (!(pixels.statistics.deviation > 0.0)) {
            add(ProblemKind::constant, name_,
                text("every pixel of ", name_,
                     " has the same value, so it cannot be picked; write it again with the program that made it"));
        }
        tell_clipped(pixels.clipped_low, "lowest", pixels.statistics.minimum);
        tell_clipped(pixels.clipped_high, "highest", pixels.statistics.maximum);
        if (pixels.hot > 0) {
            add(ProblemKind::hot_pixels, name_,
                text(name_, " has ", pixels.hot,
                     " hot pixels, far above everything around them; correct the movies for defects of the detector"),
                text(pixels.hot));
        }
        tell_stripes(pixels.stripe_columns, "columns", pixels.first_column);
        tell_stripes(pixels.stripe_rows, "rows", pixels.first_row);
    }

    void tell_clipped(double share, const char* end, double value) {
        if (share > 0.0) {
            add(ProblemKind::clipped, name_,
                text(name_, " is clipped: ", std::round(share * 1e4) / 100.0, " % of its pixels have the ", end,
                     " value, ", value, "; write it with a wider range of values"));
        }
    }

    void tell_stripes(int count, const char* lines, int first) {
        if (count > 0) {
            add(ProblemKind::stripes, name_,
                text(name_, " has ", count, " ", lines, " whose mean stands out (the first is ", first,
                     "); check the gain reference and its orientation"),
                text(count, " ", lines));
        }
    }

    // Of a path in a STAR file: neither in the working folder nor below the list's own.
    void check_project() {
        const std::filesystem::path written(input_.name);
        if (input_.list.empty() || (written.is_relative() && *written.lexically_normal().begin() != "..")) {
            return;
        }
        std::error_code none;
        const auto inside = [&](const std::filesystem::path& folder) {
            const auto base = std::filesystem::absolute(folder, none).lexically_normal();
            const auto from = std::filesystem::absolute(input_.path, none).lexically_normal().lexically_relative(base);
            return !from.empty() && *from.begin() != "..";
        };
        if (!inside(".") && !inside(input_.list.has_parent_path() ? input_.list.parent_path() : ".")) {
            add(ProblemKind::outside_project, input_.name,
                text("the path ", input_.name, " in ", input_.list.string(),
                     " leads out of the project; the file has to stay where it is"));
        }
    }

    const InputMicrograph& input_;
    std::size_t index_;
    const PreflightOptions& options_;
    CheckedInput& result_;
    std::string name_;
    std::vector<Problem> problems_;
};

} // namespace

std::optional<Failure> image_failure(const std::filesystem::path& path) {
    return failure_of(path.string(), [&] { read_image_header(path); });
}

std::vector<Problem> check_input(const InputMicrograph& input, std::size_t index, const PreflightOptions& options,
                                 CheckedInput& result) {
    return InputCheck(input, index, options, result).run();
}

} // namespace picker
