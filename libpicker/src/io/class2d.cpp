// Particles from RELION's STAR files (class2d.hpp).
#include "io/class2d.hpp"

#include "core/error.hpp"
#include "io/micrograph_file.hpp"
#include "io/star_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace picker {
namespace {

struct Optics {
    double image = 0.0, micrograph = 0.0; // angstrom per pixel; 0 where the table does not say
};

std::map<std::string, Optics, std::less<>> read_optics(const std::filesystem::path& star) {
    const starfile::File file = read_star_file(star);
    std::map<std::string, Optics, std::less<>> out;
    const starfile::Block* block = file.find("optics");
    const auto group = block != nullptr ? block->find("rlnOpticsGroup") : std::nullopt;
    const auto image = block != nullptr ? block->find("rlnImagePixelSize") : std::nullopt;
    const auto micrograph = block != nullptr ? block->find("rlnMicrographPixelSize") : std::nullopt;
    with_star_errors([&] {
        for (std::size_t row = 0; group && row < block->rows(); ++row) {
            Optics& optics = out[std::string(block->value(row, *group))];
            optics.image = image ? block->number(row, *image) : 0.0;
            optics.micrograph = micrograph ? block->number(row, *micrograph) : 0.0;
        }
    });
    return out;
}

// The particles of one micrograph, as the STAR has them.
class Table {
public:
    Table(const std::filesystem::path& star, const Picks& picks, const std::map<std::string, Optics, std::less<>>& all)
        : star_(star.string()), picks_(picks), optics_(all), angstrom_(pair("rlnOriginXAngst", "rlnOriginYAngst")),
          pixels_(pair("rlnOriginX", "rlnOriginY")) {}

    // From the true centre to the coordinate, angstrom.
    std::pair<double, double> origin(std::size_t row) const {
        if (angstrom_) {
            return {number("rlnOriginXAngst", row), number("rlnOriginYAngst", row)};
        }
        const double x = pixels_ ? number("rlnOriginX", row) : 0.0;
        const double y = pixels_ ? number("rlnOriginY", row) : 0.0;
        if (x == 0.0 && y == 0.0) {
            return {0.0, 0.0};
        }
        const double size = image_pixel_size(row);
        return {x * size, y * size};
    }
    double micrograph_pixel_size(std::size_t row) const {
        const Optics* optics = optics_of(row);
        return optics != nullptr ? optics->micrograph : 0.0;
    }

private:
    bool pair(const char* x, const char* y) const {
        const bool has = picks_.text_column(x) != nullptr;
        if (has != (picks_.text_column(y) != nullptr)) {
            fail(Status::not_found, star_, " has only one of the columns ", x, " and ", y, "; write it again");
        }
        return has;
    }
    std::string cell(const char* label, std::size_t row) const {
        const auto* column = picks_.text_column(label);
        return column != nullptr ? (*column)[row] : std::string();
    }
    double number(const char* label, std::size_t row) const {
        const std::string value = cell(label, row);
        double result = 0.0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
        if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(result)) {
            fail(Status::bad_file, star_, ": ", label, " of the particle at ", picks_.x[row], ", ", picks_.y[row],
                 " is '", value, "', which is not a number; correct or remove the row");
        }
        return result;
    }
    const Optics* optics_of(std::size_t row) const {
        const auto found = optics_.find(cell("rlnOpticsGroup", row));
        return found != optics_.end() ? &found->second : nullptr;
    }
    double image_pixel_size(std::size_t row) const {
        if (const Optics* optics = optics_of(row); optics != nullptr && optics->image > 0.0) {
            return optics->image;
        }
        if (picks_.text_column("rlnMagnification") != nullptr &&
            picks_.text_column("rlnDetectorPixelSize") != nullptr) {
            const double magnification = number("rlnMagnification", row);
            const double detector = number("rlnDetectorPixelSize", row); // micrometres
            if (magnification > 0.0 && detector > 0.0) {
                return 10000.0 * detector / magnification;
            }
        }
        fail(Status::not_found, star_,
             " gives origins in pixels of the particle images (rlnOriginX), but not how large ",
             "these are: it has neither rlnMagnification and rlnDetectorPixelSize nor rlnImagePixelSize in an optics ",
             "table; give the STAR file that RELION wrote");
    }

