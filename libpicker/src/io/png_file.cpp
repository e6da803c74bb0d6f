// PNG through libpng: gray pictures and masks in, 8-bit gray and RGB pictures out. Row 0 is the top row both ways.
// libpng leaves by longjmp, so the functions that call it own nothing: all storage belongs to their callers.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/image_fault.hpp"
#include "io/image_formats.hpp"
#include "io/mrc_header.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <csetjmp>
#include <cstring>
#include <exception>
#include <new>
#include <png.h>

namespace picker {
namespace {

// The file's bytes in memory, or the file itself where only its header is wanted.
struct Source {
    const char* bytes = nullptr;
    const FileReader* file = nullptr;
    std::size_t size = 0, position = 0;
};

// What a decoder run shares with its callbacks. It belongs to a caller of the functions that libpng jumps out of.
struct Decoder {
    png_structp png = nullptr;
    png_infop info = nullptr;
    Source source;
    char message[200] = {};
    png_uint_32 width = 0, height = 0;
    int depth = 0, colour = 0, passes = 1; // as stored
    Decoder() = default;
    ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
};

void on_error(png_structp png, png_const_charp message) {
    auto* decoder = static_cast<Decoder*>(png_get_error_ptr(png));
    std::strncpy(decoder->message, message, sizeof decoder->message - 1);
    png_longjmp(png, 1);
}

void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}

// Without an exception: it would have to pass through libpng.
bool read_piece(const FileReader& file, void* out, std::size_t count, std::uint64_t offset) noexcept {
    try {
        return file.read_some(out, count, offset) == count;
    } catch (const std::exception&) {
        return false;
    }
}

void on_read(png_structp png, png_bytep out, std::size_t count) {
    auto* source = static_cast<Source*>(png_get_io_ptr(png));
    if (count > source->size - source->position) {
        png_error(png, "the file ends early");
    }
    if (source->bytes != nullptr) {
        std::memcpy(out, source->bytes + source->position, count);
    } else if (!read_piece(*source->file, out, count, source->position)) {
        png_error(png, "the file cannot be read");
    }
    source->position += count;
}

bool start(Decoder& decoder) {
    decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, on_error, on_warning);
    if (decoder.png == nullptr) {
        return false;
    }
    if (setjmp(png_jmpbuf(decoder.png)) != 0) {
        return false;
    }
    decoder.info = png_create_info_struct(decoder.png);
    if (decoder.info == nullptr) {
        return false;
    }
    png_set_user_limits(decoder.png, static_cast<png_uint_32>(max_image_side),
                        static_cast<png_uint_32>(max_image_side));
    png_set_read_fn(decoder.png, &decoder.source, on_read);
    png_read_info(decoder.png, decoder.info);
    png_get_IHDR(decoder.png, decoder.info, &decoder.width, &decoder.height, &decoder.depth, &decoder.colour, nullptr,
                 nullptr, nullptr);
    return true;
}

// One gray channel of 8 or 16 bits, whatever is stored. Returns the bytes of a row, 0 on failure.
std::size_t prepare(Decoder& decoder) {
    if (setjmp(png_jmpbuf(decoder.png)) != 0) {
        return 0;
    }
    if (decoder.colour == PNG_COLOR_TYPE_PALETTE) {
        png_set_palette_to_rgb(decoder.png);
    }
    if (decoder.colour == PNG_COLOR_TYPE_GRAY && decoder.depth < 8) {
        png_set_expand_gray_1_2_4_to_8(decoder.png);
    }
    if ((decoder.colour & PNG_COLOR_MASK_COLOR) != 0) {
        png_set_rgb_to_gray_fixed(decoder.png, PNG_ERROR_ACTION_NONE, -1, -1);
    }
    png_set_strip_alpha(decoder.png);
    decoder.passes = png_set_interlace_handling(decoder.png);
    png_read_update_info(decoder.png, decoder.info);
    return png_get_rowbytes(decoder.png, decoder.info);
}

bool decode(Decoder& decoder, unsigned char* rows, std::size_t stride) {
    if (setjmp(png_jmpbuf(decoder.png)) != 0) {
        return false;
    }
    for (int pass = 0; pass < decoder.passes; ++pass) {
        for (png_uint_32 y = 0; y < decoder.height; ++y) {
            png_read_row(decoder.png, rows + y * stride, nullptr);
        }
    }
    png_read_end(decoder.png, nullptr);
    return true;
}

std::uint32_t big_endian(const char* bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}

constexpr std::uint64_t chunk_frame = 12; // bytes of a chunk beside its data: length, name, check sum

// Whether the chunk at `offset` is the last one, IEND, as a whole.
bool ends_at(const FileReader& file, std::uint64_t offset) {
    std::array<char, chunk_frame> bytes{};
    return offset + chunk_frame <= file.size() && file.read_some(bytes.data(), bytes.size(), offset) == bytes.size() &&
           std::memcmp(bytes.data() + 4, "IEND", 4) == 0;
}

// Whether every chunk is there, up to the last; most files end with it, so that the others need not be looked at.
bool is_whole(const FileReader& file) {
    if (file.size() > chunk_frame && ends_at(file, file.size() - chunk_frame)) {
        return true;
    }
    for (std::uint64_t offset = 8; offset + chunk_frame <= file.size();) { // 8: the signature
        if (ends_at(file, offset)) {
            return true;
        }
        std::array<char, 4> length{};
        file.read(length.data(), length.size(), offset);
        offset += chunk_frame + big_endian(length.data());
    }
    return false;
}

enum class Wanted { header, pixels };

