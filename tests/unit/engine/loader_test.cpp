// What a user reads when the LibTorch engine is missing, foreign or of another build.
#include "core/error.hpp"
#include "engine/engine.hpp"
#include "unit/check.hpp"

#include <cstdlib>
#include <string>

namespace {

// The reason for which the engine is not available when PICKER_TORCH_ENGINE has this value.
std::string reason_with(const char* value) {
    if (value == nullptr) {
        unsetenv("PICKER_TORCH_ENGINE");
    } else {
        setenv("PICKER_TORCH_ENGINE", value, 1);
    }
    std::string reason;
    DOCTEST_CHECK_FALSE(picker::engine_available(&reason));
    unsetenv("PICKER_TORCH_ENGINE");
    return reason;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

DOCTEST_TEST_CASE("a missing engine says where it was looked for and how to get it") {
    const std::string reason = reason_with(nullptr);
    DOCTEST_CAPTURE(reason);
    DOCTEST_CHECK(contains(reason, "libpicker_torch.so"));
    DOCTEST_CHECK(contains(reason, "pip install torch"));
    DOCTEST_CHECK(contains(reason, "PICKER_TORCH_ENGINE"));
    try {
        (void)picker::engine();
        DOCTEST_CHECK(false);
    } catch (const picker::Error& error) {
        DOCTEST_CHECK(error.status() == picker::Status::backend);
    }
}

DOCTEST_TEST_CASE("an engine named by the environment that does not exist or is no library") {
    DOCTEST_CHECK(
        contains(reason_with("/nowhere/libpicker_torch.so"), "/nowhere/libpicker_torch.so, which does not exist"));
    const std::string source = PICKER_SOURCE_DIR "/VERSION";
    const std::string reason = reason_with(source.c_str());
    DOCTEST_CAPTURE(reason);
    DOCTEST_CHECK(contains(reason, "cannot load the LibTorch engine"));
    DOCTEST_CHECK(contains(reason, source));
}

DOCTEST_TEST_CASE("libraries that are not this build's engine are refused") {
    const std::string empty = reason_with(FAKE_ENGINE_EMPTY);
    DOCTEST_CHECK(contains(empty, "is not a LibTorch engine of libpicker"));
    const std::string table = reason_with(FAKE_ENGINE_TABLE);
    DOCTEST_CHECK(contains(table, "another version of the engine interface"));
    const std::string version = reason_with(FAKE_ENGINE_VERSION);
    DOCTEST_CHECK(contains(version, "belongs to libpicker 0.0.0-other"));
    DOCTEST_CHECK(contains(version, FAKE_ENGINE_VERSION));
}

DOCTEST_TEST_CASE("an engine whose LibTorch is gone says what to install") {
    const std::string reason = reason_with(FAKE_ENGINE_ORPHAN);
    DOCTEST_CAPTURE(reason);
    DOCTEST_CHECK(contains(reason, "LibTorch is missing"));
    DOCTEST_CHECK(contains(reason, "libtorch_of_nowhere.so"));
    DOCTEST_CHECK(contains(reason, "pip install torch"));
}
