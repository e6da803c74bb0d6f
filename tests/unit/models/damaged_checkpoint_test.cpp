// Files that are not sound models: each is refused with a message that names the file and what is wrong.
#include "core/error.hpp"
#include "core/random.hpp"
#include "io/atomic_file.hpp"
#include "models/model.hpp"
#include "models/spec_json.hpp"
#include "unit/check.hpp"
#include "unit/models/temporary_folder.hpp"

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

using Json = nlohmann::ordered_json;

namespace {

struct Refusal {
    picker::Status status = picker::Status::ok;
    std::string message;
};

Refusal refusal(const std::string& bytes) {
    const TemporaryFolder folder;
    const auto path = folder.path / "damaged.safetensors";
    picker::write_whole(path, bytes);
    try {
        (void)picker::load_model(path);
    } catch (const picker::Error& error) {
        Refusal result{error.status(), error.what()};
        DOCTEST_CHECK(result.message.find("damaged.safetensors") != std::string::npos);
        return result;
    }
    return {};
}

std::string sound_bytes() {
    const TemporaryFolder folder;
    picker::save_model(folder.path / "m", picker::create_model("deeppicker", 1));
    return picker::read_whole(folder.path / "m");
}

std::string with_length(const std::string& header) {
    std::string bytes;
    for (unsigned i = 0; i < 8; ++i) {
        bytes.push_back(static_cast<char>((static_cast<std::uint64_t>(header.size()) >> (8 * i)) & 0xFFU));
    }
    return bytes + header;
}

std::uint64_t header_length(const std::string& bytes) {
    std::uint64_t length = 0;
    for (unsigned i = 0; i < 8; ++i) {
        length |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return length;
}

// The sound file with its header changed; the numbers stay.
std::string edited(const std::function<void(Json&)>& edit) {
    const std::string bytes = sound_bytes();
    const std::uint64_t length = header_length(bytes);
    Json header = Json::parse(bytes.substr(8, length));
    edit(header);
    return with_length(header.dump()) + bytes.substr(8 + length);
}

std::string with_spec(const std::function<void(Json&)>& edit) {
    return edited([&](Json& header) {
        Json spec = Json::parse(header["__metadata__"]["picker.spec"].get<std::string>());
        edit(spec);
        header["__metadata__"]["picker.spec"] = spec.dump();
    });
}

bool says(const Refusal& refusal, picker::Status status, const std::string& part) {
    DOCTEST_CAPTURE(refusal.message);
    DOCTEST_CHECK(refusal.status == status);
    const bool found = refusal.message.find(part) != std::string::npos;
    DOCTEST_CHECK(found);
    return found;
}

} // namespace

using picker::Status;

DOCTEST_TEST_CASE("files that are no safetensors") {
    says(refusal(""), Status::bad_file, "only 0 bytes");
    says(refusal("short"), Status::bad_file, "only 5 bytes");
    says(refusal(std::string(1000, '\xFF')), Status::bad_file, "header would be");
    says(refusal(std::string(1000, '\0')), Status::bad_file, "header would be 0 bytes");
    says(refusal(with_length("[1, 2, 3]")), Status::bad_file, "does not start with {");
    says(refusal(with_length("{\"a\": ")), Status::bad_file, "not valid JSON");
    says(refusal(with_length("{\"a\": 1, \"a\": 2}")), Status::bad_file, "twice");
    std::string deep = "{\"a\":";
    for (int i = 0; i < 5000; ++i) {
        deep += "[";
    }
    says(refusal(with_length(deep)), Status::bad_file, "nested");
    const TemporaryFolder folder;
    DOCTEST_CHECK_THROWS_AS((void)picker::load_model(folder.path / "missing"), picker::Error);
    DOCTEST_CHECK_THROWS_AS((void)picker::load_model(folder.path), picker::Error);
}

DOCTEST_TEST_CASE("sound safetensors of something else, or of a newer library") {
    says(refusal(with_length("{}")), Status::mismatch, "not a picker model");
    says(refusal(edited([](Json& h) { h["__metadata__"].erase("picker.format"); })), Status::mismatch,
         "not a picker model");
    says(refusal(edited([](Json& h) { h["__metadata__"]["picker.format"] = "2"; })), Status::unsupported,
         "update libpicker");
    says(refusal(edited([](Json& h) { h["__metadata__"]["picker.format"] = "one"; })), Status::bad_file,
         "picker.format");
    says(refusal(edited([](Json& h) { h["__metadata__"].erase("picker.spec"); })), Status::bad_file, "picker.spec");
    says(refusal(edited([](Json& h) { h["__metadata__"]["picker.trained"] = "maybe"; })), Status::bad_file, "maybe");
    says(refusal(edited([](Json& h) { h["__metadata__"]["picker.diameter_angstrom"] = "-3"; })), Status::bad_file,
         "-3");
    says(refusal(edited([](Json& h) { h["__metadata__"]["picker.pixel_size_angstrom"] = "nan"; })), Status::bad_file,
         "nan");
    says(refusal(edited([](Json& h) { h["__metadata__"]["note"] = 5; })), Status::bad_file, "\"note\" is not text");
    says(refusal(edited([](Json& h) { h["__metadata__"] = 5; })), Status::bad_file, "metadata is not an object");
}

DOCTEST_TEST_CASE("tensors that do not add up") {
    const std::string bytes = sound_bytes();
    says(refusal(bytes.substr(0, bytes.size() - 1)), Status::bad_file, "bytes, but");
    says(refusal(bytes + "x"), Status::bad_file, "bytes, but");
    says(refusal(bytes.substr(0, 500)), Status::bad_file, "header would be");
    says(refusal(edited([](Json& h) {
             h["conv1.bias"]["data_offsets"] = {4, 36};
         })),
         Status::bad_file, "starts at byte");
    says(refusal(edited([](Json& h) { h["conv1.bias"]["data_offsets"] = {36, 4}; })), Status::bad_file, "by its shape");
    says(refusal(edited([](Json& h) { h["conv1.bias"]["data_offsets"] = {-4, 28}; })), Status::bad_file, "offset");
    says(refusal(edited([](Json& h) { h["conv1.bias"]["data_offsets"] = {0}; })), Status::bad_file, "wrong kind");
    says(refusal(edited([](Json& h) {
             h["conv1.bias"]["shape"] = {2000000000, 2000000000, 2000000000};
         })),
         Status::bad_file, "large");
    says(refusal(edited([](Json& h) { h["conv1.bias"]["shape"] = {7}; })), Status::bad_file, "by its shape");
    says(refusal(edited([](Json& h) { h["conv1.bias"]["dtype"] = "F31"; })), Status::bad_file, "unknown type");
    says(refusal(edited([](Json& h) { h["conv1.bias"]["dtype"] = "I32"; })), Status::unsupported, "type I32");
    says(refusal(edited([](Json& h) { h["conv1.bias"].erase("shape"); })), Status::bad_file, "lacks");
    says(refusal(edited([](Json& h) {
             h["conv1.bias"]["shape"] = {2, 4};
         })),
         Status::mismatch, "\"conv1.bias\" is 2 x 4");
    says(refusal(edited([](Json& h) {
             h["other"] = h["conv1.bias"];
             h.erase("conv1.bias");
         })),
         Status::mismatch, "\"conv1.bias\" is missing");
    std::string nan = bytes;
    nan.replace(nan.size() - 4, 4, std::string("\x00\x00\xC0\x7F", 4));
    says(refusal(nan), Status::bad_file, "NaN or infinite");
}

DOCTEST_TEST_CASE("specifications that do not hold together") {
    says(refusal(edited([](Json& h) { h["__metadata__"]["picker.spec"] = "{"; })), Status::bad_file, "not valid JSON");
    says(refusal(with_spec([](Json& s) { s.erase("network"); })), Status::bad_file, "no \"network\"");
    says(refusal(with_spec([](Json& s) { s["network"]["input_size"] = 63; })), Status::bad_file, "does not divide");
    says(refusal(with_spec([](Json& s) { s["network"]["input_size"] = "64"; })), Status::bad_file,
         "not a whole number");
    says(refusal(with_spec([](Json& s) { s["network"]["layers"][0]["kind"] = "recurrence"; })), Status::bad_file,
         "recurrence");
    says(refusal(with_spec([](Json& s) { s["network"]["layers"] = 3; })), Status::bad_file, "not a list");
    says(refusal(with_spec([](Json& s) { s["network"]["layers"][9]["channels"] = 65; })), Status::mismatch,
         "dense1.weight");
    says(refusal(with_spec([](Json& s) { s["network"]["layers"][9]["channels"] = 1e18; })), Status::bad_file,
         "channels");
    says(refusal(with_spec([](Json& s) { s["recipe"]["steps"][0]["name"] = "exec"; })), Status::bad_file, "exec");
    says(refusal(with_spec([](Json& s) { s["recipe"]["diameter_pixels"] = -1; })), Status::bad_file, "diameter_pixels");
    says(refusal(with_spec([](Json& s) { s["default_threshold"] = 1.5; })), Status::bad_file, "default_threshold");
    says(refusal(with_spec([](Json& s) { s["step"] = 0; })), Status::bad_file, "step");
    says(refusal(with_spec([](Json& s) { s["training"]["flips"] = 1; })), Status::bad_file, "flips");
    says(refusal(with_spec([](Json& s) { s["training"]["initialisation"] = "zeros"; })), Status::bad_file, "zeros");
    says(refusal(with_spec([](Json& s) { s["patch_rule"] = "both"; })), Status::bad_file, "both");
    // What a later version adds is ignored.
    DOCTEST_CHECK(refusal(with_spec([](Json& s) { s["colour"] = "blue"; })).status == Status::ok);
}

// Any single damaged byte either changes nothing that matters or is noticed; nothing crashes or takes absurd memory.
DOCTEST_TEST_CASE("random damage is survived") {
    const std::string bytes = sound_bytes();
    const std::uint64_t header = 8 + header_length(bytes);
    const TemporaryFolder folder;
    const auto path = folder.path / "damaged.safetensors";
    picker::Random random(4);
    int refused = 0;
    for (int i = 0; i < 300; ++i) {
        std::string damaged = bytes;
        damaged[random.below(header)] = static_cast<char>(random.below(256));
        std::ofstream(path, std::ios::binary) << damaged; // many files: not synchronised to disk each
        try {
            const picker::Model model = picker::load_model(path);
            DOCTEST_CHECK(model.parameters.size() == picker::parameter_count(model.spec.network));
        } catch (const picker::Error&) {
            ++refused;
        }
    }
    DOCTEST_CHECK(refused > 100);
}
