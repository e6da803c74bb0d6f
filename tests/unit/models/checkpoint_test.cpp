// Models that are saved and loaded again.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "models/model.hpp"
#include "models/spec_json.hpp"
#include "unit/check.hpp"
#include "unit/models/temporary_folder.hpp"

#include <cmath>
#include <fstream>

namespace {

picker::Model some_model() {
    picker::Model model = picker::create_model("deeppicker-tf", 9);
    model.trained = true;
    model.diameter = 187.3;
    model.pixel_size = 1.0 / 3.0;
    model.provenance = {{"trained-on", "a.mrc, b.mrc"}, {"seed", "9"}, {"empty", ""}, {"text", "\"quotes\"\nand β"}};
    return model;
}

} // namespace

DOCTEST_TEST_CASE("a model comes back as it was saved") {
    const TemporaryFolder folder;
    const auto path = folder.path / "model.safetensors";
    const picker::Model model = some_model();
    picker::save_model(path, model);
    const picker::Model again = picker::load_model(path);
    DOCTEST_CHECK(again.parameters == model.parameters);
    DOCTEST_CHECK(again.trained);
    DOCTEST_CHECK(again.diameter == model.diameter);
    DOCTEST_CHECK(again.pixel_size == model.pixel_size);
    DOCTEST_CHECK(again.provenance == model.provenance);
    DOCTEST_CHECK(picker::spec_to_json(again.spec) == picker::spec_to_json(model.spec));
    DOCTEST_CHECK(again.spec.patch_rule == model.spec.patch_rule);
    DOCTEST_CHECK(again.spec.recipe.steps.size() == model.spec.recipe.steps.size());
    DOCTEST_CHECK(again.spec.training.weight_decay_dense == 5e-4);
    picker::save_model(folder.path / "again.safetensors", again);
    DOCTEST_CHECK(picker::read_whole(path) == picker::read_whole(folder.path / "again.safetensors"));
}

DOCTEST_TEST_CASE("the numbers start at a multiple of 8 bytes") {
    const TemporaryFolder folder;
    const auto path = folder.path / "model.safetensors";
    for (int i = 0; i < 9; ++i) {
        picker::Model model = some_model();
        model.provenance["note"] = std::string(static_cast<std::size_t>(i), 'x');
        picker::save_model(path, model);
        const std::string bytes = picker::read_whole(path);
        DOCTEST_CHECK((bytes.size() - 4 * model.parameters.size()) % 8 == 0);
        DOCTEST_CHECK(picker::load_model(path).provenance == model.provenance);
    }
}

DOCTEST_TEST_CASE("the hash sees the specification and every parameter, and nothing else") {
    const picker::Model model = some_model();
    const std::string hash = picker::model_hash(model);
    DOCTEST_CHECK(hash.size() == 16);
    DOCTEST_CHECK(hash.find_first_not_of("0123456789abcdef") == std::string::npos);
    picker::Model other = model;
    other.provenance.clear();
    DOCTEST_CHECK(picker::model_hash(other) == hash);
    other.parameters.back() = std::nextafter(other.parameters.back(), 1.0F);
    DOCTEST_CHECK(picker::model_hash(other) != hash);
    other = model;
    other.spec.default_threshold = 0.51;
    DOCTEST_CHECK(picker::model_hash(other) != hash);
    other = model;
    std::swap(other.parameters[0], other.parameters[1]);
    DOCTEST_CHECK(picker::model_hash(other) != hash);
}

DOCTEST_TEST_CASE("what should not be saved is not, and a file that is there stays") {
    const TemporaryFolder folder;
    const auto path = folder.path / "model.safetensors";
    picker::save_model(path, some_model());
    const std::string before = picker::read_whole(path);
    picker::Model model = some_model();
    model.parameters[17] = std::nanf("");
    DOCTEST_CHECK_THROWS_AS(picker::save_model(path, model), picker::Error);
    model = some_model();
    model.parameters.pop_back();
    DOCTEST_CHECK_THROWS_AS(picker::save_model(path, model), picker::Error);
    DOCTEST_CHECK(picker::read_whole(path) == before);
    DOCTEST_CHECK_THROWS_AS(picker::save_model(folder.path / "no" / "folder" / "m.safetensors", some_model()),
                            picker::Error);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path)) {
        files += entry.is_regular_file() ? 1 : 0;
    }
    DOCTEST_CHECK(files == 1); // no temporary file is left
}
