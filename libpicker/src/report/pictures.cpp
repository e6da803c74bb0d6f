// Pictures of a report (pictures.hpp).
#include "report/pictures.hpp"

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/micrograph_file.hpp"
#include "io/picture.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>

namespace picker {
namespace {

constexpr int quality = 60; // 0.4 bytes for a pixel of a micrograph, which is mostly noise, as base64
constexpr std::size_t large_pictures = 12;
constexpr int large_side = 1024, smallest_side = 160;
constexpr double pixel_budget = 3.2e7; // of all small pictures together

void make_one(const ReportMicrograph& micrograph, double diameter, int side, ReportPicture& out) {
    try {
        const Image image = read_micrograph(micrograph.path).image;
        if (image.width != micrograph.item.width || image.height != micrograph.item.height) {
            fail(Status::mismatch, micrograph.path.string(), " is ", image.width, " x ", image.height,
                 " pixels, but what was picked had ", micrograph.item.width, " x ", micrograph.item.height,
                 "; pick it again");
        }
        const double pixel_size = micrograph.item.pixel_size;
        const Picture picture = picture_of(image, side, pixel_size > 0.0 ? diameter / pixel_size : 0.0);
        out.jpeg = encode_jpeg(picture, quality);
        out.width = picture.width;
        out.height = picture.height;
    } catch (const Error& error) {
        out.problem = error.what();
    } catch (const std::bad_alloc&) {
        out.problem = "out of memory; use fewer threads";
    }
}

} // namespace

bool is_large_picture(std::size_t index, std::size_t count) {
    if (count <= large_pictures) {
        return true;
    }
    for (std::size_t k = 0; k < large_pictures; ++k) {
        if (index == (2 * k + 1) * count / (2 * large_pictures)) { // the middle of the k-th part
            return true;
        }
    }
    return false;
}

int picture_side(std::size_t index, std::size_t count, int width, int height) {
    if (is_large_picture(index, count) || width < 1 || height < 1) {
        return large_side;
    }
    const double longer = std::max(width, height), shorter = std::min(width, height);
    const double side = std::sqrt(pixel_budget / static_cast<double>(count) * longer / shorter);
    return static_cast<int>(std::clamp(side, double{smallest_side}, double{large_side}));
}

std::vector<ReportPicture> make_pictures(const RunFolder& run, int side, const Control& control) {
    const std::size_t count = run.micrographs.size();
    std::vector<ReportPicture> out(count);
    if (count == 0) {
        return out;
    }
    const Meter meter(control, "draw", static_cast<std::int64_t>(count));
    std::atomic<std::int64_t> done{0};
    const auto poll = [&] {
        const std::int64_t now = done;
        const std::size_t at = std::min(static_cast<std::size_t>(now), count - 1);
        meter.at(now, run.micrographs[at].item.micrograph.c_str());
    };
    poll();
    WorkerPool pool(std::min(control.worker_count(), static_cast<int>(std::min<std::size_t>(count, 4096))));
    pool.run(
        count,
        [&](std::size_t i) {
            const RunItem& item = run.micrographs[i].item;
            if (item.status == "done") {
                out[i].large = side > 0 || is_large_picture(i, count);
                make_one(run.micrographs[i], run.diameter,
                         side > 0 ? side : picture_side(i, count, item.width, item.height), out[i]);
            }
            ++done;
        },
        poll);
    return out;
}

} // namespace picker
