// The safetensors container (safetensors.hpp).
#include "models/safetensors.hpp"

#include "core/error.hpp"
#include "models/spec_json.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace picker {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t max_header = 16U << 20; // bytes; ours have a few thousand
constexpr std::uint64_t prefix = 8;             // bytes of the header's length

struct Type {
    const char* name;
    std::uint64_t bytes;
};
constexpr std::array<Type, 14> types{{{"F64", 8},
                                      {"F32", 4},
                                      {"F16", 2},
                                      {"BF16", 2},
                                      {"I64", 8},
                                      {"I32", 4},
                                      {"I16", 2},
                                      {"I8", 1},
                                      {"U64", 8},
                                      {"U32", 4},
                                      {"U16", 2},
                                      {"U8", 1},
                                      {"BOOL", 1},
                                      {"F8_E4M3", 1}}};

[[noreturn]] void damaged(const std::filesystem::path& path, const std::string& what) {
    fail(Status::bad_file, path.string(), " is not a sound .safetensors file: ", what,
         "; copy it again from its source");
}

std::uint64_t unsigned_of(const Json& value, const std::filesystem::path& path, const std::string& place) {
    if (!value.is_number_unsigned()) {
        damaged(path, place + " is not a whole number of 0 or more");
    }
    return value.get<std::uint64_t>();
}

TensorEntry entry_of(const std::string& name, const Json& json, const std::filesystem::path& path) {
    const std::string place = text("tensor \"", name, "\"");
    if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") || !json.contains("data_offsets")) {
        damaged(path, place + " lacks its dtype, shape or data_offsets");
    }
    const Json &type = json["dtype"], &shape = json["shape"], &offsets = json["data_offsets"];
    if (!type.is_string() || !shape.is_array() || !offsets.is_array() || offsets.size() != 2) {
        damaged(path, place + " has a dtype, shape or data_offsets of the wrong kind");
    }
    TensorEntry entry;
    entry.name = name;
    entry.type = type.get<std::string>();
    entry.begin = unsigned_of(offsets[0], path, place + ": an offset");
    entry.end = unsigned_of(offsets[1], path, place + ": an offset");
    const auto* known = std::find_if(types.begin(), types.end(), [&](const Type& t) { return entry.type == t.name; });
    if (known == types.end()) {
        damaged(path, text(place, " has the unknown type \"", entry.type, "\""));
    }
    std::uint64_t bytes = known->bytes;
    for (const Json& dimension : shape) {
        const std::uint64_t length = unsigned_of(dimension, path, place + ": a dimension");
        if (length > std::numeric_limits<std::int32_t>::max() ||
            (length != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / length)) {
            damaged(path, place + " is absurdly large");
        }
        bytes *= length;
        entry.shape.push_back(static_cast<std::int64_t>(length));
    }
    if (entry.end < entry.begin || entry.end - entry.begin != bytes) {
        damaged(path, text(place, " has ", bytes, " bytes by its shape, but its offsets are ", entry.begin, " and ",
                           entry.end));
    }
    return entry;
}

std::uint32_t little_endian(const unsigned char* bytes, int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) {
        value |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
    }
    return value;
}

float from_half(std::uint32_t bits) {
    const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
    const int exponent = static_cast<int>((bits >> 10) & 0x1FU);
    const float fraction = static_cast<float>(bits & 0x3FFU);
    if (exponent == 31) {
        return fraction == 0.0F ? sign * std::numeric_limits<float>::infinity()
                                : std::numeric_limits<float>::quiet_NaN();
    }
    return exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024.0F + fraction, exponent - 25);
}

} // namespace

std::size_t TensorEntry::count() const {
    std::size_t product = 1;
    for (const std::int64_t dimension : shape) {
        product *= static_cast<std::size_t>(dimension);
    }
    return product;
}

