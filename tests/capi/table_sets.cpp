// The table of calls: pick sets merged, mapped to another image, images paired, and sessions (boundary.hpp).
#include "capi/boundary.hpp"

#include <utility>

namespace capi {
namespace {

// A micrograph, and an image of its field with twice as many pixels along each side.
std::pair<picker_micrograph_info, picker_micrograph_info> one_and_its_double() {
    auto from = make<picker_micrograph_info>(), to = from;
    from.width = 100;
    from.height = 60;
    to.width = 200;
    to.height = 120;
    return {from, to};
}

} // namespace

std::vector<Entry> set_entries() {
    std::vector<Entry> table;
    table.push_back(PICKER_INIT_ENTRY(picker_merge_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_merge_report, "report"));
    table.push_back(
        {"picker_picks_merge",
         {{"out", Null::refused}, {"sets", Null::refused}, {"options", Null::refused}, {"report", Null::allowed}},
         [](World& w, Call& c) -> int {
             const picker_picks* sets[] = {w.sample.truth.get(), w.sample.truth.get()};
             auto options = make<picker_merge_options>();
             options.distance = 3;
             return picker_picks_merge(c.handle<picker_picks, picker_picks_free>("out"), c.p("sets", sets), 2,
                                       c.s("options", options), c.s("report", make<picker_merge_report>()));
         }});
    // A table with one column of text.
    const auto noted = [](World& w) {
        const std::string path = w.folder / "noted.csv";
        write_bytes(path, "x,y,note\n1,2,hello\n");
        return libpicker::Picks::read(path);
    };
    table.push_back({"picker_picks_text_column_count", {{"picks", Null::silent}}, [noted](World& w, Call& c) {
                         const auto picks = noted(w);
                         return answer(picker_picks_text_column_count(c.p("picks", picks.get())) == 0);
                     }});
    table.push_back({"picker_picks_text_column_name", {{"picks", Null::silent}}, [noted](World& w, Call& c) {
                         const auto picks = noted(w);
                         return answer(picker_picks_text_column_name(c.p("picks", picks.get()), 0) == nullptr);
                     }});
    table.push_back({"picker_picks_text", {{"picks", Null::silent}}, [noted](World& w, Call& c) {
                         const auto picks = noted(w);
                         return answer(picker_picks_text(c.p("picks", picks.get()), 0, 0) == nullptr);
                     }});
    table.push_back({"picker_picks_map",
                     {{"out", Null::refused}, {"picks", Null::refused}, {"from", Null::refused}, {"to", Null::refused}},
                     [](World& w, Call& c) -> int {
                         const auto [from, to] = one_and_its_double();
                         return picker_picks_map(c.handle<picker_picks, picker_picks_free>("out"),
                                                 c.p("picks", w.sample.truth.get()), c.s("from", from), c.s("to", to));
                     }});
    table.push_back({"picker_picks_map_binned",
                     {{"out", Null::refused}, {"picks", Null::refused}, {"from", Null::refused}, {"to", Null::refused}},
                     [](World& w, Call& c) -> int {
                         const auto [from, to] = one_and_its_double();
                         return picker_picks_map_binned(c.handle<picker_picks, picker_picks_free>("out"),
                                                        c.p("picks", w.sample.truth.get()), c.s("from", from),
                                                        c.s("to", to), PICKER_BINNING_BLOCKS);
                     }});
    table.push_back({"picker_inputs_pair",
                     {{"inputs", Null::refused}, {"others", Null::refused}, {"table", Null::allowed}},
                     [](World& w, Call& c) -> int {
                         const std::string pairs = w.folder / "pairs.csv";
                         write_bytes(pairs, "picked,target\n" + w.inputs->name(0) + "," + w.inputs->name(0) + "\n");
                         return picker_inputs_pair(c.p("inputs", w.inputs->get()), c.p("others", w.inputs->get()),
                                                   c.p("table", pairs.c_str()));
                     }});
    table.push_back({"picker_inputs_partner", {{"inputs", Null::silent}}, [](World& w, Call& c) {
                         ok(picker_inputs_pair(w.inputs->get(), w.inputs->get(), nullptr));
                         return answer(picker_inputs_partner(c.p("inputs", w.inputs->get()), 0) == -1);
                     }});
    table.push_back(
        {"picker_session_open",
         {{"out", Null::refused}, {"model", Null::refused}, {"options", Null::refused}, {"control", Null::allowed}},
         [](World& w, Call& c) -> int {
             return picker_session_open(c.handle<picker_session, picker_session_free>("out"),
                                        c.p("model", w.model.get()), c.s("options", w.run_options),
                                        c.s("control", make<picker_control>()));
         }});
    table.push_back(
        {"picker_session_add", {{"session", Null::refused}, {"inputs", Null::refused}}, [](World& w, Call& c) -> int {
             const auto session = w.model.open_session(w.run_options);
             return picker_session_add(c.p("session", session.get()), c.p("inputs", w.inputs->get()), 0, 1);
         }});
    table.push_back({"picker_session_wait",
                     {{"session", Null::refused}, {"item", Null::refused}, {"control", Null::allowed}},
                     [](World& w, Call& c) -> int {
                         auto session = w.model.open_session(w.run_options);
                         session.add(*w.inputs);
                         return picker_session_wait(c.p("session", session.get()), 60,
                                                    c.s("item", make<picker_run_item>()),
                                                    c.s("control", make<picker_control>()));
                     }});
    table.push_back({"picker_session_pending", {{"session", Null::silent}}, [](World& w, Call& c) {
                         auto session = w.model.open_session(w.run_options);
                         session.add(*w.inputs);
                         return answer(picker_session_pending(c.p("session", session.get())) == 0);
                     }});
    table.push_back({"picker_session_free", {{"session", Null::allowed}}, [](World& w, Call& c) -> int {
                         picker_session* made = nullptr;
                         ok(picker_session_open(&made, w.model.get(), &w.run_options, nullptr));
                         return freeing<picker_session, picker_session_free>(c, "session", made);
                     }});
    return table;
}

} // namespace capi
