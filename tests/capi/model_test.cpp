// Models and data sets through the C API: architectures, checkpoints, thresholds, metadata, tables of data sets.
#include "capi/support.hpp"

#include <cmath>
#include <map>

using namespace capi;

DOCTEST_TEST_CASE("shipped models are loaded by name, from wherever the process works") {
    DOCTEST_REQUIRE(picker_shipped_model_count() >= 1);
    for (std::int32_t i = 0; i < picker_shipped_model_count(); ++i) {
        const char* name = picker_shipped_model_name(i);
        DOCTEST_CHECK(std::string(picker_shipped_model_summary(i)).size() > 10);
        const auto model = libpicker::Model::load(name);
        DOCTEST_CHECK(model.info().trained == 1);
        DOCTEST_CHECK(model.info().diameter == 0); // of none in particular
        const std::string file = std::string(PICKER_SOURCE_DIR "/libpicker/models/") + name + ".safetensors";
        DOCTEST_CHECK(std::string(libpicker::Model::load(file).info().hash) == model.info().hash);
        DOCTEST_CHECK(model.metadata().find("trained-on") != std::string::npos);
    }
    DOCTEST_CHECK(picker_shipped_model_name(-1) == nullptr);
    DOCTEST_CHECK(picker_shipped_model_name(picker_shipped_model_count()) == nullptr);
    DOCTEST_CHECK(picker_shipped_model_summary(INT32_MAX) == nullptr);
    picker_model* out = nullptr;
    refused(picker_model_load(&out, "genral"), PICKER_NOT_FOUND, {"genral", "general", "path of a .safetensors file"});
}

DOCTEST_TEST_CASE("architectures name themselves, with the published parameter counts") {
    std::map<std::string, std::int64_t> parameters;
    for (std::int32_t i = 0; i < picker_architecture_count(); ++i) {
        parameters[picker_architecture_name(i)] = picker_architecture_parameters(i);
        DOCTEST_CHECK(std::string(picker_architecture_summary(i)).size() > 10);
        DOCTEST_CHECK(std::string(picker_architecture_source(i)).size() > 4);
    }
    DOCTEST_CHECK(parameters["deeppicker"] == 33346);
    DOCTEST_CHECK(parameters["deeppicker-tf"] == 49922);
    for (const std::int32_t past : {-1, picker_architecture_count(), INT32_MAX}) {
        DOCTEST_CHECK(picker_architecture_name(past) == nullptr);
        DOCTEST_CHECK(picker_architecture_summary(past) == nullptr);
        DOCTEST_CHECK(picker_architecture_source(past) == nullptr);
        DOCTEST_CHECK(picker_architecture_parameters(past) == 0);
    }
}

DOCTEST_TEST_CASE("a new model: same seed, same weights") {
    const auto info = [](std::uint64_t seed) { return libpicker::Model::create("deeppicker", seed).info(); };
    const auto first = info(7);
    DOCTEST_CHECK(first.parameters == 33346);
    DOCTEST_CHECK(first.trained == 0);
    DOCTEST_CHECK(first.window > 0);
    DOCTEST_CHECK(first.step == 4);
    DOCTEST_CHECK(first.diameter == 0);
    DOCTEST_CHECK(first.pixel_size == 0);
    DOCTEST_CHECK(first.architecture == std::string("deeppicker"));
    DOCTEST_CHECK(std::string(first.hash).size() == 16);
    DOCTEST_CHECK(first.hash == std::string(info(7).hash));
    DOCTEST_CHECK(first.hash != std::string(info(8).hash));
}

