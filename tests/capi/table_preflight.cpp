// The table of calls: the check before a run (boundary.hpp).
#include "capi/boundary.hpp"

namespace capi {

std::vector<Entry> preflight_entries() {
    using enum Null;
    std::vector<Entry> table;
    table.push_back(PICKER_INIT_ENTRY(picker_preflight_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_problem, "problem"));
    table.push_back(PICKER_INIT_ENTRY(picker_problem_group, "group"));
    table.push_back(PICKER_INIT_ENTRY(picker_preflight_summary, "summary"));
    // A file that does not exist is a problem to ask for.
    const auto checked = [](World& w) {
        return libpicker::Preflight(libpicker::Inputs::all_of({w.image, w.folder / "absent.mrc"}));
    };
    table.push_back(
        {"picker_inputs_create_all", {{"out", refused}, {"patterns", refused}}, [](World& w, Call& c) -> int {
             const char* const pattern = w.image.c_str();
             return picker_inputs_create_all(c.handle<picker_inputs, picker_inputs_free>("out"),
                                             c.p("patterns", &pattern), 1);
         }});
    table.push_back({"picker_preflight_inputs",
                     {{"out", refused}, {"inputs", refused}, {"options", allowed}, {"control", allowed}},
                     [](World& w, Call& c) -> int {
                         return picker_preflight_inputs(
                             c.handle<picker_preflight, picker_preflight_free>("out"), c.p("inputs", w.inputs->get()),
                             c.s("options", make<picker_preflight_options>()), c.s("control", make<picker_control>()));
                     }});
    table.push_back({"picker_preflight_get_summary",
                     {{"preflight", refused}, {"summary", refused}},
                     [checked](World& w, Call& c) -> int {
                         const auto made = checked(w);
                         return picker_preflight_get_summary(c.p("preflight", made.get()),
                                                             c.s("summary", make<picker_preflight_summary>()));
                     }});
    table.push_back({"picker_preflight_problem",
                     {{"preflight", refused}, {"problem", refused}},
                     [checked](World& w, Call& c) -> int {
                         const auto made = checked(w);
                         return picker_preflight_problem(c.p("preflight", made.get()), 0,
                                                         c.s("problem", make<picker_problem>()));
                     }});
    table.push_back(
        {"picker_preflight_group", {{"preflight", refused}, {"group", refused}}, [checked](World& w, Call& c) -> int {
             const auto made = checked(w);
             return picker_preflight_group(c.p("preflight", made.get()), 0, c.s("group", make<picker_problem_group>()));
         }});
    table.push_back({"picker_preflight_micrograph",
                     {{"preflight", refused}, {"info", refused}},
                     [checked](World& w, Call& c) -> int {
                         const auto made = checked(w);
                         return picker_preflight_micrograph(c.p("preflight", made.get()), 0,
                                                            c.s("info", make<picker_micrograph_info>()));
                     }});
    table.push_back({"picker_preflight_free", {{"preflight", allowed}}, [](World& w, Call& c) -> int {
                         picker_preflight* made = nullptr;
                         ok(picker_preflight_inputs(&made, w.inputs->get(), nullptr, nullptr));
                         return freeing<picker_preflight, picker_preflight_free>(c, "preflight", made);
                     }});
    return table;
}

} // namespace capi
