// The table of calls: proposed diameters (boundary.hpp).
#include "capi/boundary.hpp"

namespace capi {

std::vector<Entry> diameter_entries() {
    using enum Null;
    std::vector<Entry> table;
    table.push_back(PICKER_INIT_ENTRY(picker_diameter_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_diameter_summary, "summary"));
    table.push_back(PICKER_INIT_ENTRY(picker_diameter_step, "step"));
    // One proposal for all calls; there is none without LibTorch.
    const auto made = [](World& w) -> const libpicker::Diameter& {
        static std::map<const World*, std::unique_ptr<libpicker::Diameter>> of;
        if (!of.contains(&w)) {
            of[&w] = std::make_unique<libpicker::Diameter>(libpicker::Model::load("general"), *w.inputs);
        }
        return *of[&w];
    };
    const auto general = [] { return libpicker::Model::load("general"); };
    table.push_back(
        {"picker_diameter_propose",
         {{"out", refused}, {"model", refused}, {"inputs", refused}, {"options", allowed}, {"control", allowed}},
         [general](World& w, Call& c) -> int {
             const auto model = general();
             return picker_diameter_propose(c.handle<picker_diameter, picker_diameter_free>("out"),
                                            c.p("model", model.get()), c.p("inputs", w.inputs->get()),
                                            c.s("options", make<picker_diameter_options>()),
                                            c.s("control", make<picker_control>()));
         },
         true});
    table.push_back({"picker_diameter_get_summary",
                     {{"diameter", refused}, {"summary", refused}},
                     [made](World& w, Call& c) -> int {
                         return picker_diameter_get_summary(c.p("diameter", made(w).get()),
                                                            c.s("summary", make<picker_diameter_summary>()));
                     },
                     true,
                     true});
    table.push_back({"picker_diameter_get_step",
                     {{"diameter", refused}, {"step", refused}},
                     [made](World& w, Call& c) -> int {
                         return picker_diameter_get_step(c.p("diameter", made(w).get()), 0,
                                                         c.s("step", make<picker_diameter_step>()));
                     },
                     true,
                     true});
    table.push_back({"picker_diameter_get_micrograph",
                     {{"diameter", refused}, {"name", refused}, {"own", refused}},
                     [made](World& w, Call& c) -> int {
                         return picker_diameter_get_micrograph(c.p("diameter", made(w).get()), 0,
                                                               c.value<const char*>("name", "before"),
                                                               c.value<double>("own", 77.0));
                     },
                     true,
                     true});
    table.push_back({"picker_diameter_free",
                     {{"diameter", allowed}},
                     [general](World& w, Call& c) -> int {
                         picker_diameter* fresh = nullptr;
                         ok(picker_diameter_propose(&fresh, general().get(), w.inputs->get(), nullptr, nullptr));
                         return freeing<picker_diameter, picker_diameter_free>(c, "diameter", fresh);
                     },
                     true,
                     true});
    return table;
}

} // namespace capi
