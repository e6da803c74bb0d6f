// What a user reads when the LibTorch engine is missing, foreign or of another build.
#include "core/error.hpp"
#include "engine/engine.hpp"
#include "engine/user_libtorch.hpp"
#include "unit/check.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>

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

// An environment variable for the time of a test; nullptr: not set.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* before = std::getenv(name)) {
            before_ = before;
        }
        set(value);
    }
    ~Variable() { set(before_ ? before_->c_str() : nullptr); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    void set(const char* value) const { value != nullptr ? setenv(name_, value, 1) : unsetenv(name_); }
    const char* name_;
    std::optional<std::string> before_;
};

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
    DOCTEST_CHECK(contains(reason, "`" + picker::libtorch_install_line() + "`"));
}

DOCTEST_TEST_CASE("the line that installs LibTorch names the version and the place where it is looked for") {
    const Variable data("XDG_DATA_HOME", "/data of mine");
    const std::string wanted = picker::built_libtorch_version();
    DOCTEST_CHECK(picker::libtorch_install_line() == "python3 -m pip install --target '/data of mine/picker' torch" +
                                                         (wanted.empty() ? "" : "==" + wanted));
    DOCTEST_CHECK(picker::libtorch_places().back() == "/data of mine/picker/torch");
    const Variable none("XDG_DATA_HOME", nullptr);
    const Variable home("HOME", "/homes/me");
    DOCTEST_CHECK(picker::libtorch_places().back() == "/homes/me/.local/share/picker/torch");
    const Variable given("PICKER_TORCH", "/mine/libtorch");
    DOCTEST_CHECK(picker::libtorch_places().front() == "/mine/libtorch");
}

DOCTEST_TEST_CASE("another version of LibTorch is refused before it is loaded") {
    const auto root = std::filesystem::temp_directory_path() / ("picker-torch-" + std::to_string(getpid()));
    std::filesystem::create_directories(root / "lib");
    std::filesystem::create_directories(root / "share/cmake/Torch");
    std::ofstream(root / "share/cmake/Torch/TorchConfigVersion.cmake") << "set(PACKAGE_VERSION \"1.13.1\")\n\n# more\n";
    std::filesystem::copy_file(FAKE_ENGINE_EMPTY, root / "lib/libtorch.so"); // would load
    DOCTEST_CHECK(picker::libtorch_version(root) == "1.13.1");
    DOCTEST_CHECK(picker::libtorch_version("/nowhere").empty());
    if (const std::string wanted = picker::built_libtorch_version(); !wanted.empty()) {
        DOCTEST_CHECK(picker::libtorch_fits(wanted));
        DOCTEST_CHECK(picker::libtorch_fits(wanted + "+cpu"));
        DOCTEST_CHECK(picker::libtorch_fits(wanted.substr(0, wanted.rfind('.')) + ".9"));
        DOCTEST_CHECK_FALSE(picker::libtorch_fits("1.13.1"));
        DOCTEST_CHECK_FALSE(picker::libtorch_fits(wanted.substr(0, wanted.rfind('.')) + "1.0"));
        const Variable given("PICKER_TORCH", root.c_str());
        const std::string reason = reason_with(FAKE_ENGINE_ORPHAN);
        DOCTEST_CAPTURE(reason);
        DOCTEST_CHECK(contains(reason, "the LibTorch in " + root.string() +
                                           " is version 1.13.1, but libpicker was built for " + wanted));
        DOCTEST_CHECK(contains(reason, picker::libtorch_install_line()));
        DOCTEST_CHECK(dlopen((root / "lib/libtorch.so").c_str(), RTLD_LAZY | RTLD_NOLOAD) == nullptr);
    }
    std::filesystem::remove_all(root);
}
