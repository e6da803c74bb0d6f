// Models on disk: a safetensors file with one tensor per parameter and the rest as metadata (model.hpp).
//
// Metadata keys: "picker.format" (version of this layout), "picker.spec" (JSON), "picker.trained",
// "picker.diameter_angstrom", "picker.pixel_size_angstrom". Every other key is provenance and kept as it is.
#include "core/error.hpp"
#include "core/fnv.hpp"
#include "io/atomic_file.hpp"
#include "models/model.hpp"
#include "models/safetensors.hpp"
#include "models/spec_json.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace picker {
namespace {

constexpr int format_version = 1;
constexpr const char *key_format = "picker.format", *key_spec = "picker.spec", *key_trained = "picker.trained",
                     *key_diameter = "picker.diameter_angstrom", *key_pixel = "picker.pixel_size_angstrom",
                     *key_architecture = "picker.architecture";

std::string number_text(double value) {
    std::array<char, 40> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

// Takes the key out of `metadata`, so that what remains is provenance.
std::string take(std::map<std::string, std::string>& metadata, const char* key, const std::string& file) {
    auto node = metadata.extract(key);
    if (node.empty()) {
        fail(Status::bad_file, file, " holds a damaged model: its metadata has no \"", key,
             "\"; use another copy of the file");
    }
    return node.mapped();
}

double take_length(std::map<std::string, std::string>& metadata, const char* key, const std::string& file) {
    const std::string given = take(metadata, key, file);
    double value = -1.0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (error != std::errc() || end != given.data() + given.size() || !(value >= 0.0 && value < 1e6)) {
        fail(Status::bad_file, file, " holds a damaged model: \"", key, "\" is \"", given,
             "\", which is not a length in angstrom; use another copy of the file");
    }
    return value;
}

void check_format(std::map<std::string, std::string>& metadata, const std::string& file) {
    if (!metadata.contains(key_format)) {
        fail(Status::mismatch, file, " is a .safetensors file, but not a picker model (no \"", key_format,
             "\" in its metadata); give a file written by `picker train`");
    }
    const std::string given = take(metadata, key_format, file);
    int version = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), version);
    if (error != std::errc() || end != given.data() + given.size() || version < 1) {
        fail(Status::bad_file, file, " holds a damaged model: \"", key_format, "\" is \"", given,
             "\"; use another copy of the file");
    }
    if (version > format_version) {
        fail(Status::unsupported, file, " was written in model format ", version,
             " by a newer libpicker; this one reads ", "formats up to ", format_version, ": update libpicker");
    }
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string result;
    for (const std::int64_t dimension : shape) {
        result += text(result.empty() ? "" : " x ", dimension);
    }
    return result;
}

void read_parameters(const FileReader& reader, const SafetensorsHeader& header, Model& model) {
    const std::string file = reader.path().string();
    const std::vector<ParameterShape> shapes = parameter_shapes(model.spec.network);
    if (header.tensors.size() != shapes.size()) {
        fail(Status::mismatch, file, " has ", header.tensors.size(), " tensors, but its network ",
             model.spec.architecture, " needs ", shapes.size(), "; use another copy of the file");
    }
    std::vector<const TensorEntry*> entries;
    for (const ParameterShape& shape : shapes) { // all shapes before any memory is taken
        const auto found = std::find_if(header.tensors.begin(), header.tensors.end(),
                                        [&](const TensorEntry& entry) { return entry.name == shape.name; });
        const std::vector<std::int64_t> expected(shape.dimensions.begin(), shape.dimensions.end());
        if (found == header.tensors.end() || found->shape != expected) {
            fail(Status::mismatch, file, ": tensor \"", shape.name, "\" is ",
                 found == header.tensors.end() ? "missing" : shape_text(found->shape), ", but its network ",
                 model.spec.architecture, " needs ", shape_text(expected), "; use another copy of the file");
        }
        entries.push_back(&*found);
    }
    model.parameters.resize(parameter_count(model.spec.network));
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        read_tensor(reader, header, *entries[i],
                    std::span(model.parameters).subspan(shapes[i].offset, shapes[i].count()));
    }
}

} // namespace

void save_model(const std::filesystem::path& path, const Model& model) {
    std::map<std::string, std::string> metadata = model.provenance;
    metadata[key_format] = text(format_version);
    metadata[key_architecture] = model.spec.architecture;
    metadata[key_spec] = spec_to_json(model.spec);
    metadata[key_trained] = model.trained ? "true" : "false";
    metadata[key_diameter] = number_text(model.diameter);
    metadata[key_pixel] = number_text(model.pixel_size);
    const std::span<const float> parameters = model.parameters;
    if (parameters.size() != parameter_count(model.spec.network)) {
        fail(Status::mismatch, "a model with ", parameters.size(), " parameters cannot be saved to ", path.string(),
             ": its network ", model.spec.architecture, " needs ", parameter_count(model.spec.network));
    }
    if (!std::all_of(parameters.begin(), parameters.end(), [](float value) { return std::isfinite(value); })) {
        fail(Status::mismatch, "the model is not saved to ", path.string(),
             ": it has parameters that are NaN or infinite; train again with a smaller learning rate");
    }
    std::vector<NamedTensor> tensors;
    for (const ParameterShape& shape : parameter_shapes(model.spec.network)) {
        tensors.push_back({shape.name, shape.dimensions, parameters.subspan(shape.offset, shape.count())});
    }
    write_whole(path, write_safetensors(tensors, metadata));
}

Model load_model(const std::filesystem::path& path) {
    const FileReader reader(path);
    const std::string file = path.string();
    SafetensorsHeader header = read_safetensors_header(reader);
    check_format(header.metadata, file);
    Model model;
    model.spec = spec_from_json(take(header.metadata, key_spec, file), file);
    const std::string trained = take(header.metadata, key_trained, file);
    if (trained != "true" && trained != "false") {
        fail(Status::bad_file, file, " holds a damaged model: \"", key_trained, "\" is \"", trained,
             "\" instead of true or false; use another copy of the file");
    }
    model.trained = trained == "true";
    model.diameter = take_length(header.metadata, key_diameter, file);
    model.pixel_size = take_length(header.metadata, key_pixel, file);
    header.metadata.erase(key_architecture); // for people who look into the file; the specification says it too
    read_parameters(reader, header, model);
    model.provenance = std::move(header.metadata);
    return model;
}

std::string model_hash(const Model& model) {
    Fnv hash;
    const std::string spec = spec_to_json(model.spec);
    hash.add(std::as_bytes(std::span(spec)));
    for (const float value : model.parameters) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        for (unsigned shift = 0; shift < 32; shift += 8) {
            hash.add(static_cast<unsigned char>((bits >> shift) & 0xFFU));
        }
    }
    return hash.digits();
}

} // namespace picker
