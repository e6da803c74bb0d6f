// Models on disk: a safetensors file with one tensor per parameter and the rest as metadata (model.hpp).
//
// Metadata keys: "picker.format" (version of this layout), "picker.spec" (JSON), "picker.trained",
// "picker.diameter_angstrom", "picker.pixel_size_angstrom"; with heads "picker.heads" (JSON: name, threshold and
// diameter of each, whose tensors are called heads/NAME/...). Every other key is provenance and kept as it is.
#include "core/error.hpp"
#include "core/fnv.hpp"
#include "io/atomic_file.hpp"
#include "models/heads.hpp"
#include "models/json_reader.hpp"
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
                     *key_architecture = "picker.architecture", *key_heads = "picker.heads";
constexpr std::size_t most_heads = 1000;

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

// A tensor of the file, and where it belongs.
struct Slot {
    std::string name;
    std::vector<int> dimensions;
    std::size_t head = 0; // 0: the network's own; else Model::heads[head - 1]
    std::size_t offset = 0, count = 0;

    template <typename AnyModel> auto values(AnyModel& model) const {
        return std::span(head == 0 ? model.parameters : model.heads[head - 1].parameters).subspan(offset, count);
    }
};

// Of the network, then of each head. Takes no memory for parameters.
std::vector<Slot> slots_of(const ModelSpec& spec, const std::vector<Head>& heads) {
    const std::vector<ParameterShape> shapes = parameter_shapes(spec.network);
    std::vector<Slot> slots;
    for (const ParameterShape& shape : shapes) {
        slots.push_back({shape.name, shape.dimensions, 0, shape.offset, shape.count()});
    }
    for (std::size_t i = 0; i < heads.size(); ++i) {
        const std::size_t first = head_offset(spec);
        for (const ParameterShape& shape : shapes) {
            if (shape.offset >= first) {
                slots.push_back({text("heads/", heads[i].name, "/", shape.name), shape.dimensions, i + 1,
                                 shape.offset - first, shape.count()});
            }
        }
    }
    return slots;
}

std::string heads_json(const Model& model) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Head& head : model.heads) {
        list.push_back({{"name", head.name}, {"threshold", head.threshold}, {"diameter_angstrom", head.diameter}});
    }
    return list.dump();
}

// Names, thresholds and diameters; the parameters are read with the others.
std::vector<Head> read_heads(const std::string& json, const std::string& file, const ModelSpec& spec) {
    const auto parsed = parse_json(text("{\"heads\":", json, "}"), 4, text("the list of heads in ", file));
    std::vector<Head> heads;
    for (const JsonReader& entry : JsonReader(parsed, file, "list of heads").list("heads", most_heads)) {
        const Head head{
            entry.string("name"), {}, entry.number("threshold", 0.0, 1.0), entry.number("diameter_angstrom", 0.0, 1e6)};
        try {
            check_head_name(head.name);
            (void)head_offset(spec);
        } catch (const Error& error) {
            entry.complain(error.what());
        }
        if (std::any_of(heads.begin(), heads.end(), [&](const Head& other) { return other.name == head.name; })) {
            entry.complain(text("has the name \"", head.name, "\" again"));
        }
        heads.push_back(head);
    }
    return heads;
}

void read_parameters(const FileReader& reader, const SafetensorsHeader& header, Model& model) {
    const std::string file = reader.path().string();
    const std::vector<Slot> slots = slots_of(model.spec, model.heads);
    if (header.tensors.size() != slots.size()) {
        fail(Status::mismatch, file, " has ", header.tensors.size(), " tensors, but its network ",
             model.spec.architecture, " needs ", slots.size(), "; use another copy of the file");
    }
    std::map<std::string_view, const TensorEntry*> entries;
    for (const TensorEntry& entry : header.tensors) {
        entries[entry.name] = &entry;
    }
    for (const Slot& slot : slots) { // all shapes before any memory is taken
        const auto found = entries.find(slot.name);
        const std::vector<std::int64_t> expected(slot.dimensions.begin(), slot.dimensions.end());
        if (found == entries.end() || found->second->shape != expected) {
            fail(Status::mismatch, file, ": tensor \"", slot.name, "\" is ",
                 found == entries.end() ? "missing" : shape_text(found->second->shape), ", but its network ",
                 model.spec.architecture, " needs ", shape_text(expected), "; use another copy of the file");
        }
    }
    model.parameters.resize(parameter_count(model.spec.network));
    for (Head& head : model.heads) {
        head.parameters.resize(model.parameters.size() - head_offset(model.spec));
    }
    for (const Slot& slot : slots) {
        read_tensor(reader, header, *entries.at(slot.name), slot.values(model));
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
    if (!model.heads.empty()) {
        metadata[key_heads] = heads_json(model);
    }
    if (model.parameters.size() != parameter_count(model.spec.network)) {
        fail(Status::mismatch, "a model with ", model.parameters.size(), " parameters cannot be saved to ",
             path.string(), ": its network ", model.spec.architecture, " needs ", parameter_count(model.spec.network));
    }
    std::vector<NamedTensor> tensors;
    for (const Slot& slot : slots_of(model.spec, model.heads)) {
        const std::span<const float> values = slot.values(model);
        if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
            fail(Status::mismatch, "the model is not saved to ", path.string(),
                 ": it has parameters that are NaN or infinite; train again with a smaller learning rate");
        }
        tensors.push_back({slot.name, slot.dimensions, values});
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
    if (header.metadata.contains(key_heads)) {
        model.heads = read_heads(take(header.metadata, key_heads, file), file, model.spec);
    }
    read_parameters(reader, header, model);
    model.provenance = std::move(header.metadata);
    return model;
}

std::string model_hash(const Model& model) {
    Fnv hash;
    const std::string spec = spec_to_json(model.spec);
    hash.add(std::as_bytes(std::span(spec)));
    const auto add = [&](const std::vector<float>& parameters) {
        for (const float value : parameters) {
            const auto bits = std::bit_cast<std::uint32_t>(value);
            for (unsigned shift = 0; shift < 32; shift += 8) {
                hash.add(static_cast<unsigned char>((bits >> shift) & 0xFFU));
            }
        }
    };
    add(model.parameters);
    for (const Head& head : model.heads) {
        hash.add(head.name);
        add(head.parameters);
    }
    return hash.digits();
}

} // namespace picker
