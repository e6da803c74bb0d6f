// The safetensors container: 8 bytes with the length of a JSON header, the header (names, types, shapes, offsets and
// text metadata), then the numbers. Reading executes nothing and believes nothing that it has not checked.
#pragma once

#include "io/file_reader.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace picker {

struct TensorEntry {
    std::string name, type; // "F32", "F16", ...
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0; // bytes, from the end of the header
    std::size_t count() const;
};

struct SafetensorsHeader {
    std::vector<TensorEntry> tensors; // in the order of their data
    std::map<std::string, std::string> metadata;
    std::uint64_t data_offset = 0; // of the first number in the file
};

// Error(bad_file) naming the file and what is wrong: lengths, JSON, types, shapes, gaps, overlaps, missing bytes.
SafetensorsHeader read_safetensors_header(const FileReader& file);
// F32 or F16, as float32. Error(unsupported) for another type, Error(bad_file) for NaN or infinite values.
void read_tensor(const FileReader& file, const SafetensorsHeader& header, const TensorEntry& entry,
                 std::span<float> out);

struct NamedTensor {
    std::string name;
    std::vector<int> shape;
    std::span<const float> values;
};
// The bytes of a file, F32. Equal inputs give equal bytes.
std::string write_safetensors(const std::vector<NamedTensor>& tensors,
                              const std::map<std::string, std::string>& metadata);

} // namespace picker
