// Today's picker.h against the frozen one, as text: every function with the same parameters, every enum value, every
// field of every struct in the same order. And the pinned layout table names every field.
#include "capi/header.hpp"
#include "picker/picker.h"
#include "unit/check.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <set>

using namespace capi;

namespace {

constexpr const char* advice = "picker.h changed in a way that breaks compiled programs; undo it, or add at the end "
                               "(docs/abi-policy.md)";
const std::string frozen = PICKER_SOURCE_DIR "/tests/abi/frozen/picker_abi1.h";

std::string signature(const Function& function) {
    std::string text = function.returns + " " + function.name + "(";
    for (const Parameter& parameter : function.parameters) {
        text += parameter.type + ", "; // the names may change
    }
    return text + ")";
}

} // namespace

DOCTEST_TEST_CASE("every function of the frozen header is there with the same types") {
    std::map<std::string, std::string> today;
    for (const Function& function : declared_functions()) {
        today[function.name] = signature(function);
    }
    const auto before = declared_functions(frozen);
    DOCTEST_CHECK(before.size() > 80);
    for (const Function& function : before) {
        DOCTEST_CHECK_MESSAGE(today[function.name] == signature(function), function.name, ": ", advice);
    }
}

DOCTEST_TEST_CASE("every struct of the frozen header begins as it did") {
    const auto today = declared_fields();
    const auto before = declared_fields(frozen);
    DOCTEST_CHECK(before.size() >= 19);
    for (const auto& [name, fields] : before) {
        DOCTEST_REQUIRE_MESSAGE(today.contains(name), name, ": ", advice);
        const auto& now = today.at(name);
        DOCTEST_CHECK_MESSAGE(now.size() >= fields.size(), name, ": ", advice);
        for (std::size_t i = 0; i < fields.size() && i < now.size(); ++i) {
            DOCTEST_CHECK_MESSAGE(now[i] == fields[i], name, ": '", now[i], "' stands where '", fields[i], "' was; ",
                                  advice);
        }
    }
}

DOCTEST_TEST_CASE("every enum value of the frozen header is there") {
    const auto today = declared_values();
    const auto before = declared_values(frozen);
    DOCTEST_CHECK(before.size() >= 14);
    for (const auto& [name, value] : before) {
        DOCTEST_CHECK_MESSAGE((today.contains(name) && today.at(name) == value), name, ": ", advice);
    }
}

DOCTEST_TEST_CASE("something added raises the version of the interface") {
    std::set<std::string> names;
    const auto collect = [&](const std::string& path) {
        std::set<std::string> found;
        for (const Function& function : declared_functions(path)) {
            found.insert(function.name);
        }
        for (const auto& [name, fields] : declared_fields(path)) {
            for (const std::string& field : fields) {
                found.insert(name + "." + field);
            }
        }
        for (const auto& [name, value] : declared_values(path)) {
            found.insert(name);
        }
        return found;
    };
    const bool same = collect(public_header()) == collect(frozen);
    DOCTEST_CHECK_MESSAGE(
        (same || PICKER_ABI_VERSION > 1),
        "picker.h has more than the frozen header of version 1: raise PICKER_ABI_VERSION, add a line to "
        "CHANGELOG.md and a frozen copy to tests/abi/frozen");
    DOCTEST_CHECK(picker_abi_version() == PICKER_ABI_VERSION);
}

DOCTEST_TEST_CASE("the layout table names every field and value") {
    std::ifstream file(PICKER_SOURCE_DIR "/tests/abi/layout_table.inc");
    const std::string table{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    for (const auto& [name, fields] : declared_fields()) {
        DOCTEST_CHECK_MESSAGE(table.find("PICKER_STRUCT(" + name + ",") != table.npos, name, " is not pinned");
        for (const std::string& field : fields) {
            const std::string bare = field.substr(field.rfind(' ') + 1);
            DOCTEST_CHECK_MESSAGE(table.find("PICKER_FIELD(" + name + ", " + bare + ",") != table.npos, name, ".", bare,
                                  " is not pinned");
        }
    }
    for (const auto& [name, value] : declared_values()) {
        DOCTEST_CHECK_MESSAGE(table.find("PICKER_VALUE(" + name + ", " + value + ")") != table.npos, name,
                              " is not pinned");
    }
}
