// Checkpoints, score maps, tables of data sets and training data that are no good, through the C API.
#include "capi/support.hpp"

#include <cstring>
#include <limits>

using namespace capi;

namespace {

void check_refused(const std::string& path, std::initializer_list<std::string_view> parts,
                   picker_status status = PICKER_BAD_FILE) {
    ModelOwner model;
    refused(picker_model_load(model.out(), path.c_str()), status, {path});
    refused(picker_model_load(model.out(), path.c_str()), status, parts);
    DOCTEST_CHECK(model.get() == nullptr);
}

std::string replaced(std::string bytes, const std::string& from, const std::string& to) {
    DOCTEST_REQUIRE(from.size() == to.size());
    const std::size_t at = bytes.find(from);
    DOCTEST_REQUIRE(at != std::string::npos);
    return bytes.replace(at, from.size(), to);
}

} // namespace

DOCTEST_TEST_CASE("unknown architectures list the known ones") {
    ModelOwner model;
    refused(picker_model_create(model.out(), "perceptron", 0), PICKER_NOT_FOUND,
            {"perceptron", "deeppicker", "deeppicker-tf", ";"});
    refused(picker_model_create(model.out(), "", 0), PICKER_NOT_FOUND, {"deeppicker"});
}

DOCTEST_TEST_CASE("damaged and foreign checkpoints") {
    const TempFolder folder;
    check_refused(folder / "nowhere.safetensors", {}, PICKER_NOT_FOUND);
    const std::string path = folder / "m.safetensors";
    libpicker::Model::create("deeppicker", 1).save(path);
    const std::string good = read_bytes(path);
    for (const std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{100}, good.size() - 1}) {
        write_bytes(path, good.substr(0, length));
        check_refused(path, {});
    }
    write_bytes(path, good + "x");
    check_refused(path, {});
    write_bytes(path, "\xff\xff\xff\xff\xff\xff\xff\x7f{}"); // a header of 9 exabytes
    check_refused(path, {});
    write_bytes(path, "PK\x03\x04 a PyTorch archive, which would be executed");
    check_refused(path, {});
    const std::string empty("\x02\0\0\0\0\0\0\0{}", 10); // a sound file of another program
    write_bytes(path, empty);
    ModelOwner model;
    DOCTEST_CHECK(picker_model_load(model.out(), path.c_str()) != PICKER_OK);
    DOCTEST_CHECK(contains(picker_last_error(), path));
    // A network with a layer that this library does not have, as a later one may write.
    std::uint64_t header = 0;
    std::memcpy(&header, good.data(), sizeof header);
    write_bytes(path, replaced(good, R"(\"convolution\")", R"(\"convolutiom\")"));
    DOCTEST_CHECK(picker_model_load(model.out(), path.c_str()) != PICKER_OK);
    DOCTEST_CHECK_MESSAGE(contains(picker_last_error(), "convolutiom"), std::string(picker_last_error()));
    write_bytes(path, replaced(good, "\"F32\"", "\"F99\""));
    DOCTEST_CHECK(picker_model_load(model.out(), path.c_str()) != PICKER_OK);
    // Each byte of the header flipped: refused or harmless, never worse. Every 7th, to be quick.
    for (std::size_t at = 0; at < 8 + header; at += 7) {
        std::string flipped = good;
        flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
        write_bytes(path, flipped);
        if (picker_model_load(model.out(), path.c_str()) != PICKER_OK) {
            DOCTEST_CHECK_MESSAGE(contains(picker_last_error(), path), at, ": ", std::string(picker_last_error()));
        }
    }
}

DOCTEST_TEST_CASE("weights that are no numbers") {
    const TempFolder folder;
    const std::string path = folder / "m.safetensors";
    libpicker::Model::create("deeppicker", 1).save(path);
    std::string bytes = read_bytes(path);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(&bytes[bytes.size() - sizeof nan], &nan, sizeof nan);
    write_bytes(path, bytes);
    check_refused(path, {});
}

DOCTEST_TEST_CASE("images that are no score maps, damaged score maps") {
    const TempFolder folder;
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const std::string path = folder / "m.mrc";
    sample.micrograph.write(path);
    ScoresOwner scores;
    refused(picker_scores_read(scores.out(), path.c_str()), PICKER_BAD_FILE, {path, "score map", ";"});
    write_bytes(path, "");
    refused(picker_scores_read(scores.out(), path.c_str()), PICKER_BAD_FILE, {path, "empty"});
    refused(picker_scores_read(scores.out(), (folder / "no.mrc").c_str()), PICKER_NOT_FOUND, {"no.mrc"});
}

