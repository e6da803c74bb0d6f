// A data set without gaps and contradictions (settings.hpp).
#include "core/error.hpp"
#include "io/micrograph_file.hpp"
#include "signal/diameter_check.hpp"
#include "training/settings.hpp"

#include <cmath>

namespace picker {
namespace {

constexpr double same_place = 0.1; // diameters

std::string described(const Dataset& dataset, std::size_t index) {
    const std::string& source = dataset.items[index].source;
    return dataset.name(index) + (source.empty() ? "" : " (" + source + ")");
}

void settle_diameters(Dataset& dataset, double fallback) {
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        double& diameter = dataset.items[i].diameter;
        diameter = diameter > 0.0 ? diameter : fallback;
        if (!(diameter > 0.0) || !std::isfinite(diameter)) {
            fail(Status::invalid_argument, "no particle diameter for ", described(dataset, i),
                 "; give the particle's longest axis in angstrom");
        }
    }
}

void settle_pixel_sizes(Dataset& dataset, const char* what, const Control& control) {
    const Meter meter(control, "read", static_cast<std::int64_t>(dataset.items.size()));
    std::vector<std::size_t> unknown;
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        meter.at(static_cast<std::int64_t>(i), dataset.name(i).c_str());
        if (dataset.has_pixel_size(i)) {
            dataset.items[i].pixel_size = dataset.pixel_size(i);
        } else {
            unknown.push_back(i);
        }
    }
    if (!unknown.empty()) {
        const std::size_t known = dataset.items.size() - unknown.size();
        fail(Status::invalid_argument, "the pixel size of ", unknown.size(), " of the ", dataset.items.size(), " ",
             what, " micrographs is unknown",
             known > 0 ? ", and the others are no guide, as sets may be mixed; the first is " : "; the first is ",
             described(dataset, unknown.front()), ": give it in angstrom with --pixel-size or pixel_size, or give a ",
             "STAR file with an optics table");
    }
}

// Before the work; a file that cannot be read is told of where it is read.
void check_diameters(const Dataset& dataset) {
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        const DatasetItem& item = dataset.items[i];
        int width = 0, height = 0;
        if (item.micrograph) {
            width = item.micrograph->image.width;
            height = item.micrograph->image.height;
        } else {
            try {
                const ImageHeader header = read_image_header(item.path);
                width = header.width;
                height = header.height;
            } catch (const Error&) {
                continue;
            }
        }
        check_diameter(described(dataset, i), width, height, item.pixel_size, item.diameter / item.pixel_size);
    }
}

void check_contradictions(const Dataset& dataset) {
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        const DatasetItem& item = dataset.items[i];
        const double near = same_place * item.diameter / item.pixel_size; // pixels
        std::size_t count = 0, first = 0;
        for (std::size_t n = 0; n < item.negatives.size(); ++n) {
            bool both = false;
            for (std::size_t p = 0; p < item.positives.size() && !both; ++p) {
                both = std::hypot(item.negatives.x[n] - item.positives.x[p],
                                  item.negatives.y[n] - item.positives.y[p]) <= near;
            }
            first = both && count == 0 ? n : first;
            count += both ? 1 : 0;
        }
        if (count > 0) {
            fail(Status::mismatch, described(dataset, i), ": ", count, count == 1 ? " place is" : " places are",
                 " given both as a particle and as a negative (nearer than ", near, " pixels), the first at x ",
                 item.negatives.x[first], ", y ", item.negatives.y[first], "; take ", count == 1 ? "it" : "them",
                 " out of one of the two lists");
        }
    }
}

} // namespace

Dataset with_diameters(const Dataset& dataset, double diameter) {
    Dataset out = dataset;
    settle_diameters(out, diameter);
    return out;
}

Dataset settled(const Dataset& dataset, double diameter, const char* what, const Control& control) {
    if (dataset.items.empty()) {
        fail(Status::invalid_argument, "the ", what,
             " set is empty: it has no micrographs; add some, with coordinates");
    }
    if (dataset.positives() == 0) {
        fail(Status::invalid_argument, "no particle coordinates in the ", dataset.items.size(), " ", what,
             " micrographs; give coordinates whose file names match the micrographs");
    }
    Dataset out = dataset;
    settle_diameters(out, diameter);
    settle_pixel_sizes(out, what, control);
    check_diameters(out);
    check_contradictions(out);
    return out;
}

} // namespace picker
