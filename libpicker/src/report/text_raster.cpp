// Text as pixels (text_raster.hpp).
#include "report/text_raster.hpp"

#include "core/error.hpp"
#include "report/page_files.hpp"

#include <algorithm>
#include <cmath>

#ifdef PICKER_WITH_STB
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#include <stb/stb_truetype.h>
#pragma GCC diagnostic pop
#endif

namespace picker {

std::vector<int> characters_of(const std::string& text) {
    std::vector<int> out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            out.push_back(byte >= ' ' && byte <= '~' ? byte : '?');
        } else if (byte >= 0xC0) { // the first of several
            const bool angstrom = text.compare(i, 2, "\xC3\x85") == 0;
            const bool dash = text.compare(i, 3, "\xE2\x80\x93") == 0;
            out.push_back(angstrom ? 0xC5 : dash ? 0x2013 : '?');
        }
    }
    return out;
}

#ifdef PICKER_WITH_STB

bool can_rasterise() {
    return true;
}

namespace {

const stbtt_fontinfo& font() {
    static const stbtt_fontinfo info = [] {
        stbtt_fontinfo made{};
        if (stbtt_InitFont(&made, font_bytes, 0) == 0) {
            fail(Status::internal, "the font that the library carries cannot be read");
        }
        return made;
    }();
    return info;
}

// Coverage of one character, laid over the picture.
void blend(Picture& picture, int left, int top, int width, int height, const unsigned char* cover,
           const Colour& colour) {
    for (int j = std::max(0, -top); j < height && top + j < picture.height; ++j) {
        for (int i = std::max(0, -left); i < width && left + i < picture.width; ++i) {
            const double share = cover[j * width + i] / 255.0;
            unsigned char* pixel = picture.samples.data() +
                                   3 * (static_cast<std::size_t>(top + j) * static_cast<std::size_t>(picture.width) +
                                        static_cast<std::size_t>(left + i));
            for (std::size_t c = 0; c < 3; ++c) {
                pixel[c] = static_cast<unsigned char>(pixel[c] + share * (colour[c] - pixel[c]) + 0.5);
            }
        }
    }
}

} // namespace

void draw_text(Picture& picture, double x, double y, double size, Anchor anchor, const std::string& text,
               const Colour& colour) {
    const stbtt_fontinfo& face = font();
    const float scale = stbtt_ScaleForMappingEmToPixels(&face, static_cast<float>(size));
    const std::vector<int> characters = characters_of(text);
    double width = 0.0;
    for (const int character : characters) {
        int advance = 0, bearing = 0;
        stbtt_GetCodepointHMetrics(&face, character, &advance, &bearing);
        width += scale * static_cast<float>(advance);
    }
    double at = x - (anchor == Anchor::start ? 0.0 : anchor == Anchor::middle ? width / 2.0 : width);
    for (const int character : characters) {
        const auto shift = static_cast<float>(at - std::floor(at));
        int advance = 0, bearing = 0, w = 0, h = 0, left = 0, top = 0;
        stbtt_GetCodepointHMetrics(&face, character, &advance, &bearing);
        unsigned char* cover =
            stbtt_GetCodepointBitmapSubpixel(&face, scale, scale, shift, 0.0F, character, &w, &h, &left, &top);
        if (cover != nullptr) {
            blend(picture, static_cast<int>(std::floor(at)) + left, static_cast<int>(std::lround(y)) + top, w, h, cover,
                  colour);
            stbtt_FreeBitmap(cover, nullptr);
        }
        at += scale * static_cast<float>(advance);
    }
}

#else

bool can_rasterise() {
    return false;
}

void draw_text(Picture& /*picture*/, double /*x*/, double /*y*/, double /*size*/, Anchor /*anchor*/,
               const std::string& /*text*/, const Colour& /*colour*/) {
    fail(Status::unsupported,
         "this libpicker was built without stb_truetype, which draws the words of plots as pixels; "
         "ask for PDF, or build it with the package libstb-dev");
}

#endif

} // namespace picker
