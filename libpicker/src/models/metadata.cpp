// What a model says of itself, as JSON for people and tools (model.hpp).
#include "models/model.hpp"
#include "models/spec_json.hpp"

#include <nlohmann/json.hpp>

namespace picker {

std::string metadata_json(const Model& model) {
    nlohmann::ordered_json json;
    json["architecture"] = model.spec.architecture;
    json["trained"] = model.trained;
    json["diameter_angstrom"] = model.diameter;
    json["pixel_size_angstrom"] = model.pixel_size;
    json["specification"] = nlohmann::ordered_json::parse(spec_to_json(model.spec));
    json["provenance"] = model.provenance;
    // A file's text need not be valid UTF-8; what is not is replaced, so that the result always is.
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace picker
