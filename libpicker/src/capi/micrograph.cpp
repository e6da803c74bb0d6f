// picker.h, "micrograph": reading, describing and writing images.
#include "capi/handles.hpp"
#include "io/micrograph_file.hpp"
#include "signal/filter.hpp"

#include <cmath>
#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

void picker::capi::set_statistics(picker_micrograph_info& info, const Statistics& s) {
    info.has_statistics = 1;
    info.mean = s.mean;
    info.deviation = s.deviation;
    info.minimum = s.minimum;
    info.maximum = s.maximum;
    info.nonfinite = static_cast<std::int64_t>(s.nonfinite);
}

picker_micrograph_info picker::capi::describe(const ImageHeader& header) {
    picker_micrograph_info info;
    std::memset(&info, 0, sizeof info);
    info.width = header.width;
    info.height = header.height;
    info.big_endian = header.big_endian ? 1 : 0;
    info.pixel_size = header.pixel_size;
    info.file_size = static_cast<std::int64_t>(header.file_size);
    copy_text(info.format, sizeof info.format, header.format);
    copy_text(info.sample_type, sizeof info.sample_type, header.sample_type);
    return info;
}

picker_status picker_micrograph_info_init(picker_micrograph_info* info, size_t struct_size) {
    return init_struct(info, struct_size);
}

picker_status picker_micrograph_read(picker_micrograph** out, const char* path) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const std::string file = string_of(path, "path");
        auto handle = std::make_unique<picker_micrograph>();
        const ImageHeader header = read_image_header(file);
        handle->value = read_micrograph(file);
        handle->format = header.format;
        handle->sample_type = header.sample_type;
        handle->big_endian = header.big_endian;
        handle->file_size = static_cast<std::int64_t>(header.file_size);
        target = handle.release();
    });
}

picker_status picker_micrograph_from_data(picker_micrograph** out, const float* data, int32_t width, int32_t height,
                                          double pixel_size, const char* name) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        required(data, "data");
        if (width < 1 || height < 1 || static_cast<std::int64_t>(width) * height > (std::int64_t{1} << 32)) {
            fail(Status::invalid_argument, "a micrograph of ", width, " x ", height,
                 " pixels is not possible; give width and height of 1 or more");
        }
        auto handle = std::make_unique<picker_micrograph>();
        handle->value.pixel_size = not_negative(pixel_size, "pixel_size");
        handle->value.name = name == nullptr ? "micrograph" : name;
        Image& image = handle->value.image;
        image.width = width;
        image.height = height;
        image.pixels.assign(data, data + static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
        target = handle.release();
    });
}

picker_status picker_micrograph_get_info(const picker_micrograph* micrograph, picker_micrograph_info* info) {
    return guard([&] {
        const picker_micrograph& source = required(micrograph, "micrograph");
        check_out(info, "info");
        ImageHeader header;
        header.format = source.format;
        header.sample_type = source.sample_type;
        header.big_endian = source.big_endian;
        header.file_size = static_cast<std::uint64_t>(source.file_size);
        header.width = source.value.image.width;
        header.height = source.value.image.height;
        header.pixel_size = source.value.pixel_size;
        picker_micrograph_info result = describe(header);
        set_statistics(result, statistics(source.value.image));
        write_struct(info, result);
    });
}

picker_status picker_micrograph_inspect(const char* path, int32_t deep, picker_micrograph_info* info) {
    return guard([&] {
        const std::string file = string_of(path, "path");
        check_out(info, "info");
        picker_micrograph_info result = describe(read_image_header(file));
        if (deep != 0) {
            set_statistics(result, statistics(read_micrograph(file).image));
        }
        write_struct(info, result);
    });
}

const float* picker_micrograph_data(const picker_micrograph* micrograph) {
    return micrograph == nullptr ? nullptr : micrograph->value.image.pixels.data();
}

picker_status picker_micrograph_write(const picker_micrograph* micrograph, const char* path) {
    return guard([&] {
        const picker_micrograph& source = required(micrograph, "micrograph");
        write_image(string_of(path, "path"), source.value.image, source.value.pixel_size);
    });
}

void picker_micrograph_free(picker_micrograph* micrograph) {
    delete micrograph;
}