// Owns the decoder, and the file's bytes where pixels are wanted. The file outlives it.
class PngReader {
public:
    PngReader(const FileReader& file, Wanted wanted) : name_(file.path().string()) {
        if (wanted == Wanted::pixels) {
            bytes_ = read_whole(file.path());
            decoder_.source = {bytes_.data(), nullptr, bytes_.size(), 0};
        } else {
            decoder_.source = {nullptr, &file, file.size(), 0};
        }
        if (!start(decoder_)) {
            if (decoder_.png == nullptr) {
                throw std::bad_alloc();
            }
            fail_damaged();
        }
        if (std::uint64_t{decoder_.width} * decoder_.height > max_image_pixels) {
            fail_image(ImageFault::size, name_, " claims to be ", decoder_.width, " x ", decoder_.height,
                       " pixels, more than any micrograph; its PNG header is damaged, write the file again");
        }
    }
    const Decoder& decoder() const { return decoder_; }

    Image image() {
        const std::size_t stride = prepare(decoder_);
        const std::size_t sample = decoder_.depth == 16 ? 2 : 1;
        // Deflate packs at most 1032 bytes into one, and a stored byte may hold 8 pixels: a tiny file cannot hold a
        // huge image, so none is allocated.
        if (stride != decoder_.width * sample || bytes_.size() < stride * decoder_.height / 2000 / 8) {
            fail_damaged();
        }
        std::vector<unsigned char> rows(stride * decoder_.height);
        if (!decode(decoder_, rows.data(), stride)) {
            fail_damaged();
        }
        Image out(static_cast<int>(decoder_.width), static_cast<int>(decoder_.height));
        for (std::size_t i = 0; i < out.pixels.size(); ++i) {
            out.pixels[i] =
                static_cast<float>(sample == 1 ? rows[i] : rows[2 * i] * 256 + rows[2 * i + 1]); // big-endian
        }
        return out;
    }

private:
    [[noreturn]] void fail_damaged() {
        const std::string reason = decoder_.message;
        fail_image(ImageFault::damaged, name_, " is a damaged or truncated PNG file",
                   reason.empty() ? std::string() : " (libpng: " + reason + ")", "; save the picture again");
    }

    std::string name_, bytes_;
    Decoder decoder_;
};

struct Encoder {
    char message[200] = {};
};

void on_write_error(png_structp png, png_const_charp message) {
    auto* encoder = static_cast<Encoder*>(png_get_error_ptr(png));
    std::strncpy(encoder->message, message, sizeof encoder->message - 1);
    png_longjmp(png, 1);
}

// Memory that grows by hand: a C++ exception must not pass through libpng.
struct Sink {
    unsigned char* bytes = nullptr;
    std::size_t size = 0, capacity = 0;
    Sink() = default;
    ~Sink() { std::free(bytes); }
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
};

void on_write(png_structp png, png_bytep bytes, std::size_t count) {
    auto* sink = static_cast<Sink*>(png_get_io_ptr(png));
    if (sink->size + count > sink->capacity) {
        const std::size_t capacity = std::max(sink->size + count, 2 * sink->capacity + 65536);
        auto* grown = static_cast<unsigned char*>(std::realloc(sink->bytes, capacity));
        if (grown == nullptr) {
            png_error(png, "out of memory");
        }
        sink->bytes = grown;
        sink->capacity = capacity;
    }
    std::memcpy(sink->bytes + sink->size, bytes, count);
    sink->size += count;
}

void on_flush(png_structp /*png*/) {}

bool encode(png_structp png, png_infop info, Sink& sink, png_uint_32 width, png_uint_32 height, int channels,
            const unsigned char* samples) {
    if (setjmp(png_jmpbuf(png)) != 0) {
        return false;
    }
    png_set_write_fn(png, &sink, on_write, on_flush);
    png_set_compression_level(png, 4); // half the time of the default for a few per cent of size
    png_set_IHDR(png, info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (png_uint_32 y = 0; y < height; ++y) {
        png_write_row(png, samples + static_cast<std::size_t>(y) * width * static_cast<std::size_t>(channels));
    }
    png_write_end(png, info);
    return true;
}

} // namespace

ImageHeader png_image_header(const FileReader& file) {
    const PngReader reader(file, Wanted::header);
    if (!is_whole(file)) {
        fail_image(ImageFault::truncated, file.path().string(), " is truncated: its ", file.size(),
                   " bytes do not reach to the end of the PNG data; save the picture again");
    }
    ImageHeader out;
    out.format = "png";
    out.width = static_cast<int>(reader.decoder().width);
    out.height = static_cast<int>(reader.decoder().height);
    out.sample_type = reader.decoder().depth == 16 ? "uint16" : "uint8";
    out.big_endian = true; // as the format lays down
    out.data_offset = reader.decoder().source.position;
    out.file_size = file.size();
    return out;
}

Micrograph read_png(const FileReader& file) {
    Micrograph out;
    out.image = PngReader(file, Wanted::pixels).image();
    return out;
}

void write_png(const std::filesystem::path& path, int width, int height, int channels,
               const std::vector<unsigned char>& samples) {
    AtomicFile file(path);
    Encoder encoder;
    Sink sink;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &encoder, on_write_error, on_warning);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
    const bool good = info != nullptr && encode(png, info, sink, static_cast<png_uint_32>(width),
                                                static_cast<png_uint_32>(height), channels, samples.data());
    png_destroy_write_struct(&png, &info);
    if (!good) {
        fail(Status::invalid_argument, "cannot encode ", path.string(), " as PNG: ", encoder.message, " (", width,
             " x ", height, " pixels)");
    }
    file.write(sink.bytes, sink.size);
    file.commit();
}

} // namespace picker
