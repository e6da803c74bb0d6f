// JPEG through libjpeg, for the pictures of a report; nothing is read. libjpeg leaves by longjmp, so the function that
// calls it owns nothing.
#include "core/error.hpp"
#include "io/picture.hpp"

#include <csetjmp>
#include <cstdio> // jpeglib.h needs it
#include <cstdlib>
#include <jerror.h>
#include <jpeglib.h>

namespace picker {
namespace {

struct Failure {
    jpeg_error_mgr base; // libjpeg knows this part; the rest is ours
    std::jmp_buf place;
    char message[JMSG_LENGTH_MAX];
};

void on_error(j_common_ptr info) {
    auto* failure = reinterpret_cast<Failure*>(info->err);
    info->err->format_message(info, failure->message);
    std::longjmp(failure->place, 1);
}

void on_message(j_common_ptr /*info*/) {}

// Where the JPEG goes: memory that grows by hand. libjpeg's own (jpeg_mem_dest) tells nobody where it has moved to when
// an error comes after that.
struct Sink {
    jpeg_destination_mgr base{}; // libjpeg knows this part
    unsigned char* bytes = nullptr;
    std::size_t capacity = 0;
    Sink() = default;
    ~Sink() { std::free(bytes); }
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
};

// With all of the memory used so far; libjpeg asks for more only then.
void grow(j_compress_ptr info) {
    auto* sink = reinterpret_cast<Sink*>(info->dest);
    const std::size_t capacity = sink->capacity == 0 ? 65536 : 2 * sink->capacity;
    auto* grown = static_cast<unsigned char*>(std::realloc(sink->bytes, capacity));
    if (grown == nullptr) {
        ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
    }
    sink->base.next_output_byte = grown + sink->capacity;
    sink->base.free_in_buffer = capacity - sink->capacity;
    sink->bytes = grown;
    sink->capacity = capacity;
}

boolean on_full(j_compress_ptr info) {
    grow(info);
    return TRUE;
}

void on_end(j_compress_ptr /*info*/) {}

bool encode(jpeg_compress_struct& jpeg, Failure& failure, const Picture& picture, int quality, Sink& sink) {
    if (setjmp(failure.place) != 0) {
        return false;
    }
    jpeg_create_compress(&jpeg);
    sink.base.init_destination = grow;
    sink.base.empty_output_buffer = on_full;
    sink.base.term_destination = on_end;
    jpeg.dest = &sink.base;
    jpeg.image_width = static_cast<JDIMENSION>(picture.width);
    jpeg.image_height = static_cast<JDIMENSION>(picture.height);
    jpeg.input_components = picture.channels;
    jpeg.in_color_space = picture.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    jpeg.optimize_coding = TRUE; // a tenth smaller
    jpeg_start_compress(&jpeg, TRUE);
    const std::size_t stride = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
    while (jpeg.next_scanline < jpeg.image_height) {
        // libjpeg takes what it only reads as writable.
        JSAMPROW row = const_cast<JSAMPROW>(picture.samples.data() + jpeg.next_scanline * stride);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    return true;
}

} // namespace

std::string encode_jpeg(const Picture& picture, int quality) {
    const std::size_t samples = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) *
                                static_cast<std::size_t>(picture.channels);
    if (picture.width < 1 || picture.height < 1 || picture.samples.size() != samples) {
        fail(Status::invalid_argument, "cannot encode a picture of ", picture.width, " x ", picture.height,
             " pixels as JPEG; its samples do not fit its size");
    }
    jpeg_compress_struct jpeg{};
    Failure failure{};
    jpeg.err = jpeg_std_error(&failure.base);
    failure.base.error_exit = on_error;
    failure.base.output_message = on_message;
    Sink sink;
    const bool good = encode(jpeg, failure, picture, quality, sink);
    jpeg_destroy_compress(&jpeg);
    if (!good) {
        fail(Status::invalid_argument, "cannot encode a picture of ", picture.width, " x ", picture.height,
             " pixels as JPEG: ", failure.message, "; ask for smaller pictures");
    }
    return {reinterpret_cast<const char*>(sink.bytes), sink.capacity - sink.base.free_in_buffer};
}

} // namespace picker
