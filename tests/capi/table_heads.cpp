// The table of calls: the heads of a model (boundary.hpp).
#include "capi/boundary.hpp"

namespace capi {
namespace {

using enum Null;

// Two models of the same body; one has a head.
struct HeadModels {
    libpicker::Model one = libpicker::Model::create("hydrapicker", 1),
                     other = libpicker::Model::create("hydrapicker", 1);
    HeadModels() { one.add_head("first"); }
};
HeadModels& head_models() {
    static HeadModels models;
    return models;
}

void add_heads(std::vector<Entry>& table) {
    table.push_back({"picker_model_take_layers",
                     {{"model", refused}, {"from", refused}, {"layers", allowed}},
                     [](World&, Call& c) -> int {
                         auto model = libpicker::Model::create("parsed-s2", 1);
                         const auto from = libpicker::Model::create("parsed-s2-classifier", 2);
                         return picker_model_take_layers(c.p("model", model.get()), c.p("from", from.get()),
                                                         c.value<std::int32_t>("layers", 77));
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_head_info, "info"));
    table.push_back({"picker_model_head_count", {{"model", silent}}, [](World&, Call& c) {
                         return answer(picker_model_head_count(c.p("model", head_models().one.get())) == 0);
                     }});
    table.push_back({"picker_model_get_head", {{"model", refused}, {"info", refused}}, [](World&, Call& c) -> int {
                         return picker_model_get_head(c.p("model", head_models().one.get()), 0,
                                                      c.s("info", make<picker_head_info>()));
                     }});
    table.push_back({"picker_model_add_head", {{"model", refused}, {"name", refused}}, [](World&, Call& c) -> int {
                         picker_model* const model = head_models().other.get();
                         const int status = picker_model_add_head(c.p("model", model), c.p("name", "added"));
                         if (status == PICKER_OK) {
                             ok(picker_model_remove_head(model, "added"));
                         }
                         return status;
                     }});
    table.push_back({"picker_model_remove_head", {{"model", refused}, {"name", refused}}, [](World&, Call& c) -> int {
                         auto model = head_models().one.export_head("general");
                         model.add_head("going");
                         return picker_model_remove_head(c.p("model", model.get()), c.p("name", "going"));
                     }});
    table.push_back({"picker_model_export_head",
                     {{"out", refused}, {"model", refused}, {"name", refused}},
                     [](World&, Call& c) -> int {
                         return picker_model_export_head(c.handle<picker_model, picker_model_free>("out"),
                                                         c.p("model", head_models().one.get()), c.p("name", "first"));
                     }});
    table.push_back({"picker_model_import_head",
                     {{"model", refused}, {"as", refused}, {"from", refused}, {"name", refused}},
                     [](World&, Call& c) -> int {
                         picker_model* const model = head_models().other.get();
                         const int status =
                             picker_model_import_head(c.p("model", model), c.p("as", "taken"),
                                                      c.p("from", head_models().one.get()), c.p("name", "first"));
                         if (status == PICKER_OK) {
                             ok(picker_model_remove_head(model, "taken"));
                         }
                         return status;
                     }});
}

} // namespace

std::vector<Entry> head_entries() {
    std::vector<Entry> table;
    add_heads(table);
    return table;
}

} // namespace capi
