// The heads of a model: one body of layers, and several ways to go on from it (HydraPicker 2019, section 3). The
// general head is part of Model::parameters; Model::heads are the specialised ones.
#pragma once

#include "models/model.hpp"

#include <string>
#include <string_view>

namespace picker {

inline constexpr std::string_view general_head = "general";

bool has_heads(const ModelSpec& spec); // that its architecture can have some
// First parameter of the head, in Model::parameters. Error(unsupported) for an architecture without heads.
std::size_t head_offset(const ModelSpec& spec);

// Error(invalid_argument) for a name that no head can have: empty, the general one's, too long, or with other than
// letters, digits, '.', '-' and '_'.
void check_head_name(std::string_view name);
void check_new_head(const Model& model, std::string_view name); // the same, and where the model has one of that name
// Error(not_found) listing the names that there are.
const Head& find_head(const Model& model, std::string_view name);

// The model with this head alone, as its general one. Its threshold and diameter are the head's.
Model with_head(const Model& model, std::string_view name);
// Adds a head that equals the general one. Error(invalid_argument) where there is one of that name.
Head& add_head(Model& model, std::string_view name);
void remove_head(Model& model, std::string_view name);
// Takes `name` (the general one too) over from another model. Error(mismatch) where the two have different layouts, or
// bodies that are not the same to the bit.
void import_head(Model& model, std::string_view as, const Model& from, std::string_view name);

} // namespace picker
