// A model's specification as JSON text, the form in which a checkpoint keeps it.
#pragma once

#include "models/model.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace picker {

std::string spec_to_json(const ModelSpec& spec); // one line, keys in a fixed order: equal specs give equal text

// Error(bad_file) naming `file` and the value that is missing, of the wrong type or out of range. Keys that this
// version does not know are ignored.
ModelSpec spec_from_json(std::string_view json, const std::string& file);

// Parses JSON whose nesting is at most `max_depth` and whose objects repeat no key. Error(bad_file) naming `what`.
nlohmann::ordered_json parse_json(std::string_view json, int max_depth, const std::string& what);

} // namespace picker