SafetensorsHeader read_safetensors_header(const FileReader& file) {
    const std::filesystem::path& path = file.path();
    if (file.size() < prefix + 2) {
        damaged(path, text("it has only ", file.size(), " bytes"));
    }
    std::array<unsigned char, prefix> raw{};
    file.read(raw.data(), raw.size(), 0);
    const std::uint64_t length =
        little_endian(raw.data(), 4) | (static_cast<std::uint64_t>(little_endian(raw.data() + 4, 4)) << 32);
    if (length < 2 || length > max_header || length > file.size() - prefix) {
        damaged(path, text("its header would be ", length, " bytes long in a file of ", file.size()));
    }
    std::string json(static_cast<std::size_t>(length), '\0');
    file.read(json.data(), json.size(), prefix);
    if (json.front() != '{') {
        damaged(path, "its header does not start with {");
    }
    const Json parsed = parse_json(json, 4, text("the header of ", path.string()));
    SafetensorsHeader header;
    header.data_offset = prefix + length;
    for (const auto& [name, value] : parsed.items()) {
        if (name != "__metadata__") {
            header.tensors.push_back(entry_of(name, value, path));
            continue;
        }
        if (!value.is_object()) {
            damaged(path, "its metadata is not an object");
        }
        for (const auto& [key, content] : value.items()) {
            if (!content.is_string()) {
                damaged(path, text("metadata \"", key, "\" is not text"));
            }
            header.metadata[key] = content.get<std::string>();
        }
    }
    std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    std::uint64_t expected = 0;
    for (const TensorEntry& entry : header.tensors) {
        if (entry.begin != expected) {
            damaged(path, text("tensor \"", entry.name, "\" starts at byte ", entry.begin, " of the data instead of ",
                               expected));
        }
        expected = entry.end;
    }
    const std::uint64_t present = file.size() - header.data_offset;
    if (expected != present) {
        damaged(path, text("its tensors need ", expected, " bytes, but ", present, " are there"));
    }
    return header;
}

void read_tensor(const FileReader& file, const SafetensorsHeader& header, const TensorEntry& entry,
                 std::span<float> out) {
    const bool half = entry.type == "F16";
    if (!half && entry.type != "F32") {
        fail(Status::unsupported, file.path().string(), ": tensor \"", entry.name, "\" has type ", entry.type,
             "; convert it to F32 or F16");
    }
    if (out.size() != entry.count()) {
        fail(Status::internal, "tensor \"", entry.name, "\" has ", entry.count(), " values, not ", out.size());
    }
    const std::size_t bytes = half ? 2 : 4;
    std::vector<unsigned char> raw(out.size() * bytes);
    file.read(raw.data(), raw.size(), header.data_offset + entry.begin);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint32_t bits = little_endian(raw.data() + i * bytes, static_cast<int>(bytes));
        out[i] = half ? from_half(bits) : std::bit_cast<float>(bits);
        if (!std::isfinite(out[i])) {
            fail(Status::bad_file, file.path().string(), ": value ", i, " of tensor \"", entry.name,
                 "\" is NaN or infinite; the training that wrote it failed, or the file is damaged: use another copy");
        }
    }
}

std::string write_safetensors(const std::vector<NamedTensor>& tensors,
                              const std::map<std::string, std::string>& metadata) {
    Json json = Json::object();
    json["__metadata__"] = Json::object();
    for (const auto& [key, value] : metadata) {
        json["__metadata__"][key] = value;
    }
    std::uint64_t offset = 0;
    for (const NamedTensor& tensor : tensors) {
        const std::uint64_t end = offset + 4 * tensor.values.size();
        json[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    // Names in metadata may hold any bytes; what is not UTF-8 is replaced, as JSON knows nothing else.
    std::string header = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    header.append((8 - header.size() % 8) % 8, ' '); // the numbers start at a multiple of 8 bytes
    std::string bytes;
    bytes.reserve(prefix + header.size() + offset);
    for (std::uint64_t i = 0; i < prefix; ++i) {
        bytes.push_back(static_cast<char>((header.size() >> (8 * i)) & 0xFFU));
    }
    bytes += header;
    for (const NamedTensor& tensor : tensors) {
        for (const float value : tensor.values) {
            const auto bits = std::bit_cast<std::uint32_t>(value);
            for (int i = 0; i < 4; ++i) {
                bytes.push_back(static_cast<char>((bits >> (8 * i)) & 0xFFU));
            }
        }
    }
    return bytes;
}

} // namespace picker
