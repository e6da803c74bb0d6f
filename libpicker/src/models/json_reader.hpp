// Members of a JSON object read one by one, each checked, with messages that say where a bad value is.
#pragma once

#include "core/error.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace picker {

class JsonReader {
public:
    using Json = nlohmann::ordered_json;

    JsonReader(const Json& object, std::string file, std::string place)
        : object_(object), file_(std::move(file)), place_(std::move(place)) {
        if (!object.is_object()) {
            complain("is not an object");
        }
    }

    [[noreturn]] void complain(const std::string& what) const {
        fail(Status::bad_file, file_, " holds a damaged model: ", place_, " ", what,
             "; use another copy of the file, or train again");
    }

    bool has(const char* key) const { return object_.contains(key); }

    const Json& member(const char* key) const {
        const auto found = object_.find(key);
        if (found == object_.end()) {
            complain(text("has no \"", key, "\""));
        }
        return *found;
    }

    double number(const char* key, double low, double high) const {
        const Json& value = member(key);
        const double result = value.is_number() ? value.get<double>() : std::nan("");
        if (!(result >= low && result <= high)) {
            complain(text("\"", key, "\" is not a number from ", low, " to ", high));
        }
        return result;
    }

    int integer(const char* key, int low, int high) const {
        const Json& value = member(key);
        if (!value.is_number_integer()) {
            complain(text("\"", key, "\" is not a whole number"));
        }
        return static_cast<int>(number(key, low, high));
    }

    bool boolean(const char* key) const {
        const Json& value = member(key);
        if (!value.is_boolean()) {
            complain(text("\"", key, "\" is neither true nor false"));
        }
        return value.get<bool>();
    }

    std::string string(const char* key) const {
        const Json& value = member(key);
        if (!value.is_string()) {
            complain(text("\"", key, "\" is not text"));
        }
        return value.get<std::string>();
    }

    template <typename Enum, std::size_t N>
    Enum choice(const char* key, const std::array<std::pair<Enum, const char*>, N>& names) const {
        const std::string given = string(key);
        for (const auto& [value, name] : names) {
            if (given == name) {
                return value;
            }
        }
        complain(text("\"", key, "\" is \"", given, "\", which this version does not know"));
    }

    std::vector<double> numbers(const char* key, double low, double high) const {
        constexpr std::size_t most = 4096;
        const Json& value = member(key);
        std::vector<double> result;
        for (std::size_t i = 0; value.is_array() && value.size() <= most && i < value.size(); ++i) {
            result.push_back(value[i].is_number() ? value[i].get<double>() : std::nan(""));
        }
        if (!value.is_array() || value.size() > most ||
            !std::all_of(result.begin(), result.end(), [&](double n) { return n >= low && n <= high; })) {
            complain(text("\"", key, "\" is not a list of at most ", most, " numbers from ", low, " to ", high));
        }
        return result;
    }

    JsonReader object(const char* key) const { return {member(key), file_, text(place_, ".", key)}; }

    std::vector<JsonReader> list(const char* key, std::size_t most) const {
        const Json& value = member(key);
        if (!value.is_array() || value.size() > most) {
            complain(text("\"", key, "\" is not a list of at most ", most, " entries"));
        }
        std::vector<JsonReader> result;
        for (std::size_t i = 0; i < value.size(); ++i) {
            result.emplace_back(value[i], file_, text(place_, ".", key, "[", i, "]"));
        }
        return result;
    }

private:
    const Json& object_;
    std::string file_, place_;
};

} // namespace picker
