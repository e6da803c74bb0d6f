// Heads: added, removed, taken out and over, in memory and in files.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "models/heads.hpp"
#include "unit/check.hpp"
#include "unit/models/temporary_folder.hpp"

#include <limits>
#include <nlohmann/json.hpp>

using namespace picker;

namespace {

Model example() {
    Model model = create_model("hydrapicker", 1);
    model.trained = true;
    model.spec.default_threshold = 0.3;
    Head& one = add_head(model, "one");
    one.threshold = 0.4;
    one.diameter = 120.0;
    for (float& value : one.parameters) {
        value += 0.5F;
    }
    Head& two = add_head(model, "set-2.b_");
    two.diameter = 0.0;
    two.parameters.back() = 7.0F;
    return model;
}

template <typename Body> std::string refused(Status status, Body body) {
    try {
        body();
    } catch (const Error& error) {
        DOCTEST_CHECK(error.status() == status);
        return error.what();
    }
    DOCTEST_FAIL("it was taken");
    return {};
}

bool says(const std::string& message, const char* part) {
    return message.find(part) != std::string::npos;
}

} // namespace

DOCTEST_TEST_CASE("a model with one of its heads is a model of its own") {
    const Model model = example();
    const std::size_t body = head_offset(model.spec);
    const Model one = with_head(model, "one");
    DOCTEST_CHECK(one.heads.empty());
    DOCTEST_CHECK(one.spec.default_threshold == 0.4);
    DOCTEST_CHECK(one.diameter == 120.0);
    DOCTEST_CHECK(std::equal(one.parameters.begin(), one.parameters.begin() + static_cast<std::ptrdiff_t>(body),
                             model.parameters.begin()));
    DOCTEST_CHECK(one.parameters[body] == model.parameters[body] + 0.5F);
    const Model general = with_head(model, "general");
    DOCTEST_CHECK(general.parameters == model.parameters);
    DOCTEST_CHECK(general.spec.default_threshold == 0.3);
    // What picks with the general head does not change when heads come and go.
    Model less = model;
    remove_head(less, "one");
    DOCTEST_CHECK(model_hash(with_head(less, "general")) == model_hash(general));
    DOCTEST_CHECK(model_hash(less) != model_hash(model));
}

DOCTEST_TEST_CASE("names that exist, do not exist, or cannot be") {
    Model model = example();
    DOCTEST_CHECK(says(refused(Status::invalid_argument, [&] { add_head(model, "one"); }), "already"));
    DOCTEST_CHECK(says(refused(Status::not_found, [&] { (void)with_head(model, "three"); }), "general, one, set-2.b_"));
    DOCTEST_CHECK(says(refused(Status::not_found, [&] { remove_head(model, "three"); }), "three"));
    DOCTEST_CHECK(says(refused(Status::invalid_argument, [&] { remove_head(model, "general"); }), "stays"));
    for (const char* name : {"", "general", "a/b", "a b", "\xc3\xa4"}) {
        refused(Status::invalid_argument, [&] { add_head(model, name); });
    }
    refused(Status::invalid_argument, [&] { add_head(model, std::string(65, 'a')); });
    DOCTEST_CHECK(model.heads.size() == 2);
    Model other = create_model("deeppicker", 1);
    DOCTEST_CHECK(says(refused(Status::unsupported, [&] { add_head(other, "one"); }), "no heads"));
    refused(Status::unsupported, [&] { (void)with_head(other, "general"); });
}

DOCTEST_TEST_CASE("a head is taken over from a model with the same body only") {
    const Model model = example();
    Model bare = with_head(model, "general");
    import_head(bare, "first", model, "one");
    DOCTEST_REQUIRE(bare.heads.size() == 1);
    DOCTEST_CHECK(bare.heads[0].parameters == model.heads[0].parameters);
    DOCTEST_CHECK(bare.heads[0].threshold == 0.4);
    DOCTEST_CHECK(bare.heads[0].diameter == 120.0);
    // The exported head comes back as it was.
    import_head(bare, "again", with_head(model, "one"), "general");
    DOCTEST_CHECK(bare.heads[1].parameters == model.heads[0].parameters);
    Model other = create_model("hydrapicker", 2);
    DOCTEST_CHECK(says(refused(Status::mismatch, [&] { import_head(other, "first", model, "one"); }), "another body"));
    Model code = create_model("hydrapicker-code", 1);
    DOCTEST_CHECK(says(refused(Status::mismatch, [&] { import_head(code, "first", model, "one"); }), "hydrapicker"));
    DOCTEST_CHECK(other.heads.empty());
}

DOCTEST_TEST_CASE("heads come back from a file, and damaged lists are refused") {
    const TemporaryFolder folder;
    const Model model = example();
    save_model(folder.path / "m.safetensors", model);
    const Model back = load_model(folder.path / "m.safetensors");
    DOCTEST_CHECK(back.parameters == model.parameters);
    DOCTEST_REQUIRE(back.heads.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        DOCTEST_CHECK(back.heads[i].name == model.heads[i].name);
        DOCTEST_CHECK(back.heads[i].parameters == model.heads[i].parameters);
        DOCTEST_CHECK(back.heads[i].threshold == model.heads[i].threshold);
        DOCTEST_CHECK(back.heads[i].diameter == model.heads[i].diameter);
    }
    DOCTEST_CHECK(model_hash(back) == model_hash(model));
    const std::string bytes = read_whole(folder.path / "m.safetensors");
    const auto damaged = [&](const std::string& from, const std::string& to) {
        std::string changed = bytes;
        const std::size_t at = changed.find(from);
        DOCTEST_REQUIRE(at != std::string::npos);
        DOCTEST_REQUIRE(from.size() == to.size());
        changed.replace(at, from.size(), to);
        write_whole(folder.path / "damaged.safetensors", changed);
        try {
            (void)load_model(folder.path / "damaged.safetensors");
        } catch (const Error& error) {
            DOCTEST_CHECK(says(error.what(), "damaged.safetensors"));
            return std::string(error.what());
        }
        DOCTEST_FAIL("it was taken");
        return std::string();
    };
    DOCTEST_CHECK(says(damaged("\\\"name\\\":\\\"one\\\"", "\\\"name\\\":\\\"o/e\\\""), "cannot be called"));
    DOCTEST_CHECK(says(damaged("\\\"name\\\":\\\"one\\\"", "\\\"name\\\":\\\"uno\\\""), "heads/uno/"));
    DOCTEST_CHECK(says(damaged("\\\"threshold\\\":0.4", "\\\"threshold\\\":4.0"), "threshold"));
    Model wrong = model;
    wrong.heads[1].parameters[3] = std::numeric_limits<float>::quiet_NaN();
    refused(Status::mismatch, [&] { save_model(folder.path / "nan", wrong); });
}
