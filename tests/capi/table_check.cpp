// The table of calls: the check of frames (boundary.hpp).
#include "capi/boundary.hpp"

namespace capi {

std::vector<Entry> check_entries() {
    std::vector<Entry> table;
    table.push_back(PICKER_INIT_ENTRY(picker_check_item, "item"));
    table.push_back(PICKER_INIT_ENTRY(picker_check_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_check_result, "result"));
    table.push_back({"picker_check",
                     {{"result", Null::refused}, {"items", Null::refused}, {"options", Null::allowed}},
                     [](World& w, Call& c) -> int {
                         auto item = make<picker_check_item>();
                         item.picks = w.sample.truth.get();
                         item.reference = w.sample.truth.get();
                         item.width = w.item.width;
                         item.height = w.item.height;
                         return picker_check(c.s("result", make<picker_check_result>()), c.s("items", item), 1,
                                             c.s("options", make<picker_check_options>()));
                     }});
    return table;
}

} // namespace capi
