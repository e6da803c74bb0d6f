// The heads of a model (heads.hpp).
#include "models/heads.hpp"

#include "core/error.hpp"

#include <algorithm>

namespace picker {
namespace {

constexpr std::size_t longest_name = 64;

std::vector<Head>::const_iterator place_of(const Model& model, std::string_view name) {
    return std::find_if(model.heads.begin(), model.heads.end(), [&](const Head& head) { return head.name == name; });
}

std::string names_of(const Model& model) {
    std::string names(general_head);
    for (const Head& head : model.heads) {
        names += text(", ", head.name);
    }
    return names;
}

} // namespace

bool has_heads(const ModelSpec& spec) {
    return spec.head_layer > 0;
}

std::size_t head_offset(const ModelSpec& spec) {
    if (!has_heads(spec)) {
        fail(Status::unsupported, "models of ", spec.architecture,
             " have no heads, only those of hydrapicker and hydrapicker-code do; leave the head out");
    }
    NetworkSpec body = spec.network;
    body.layers.resize(static_cast<std::size_t>(spec.head_layer));
    return parameter_count(body);
}

void check_head_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_';
    };
    if (name.empty() || name.size() > longest_name || !std::all_of(name.begin(), name.end(), allowed)) {
        fail(Status::invalid_argument, "a head cannot be called \"", name, "\"; give 1 to ", longest_name,
             " letters, digits, '.', '-' or '_'");
    }
    if (name == general_head) {
        fail(Status::invalid_argument, "the head \"", general_head,
             "\" is the one that all sets of particles share; give another name");
    }
}

void check_new_head(const Model& model, std::string_view name) {
    check_head_name(name);
    if (place_of(model, name) != model.heads.end()) {
        fail(Status::invalid_argument, "the model has a head \"", name,
             "\" already; give another name, or remove that one first");
    }
}

const Head& find_head(const Model& model, std::string_view name) {
    (void)head_offset(model.spec); // that it has heads
    const auto found = place_of(model, name);
    if (found == model.heads.end()) {
        fail(Status::not_found, "the model has no head \"", name, "\"; its heads are ", names_of(model));
    }
    return *found;
}

Model with_head(const Model& model, std::string_view name) {
    const std::size_t offset = head_offset(model.spec);
    Model one{model.spec, model.parameters, {}, model.trained, model.diameter, model.pixel_size, model.provenance};
    if (name == general_head) {
        return one;
    }
    const Head& head = find_head(model, name);
    std::copy(head.parameters.begin(), head.parameters.end(),
              one.parameters.begin() + static_cast<std::ptrdiff_t>(offset));
    one.spec.default_threshold = head.threshold;
    one.diameter = head.diameter;
    one.provenance["head"] = head.name;
    return one;
}

Head& add_head(Model& model, std::string_view name) {
    const auto offset = static_cast<std::ptrdiff_t>(head_offset(model.spec));
    check_new_head(model, name);
    model.heads.push_back({std::string(name),
                           {model.parameters.begin() + offset, model.parameters.end()},
                           model.spec.default_threshold,
                           model.diameter});
    return model.heads.back();
}

void remove_head(Model& model, std::string_view name) {
    if (name == general_head) {
        fail(Status::invalid_argument, "the general head stays with the model; remove another one");
    }
    (void)find_head(model, name);
    model.heads.erase(place_of(model, name));
}

void import_head(Model& model, std::string_view as, const Model& from, std::string_view name) {
    const auto offset = static_cast<std::ptrdiff_t>(head_offset(model.spec));
    if (model.spec.architecture != from.spec.architecture || model.parameters.size() != from.parameters.size()) {
        fail(Status::mismatch, "a head of ", from.spec.architecture, " does not fit a model of ",
             model.spec.architecture, ", whose outputs are others; train it again for this model");
    }
    if (!std::equal(model.parameters.begin(), model.parameters.begin() + offset, from.parameters.begin())) {
        fail(Status::mismatch, "the head \"", name,
             "\" was trained behind another body than this model's; train it again for this model");
    }
    const Model one = with_head(from, name);
    Head& head = add_head(model, as);
    head.parameters.assign(one.parameters.begin() + offset, one.parameters.end());
    head.threshold = one.spec.default_threshold;
    head.diameter = one.diameter;
}

} // namespace picker