    std::string star_;
    const Picks& picks_;
    const std::map<std::string, Optics, std::less<>>& optics_;
    bool angstrom_, pixels_;
};

// Looked up when a particle has an origin: without one nobody needs it.
double micrograph_pixel_size(const InputMicrograph& micrograph, double given, double star) {
    double header = 0.0;
    if (given <= 0.0 && micrograph.pixel_size <= 0.0) {
        std::error_code ignored;
        header =
            std::filesystem::exists(micrograph.path, ignored) ? read_image_header(micrograph.path).pixel_size : 0.0;
        header = header > 0.0 ? header : star;
    }
    return resolve_pixel_size(given, micrograph, header);
}

enum class Shift { exact, whole_pixels };

Picks centred(const Table& table, const Picks& picks, const InputMicrograph& micrograph, double given, Shift shift) {
    Picks out;
    double pixel_size = 0.0;
    for (std::size_t row = 0; row < picks.size(); ++row) {
        const auto [x, y] = table.origin(row);
        if (pixel_size == 0.0 && (x != 0.0 || y != 0.0)) {
            pixel_size = micrograph_pixel_size(micrograph, given, table.micrograph_pixel_size(row));
        }
        const double scale = pixel_size > 0.0 ? 1.0 / pixel_size : 0.0;
        const bool whole = shift == Shift::whole_pixels; // half away from zero, as RELION rounds
        const double dx = whole ? std::round(x * scale) : x * scale, dy = whole ? std::round(y * scale) : y * scale;
        out.add(picks.x[row] - dx, picks.y[row] - dy, picks.score[row]);
    }
    if (const std::vector<double>* column = picks.column("class"); column != nullptr) {
        out.ensure_column("class", 0.0) = *column;
    }
    return out;
}

std::string listed(const std::set<int>& numbers) {
    std::string out;
    for (const int number : numbers) {
        out += text(out.empty() ? "" : ", ", number);
    }
    return out;
}

} // namespace

Class2dPicks read_class2d(const std::filesystem::path& star, const std::vector<InputMicrograph>& micrographs,
                          const std::vector<int>& classes, double pixel_size) {
    if (classes.empty()) {
        fail(Status::invalid_argument, "no classes to take from ", star.string(), "; name at least one, as 1,3,5");
    }
    const auto optics = read_optics(star);
    MatchedPicks matched = match_picks(micrographs, {star.string()});
    Class2dPicks out{matched, matched};
    std::set<int> seen;
    for (std::size_t i = 0; i < micrographs.size(); ++i) {
        const Picks& all = matched.picks[i];
        if (all.empty()) {
            continue;
        }
        const std::vector<double>* column = all.column("class");
        if (column == nullptr) {
            fail(Status::not_found, star.string(),
                 " has no column rlnClassNumber; give run_itNNN_data.star of a 2D "
                 "classification");
        }
        const Picks moved = centred(Table(star, all, optics), all, micrographs[i], pixel_size, Shift::exact);
        std::vector<std::size_t> chosen, others;
        for (std::size_t row = 0; row < all.size(); ++row) {
            const int number = static_cast<int>(std::lround((*column)[row]));
            seen.insert(number);
            (std::find(classes.begin(), classes.end(), number) != classes.end() ? chosen : others).push_back(row);
        }
        out.chosen.picks[i] = moved.subset(chosen);
        out.others.picks[i] = moved.subset(others);
    }
    for (const int number : classes) {
        if (!seen.contains(number)) {
            fail(Status::not_found, "class ", number, " has no particles on these micrographs in ", star.string(),
                 "; there are classes ", seen.empty() ? "none" : listed(seen));
        }
    }
    return out;
}

MatchedPicks read_particles(const std::filesystem::path& star, const std::vector<InputMicrograph>& micrographs,
                            double pixel_size) {
    const auto optics = read_optics(star);
    MatchedPicks out = match_picks(micrographs, {star.string()});
    for (std::size_t i = 0; i < micrographs.size(); ++i) {
        out.picks[i] =
            centred(Table(star, out.picks[i], optics), out.picks[i], micrographs[i], pixel_size, Shift::whole_pixels);
    }
    return out;
}

} // namespace picker