DOCTEST_TEST_CASE("tables of data sets: missing columns, unknown splits, bad numbers, with file and line") {
    const TempFolder folder;
    const auto sample = libpicker::simulate(small_simulation(), 0);
    sample.micrograph.write(folder / "a.mrc");
    sample.truth.write(folder / "a.star");
    const std::string path = folder / "t.csv";
    const auto add = [&](const std::string& text, picker_status status, std::initializer_list<std::string_view> parts) {
        write_bytes(path, text);
        libpicker::Dataset data;
        std::size_t rows = 7;
        refused(picker_dataset_add_rows(data.get(), path.c_str(), "train", &rows), status, parts);
        DOCTEST_CHECK(rows == 0);
        DOCTEST_CHECK(data.size() == 0);
    };
    add("", PICKER_BAD_FILE, {path});
    add("name,micrographs,split\nx,a.mrc,train\n", PICKER_BAD_FILE, {path, "picks"});
    add("name,micrographs,picks,split\nx,a.mrc,a.star,exam\n", PICKER_BAD_FILE, {path, "2", "exam", "train"});
    add("name,micrographs,picks,split,diameter\nx,a.mrc,a.star,train,wide\n", PICKER_BAD_FILE, {path, "2", "wide"});
    add("name,micrographs,picks,split\nx,a.mrc,a.star\n", PICKER_BAD_FILE, {path, "2"});
    add("name,micrographs,picks,split\nx,gone.mrc,a.star,train\n", PICKER_NOT_FOUND, {"gone.mrc"});
    libpicker::Dataset data;
    refused(picker_dataset_add_rows(data.get(), path.c_str(), "exam", nullptr), PICKER_INVALID_ARGUMENT,
            {"exam", "train", "validation", "test"});
}

DOCTEST_TEST_CASE("training without picks, without a diameter, with all picks outside, on missing files") {
    if (!has_torch("training")) {
        return;
    }
    const TempFolder folder;
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const std::string before = libpicker::Model::create("deeppicker", 1).info().hash;
    auto options = make<picker_train_options>();
    options.diameter = 160;
    options.epochs = 1;
    const auto train = [&](libpicker::Dataset& data, picker_status status,
                           std::initializer_list<std::string_view> parts) {
        auto model = libpicker::Model::create("deeppicker", 1);
        refused(picker_train(model.get(), data.get(), nullptr, &options, nullptr, nullptr), status, parts);
        DOCTEST_CHECK(before == model.info().hash); // left as it was
        DOCTEST_CHECK(model.info().trained == 0);
    };
    libpicker::Dataset empty;
    train(empty, PICKER_INVALID_ARGUMENT, {"micrograph"});
    libpicker::Dataset no_picks;
    no_picks.add(sample.micrograph, libpicker::Picks());
    train(no_picks, PICKER_INVALID_ARGUMENT, {"coordinates", ";"});
    libpicker::Picks outside;
    outside.append({-50, 5000}, {10, 10}, {});
    libpicker::Dataset all_outside;
    all_outside.add(sample.micrograph, outside);
    train(all_outside, PICKER_MISMATCH, {"2 of 2", "192 x 160", ";"});
    libpicker::Picks at_border;
    at_border.append({1, 190}, {1, 158}, {});
    libpicker::Dataset all_at_border;
    all_at_border.add(sample.micrograph, at_border);
    train(all_at_border, PICKER_INVALID_ARGUMENT, {"border", ";"});
    libpicker::Dataset missing;
    missing.add(folder / "gone.mrc", sample.truth);
    train(missing, PICKER_NOT_FOUND, {"gone.mrc"});
    options.diameter = 0;
    libpicker::Dataset good;
    good.add(sample.micrograph, sample.truth);
    train(good, PICKER_INVALID_ARGUMENT, {"diameter", ";"});
    options.diameter = 160;
    const auto info = sample.micrograph.info();
    const auto unknown =
        libpicker::Micrograph::from_data(sample.micrograph.data(), info.width, info.height, 0, "m8.mrc");
    libpicker::Dataset no_pixel_size;
    no_pixel_size.add(unknown, sample.truth);
    train(no_pixel_size, PICKER_INVALID_ARGUMENT, {"m8.mrc", "pixel size"});
    options.validation_fraction = 1;
    train(good, PICKER_INVALID_ARGUMENT, {"validation_fraction"});
    options.validation_fraction = 0;
    options.epochs = -1;
    train(good, PICKER_INVALID_ARGUMENT, {"epochs", "-1"});
}