DOCTEST_TEST_CASE("a checkpoint gives the model back") {
    const TempFolder folder;
    const std::string path = folder / "m\xc3\xb6.safetensors";
    auto model = libpicker::Model::create("deeppicker-tf", 3);
    ok(picker_model_set_threshold(model.get(), 0.125));
    ok(picker_model_save(model.get(), path.c_str()));
    ModelOwner loaded;
    ok(picker_model_load(loaded.out(), path.c_str()));
    auto info = make<picker_model_info>();
    ok(picker_model_get_info(loaded.get(), &info));
    DOCTEST_CHECK(info.threshold == 0.125);
    DOCTEST_CHECK(info.parameters == 49922);
    DOCTEST_CHECK(info.architecture == std::string("deeppicker-tf"));
    DOCTEST_CHECK(info.hash == std::string(model.info().hash));
    const char* metadata = nullptr;
    ok(picker_model_metadata(&metadata, loaded.get()));
    DOCTEST_CHECK(metadata == model.metadata());
    DOCTEST_CHECK(metadata[0] == '{');
    DOCTEST_CHECK(contains(metadata, "deeppicker-tf"));
    // The same bytes again: nothing in a checkpoint depends on when or where it is written.
    const std::string again = folder / "again.safetensors";
    ok(picker_model_save(loaded.get(), again.c_str()));
    DOCTEST_CHECK(read_bytes(again) == read_bytes(path));
    DOCTEST_CHECK(folder.files() == 2);
}

DOCTEST_TEST_CASE("thresholds are probabilities") {
    auto model = libpicker::Model::create("deeppicker");
    for (const double bad : {-0.1, 1.1, std::nan("")}) {
        refused(picker_model_set_threshold(model.get(), bad), PICKER_INVALID_ARGUMENT,
                {"threshold", "between 0 and 1"});
    }
    ok(picker_model_set_threshold(model.get(), 0));
    ok(picker_model_set_threshold(model.get(), 1));
    DOCTEST_CHECK(model.info().threshold == 1);
}

DOCTEST_TEST_CASE("data sets count what they are given") {
    const TempFolder folder;
    auto sample = libpicker::simulate(small_simulation(), 0);
    const std::string image = folder / "a.mrc";
    sample.micrograph.write(image);
    sample.truth.write(folder / "a.star");
    DatasetOwner data;
    ok(picker_dataset_create(data.out()));
    DOCTEST_CHECK(picker_dataset_count(data.get()) == 0);
    auto item = make<picker_dataset_item>();
    item.diameter = 160;
    item.pixel_size = 8;
    item.molecule = "phantom";
    item.negatives = sample.truth.get();
    ok(picker_dataset_add(data.get(), image.c_str(), sample.truth.get(), &item));
    ok(picker_dataset_add_micrograph(data.get(), sample.micrograph.get(), sample.truth.get(), nullptr));
    DOCTEST_CHECK(picker_dataset_count(data.get()) == 2);
    const std::size_t truth = sample.truth.size();
    DOCTEST_CHECK(picker_dataset_positives(data.get()) == 2 * truth);
    // The picks were copied.
    sample.truth.add(1, 1, 1);
    DOCTEST_CHECK(picker_dataset_positives(data.get()) == 2 * truth);

    const std::string table = folder / "sets.csv";
    write_bytes(table, "name,micrographs,picks,diameter,pixel_size,split\n"
                       "phantom,a.mrc,a.star,160,8,train\nphantom,a.mrc,a.star,160,8,test\n");
    std::size_t rows = 0;
    ok(picker_dataset_add_rows(data.get(), table.c_str(), "train", &rows));
    DOCTEST_CHECK(rows == 1);
    DOCTEST_CHECK(picker_dataset_count(data.get()) == 3);
    DOCTEST_CHECK(picker_dataset_positives(data.get()) == 3 * truth);
    ok(picker_dataset_add_rows(data.get(), table.c_str(), "validation", &rows)); // none of that split is no error
    DOCTEST_CHECK(rows == 0);
    rows = 9;
    refused(picker_dataset_add_rows(data.get(), (folder / "no.csv").c_str(), "train", &rows), PICKER_NOT_FOUND,
            {"no.csv"});
    DOCTEST_CHECK(rows == 0);
    for (const double bad : {-1.0, std::nan("")}) {
        item.diameter = bad;
        refused(picker_dataset_add(data.get(), image.c_str(), sample.truth.get(), &item), PICKER_INVALID_ARGUMENT,
                {"diameter"});
    }
    DOCTEST_CHECK(picker_dataset_count(data.get()) == 3);
}
