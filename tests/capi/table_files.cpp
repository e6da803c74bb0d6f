// The table of calls, first half: library, micrograph, picks, inputs (boundary.hpp).
#include "capi/boundary.hpp"

namespace capi {
namespace {

using enum Null;

void add_library(std::vector<Entry>& table) {
    table.push_back({"picker_version", {}, [](World&, Call&) { return answer(*picker_version() == '\0'); }});
    table.push_back({"picker_abi_version", {}, [](World&, Call&) { return answer(picker_abi_version() == 0); }});
    table.push_back({"picker_has_feature", {{"name", silent}}, [](World&, Call& c) {
                         return answer(picker_has_feature(c.p("name", "tiff")) == 0);
                     }});
    table.push_back({"picker_status_name", {}, [](World&, Call&) { return answer(*picker_status_name(0) == '\0'); }});
    table.push_back({"picker_last_error", {}, [](World&, Call&) { return answer(picker_last_error() == nullptr); }});
    table.push_back({"picker_device_count", {}, [](World&, Call&) { return answer(picker_device_count() == 0); }});
    table.push_back({"picker_device_name", {}, [](World&, Call&) { return answer(picker_device_name(0) == nullptr); }});
    table.push_back({"picker_device_description", {}, [](World&, Call&) {
                         return answer(picker_device_description(0) == nullptr);
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_control, "control"));
}

void add_micrograph(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_micrograph_info, "info"));
    table.push_back({"picker_micrograph_read", {{"out", refused}, {"path", refused}}, [](World& w, Call& c) -> int {
                         return picker_micrograph_read(c.handle<picker_micrograph, picker_micrograph_free>("out"),
                                                       c.p("path", w.image.c_str()));
                     }});
    table.push_back({"picker_micrograph_from_data",
                     {{"out", refused}, {"data", refused}, {"name", allowed}},
                     [](World&, Call& c) -> int {
                         const float pixels[6] = {1, 2, 3, 4, 5, 6};
                         return picker_micrograph_from_data(c.handle<picker_micrograph, picker_micrograph_free>("out"),
                                                            c.p("data", pixels), 3, 2, 1.5, c.p("name", "six"));
                     }});
    table.push_back(
        {"picker_micrograph_get_info", {{"micrograph", refused}, {"info", refused}}, [](World& w, Call& c) -> int {
             return picker_micrograph_get_info(c.p("micrograph", w.sample.micrograph.get()),
                                               c.s("info", make<picker_micrograph_info>()));
         }});
    table.push_back({"picker_micrograph_inspect", {{"path", refused}, {"info", refused}}, [](World& w, Call& c) -> int {
                         return picker_micrograph_inspect(c.p("path", w.image.c_str()), 1,
                                                          c.s("info", make<picker_micrograph_info>()));
                     }});
    table.push_back({"picker_micrograph_data", {{"micrograph", silent}}, [](World& w, Call& c) {
                         return answer(picker_micrograph_data(c.p("micrograph", w.sample.micrograph.get())) == nullptr);
                     }});
    table.push_back(
        {"picker_micrograph_write", {{"micrograph", refused}, {"path", refused}}, [](World& w, Call& c) -> int {
             const std::string path = w.folder / "written.png";
             return picker_micrograph_write(c.p("micrograph", w.sample.micrograph.get()), c.p("path", path.c_str()));
         }});
    table.push_back({"picker_micrograph_free", {{"micrograph", allowed}}, [](World& w, Call& c) -> int {
                         picker_micrograph* made = nullptr;
                         ok(picker_micrograph_read(&made, w.image.c_str()));
                         return freeing<picker_micrograph, picker_micrograph_free>(c, "micrograph", made);
                     }});
}

void add_picks(std::vector<Entry>& table) {
    table.push_back({"picker_picks_create", {{"out", refused}}, [](World&, Call& c) -> int {
                         return picker_picks_create(c.handle<picker_picks, picker_picks_free>("out"));
                     }});
    table.push_back(
        {"picker_picks_read", {{"out", refused}, {"path", refused}, {"format", allowed}}, [](World& w, Call& c) -> int {
             return picker_picks_read(c.handle<picker_picks, picker_picks_free>("out"), c.p("path", w.picks.c_str()),
                                      c.p("format", "star"));
         }});
    table.push_back({"picker_picks_append",
                     {{"picks", refused}, {"x", refused}, {"y", refused}, {"score", allowed}},
                     [](World&, Call& c) -> int {
                         libpicker::Picks picks;
                         const double values[2] = {1, 2};
                         return picker_picks_append(c.p("picks", picks.get()), c.p("x", values), c.p("y", values),
                                                    c.p("score", values), 2);
                     }});
    table.push_back({"picker_picks_count", {{"picks", silent}}, [](World& w, Call& c) {
                         return answer(picker_picks_count(c.p("picks", w.sample.truth.get())) == 0);
                     }});
    table.push_back({"picker_picks_column",
                     {{"out", refused}, {"picks", refused}, {"name", refused}},
                     [](World& w, Call& c) -> int {
                         static const double before = 0;
                         return picker_picks_column(c.value<const double*>("out", &before),
                                                    c.p("picks", w.sample.truth.get()), c.p("name", "x"));
                     }});
    table.push_back({"picker_picks_column_count", {{"picks", silent}}, [](World& w, Call& c) {
                         return answer(picker_picks_column_count(c.p("picks", w.sample.truth.get())) == 0);
                     }});
    table.push_back({"picker_picks_column_name", {{"picks", silent}}, [](World& w, Call& c) {
                         return answer(picker_picks_column_name(c.p("picks", w.sample.truth.get()), 0) == nullptr);
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_select_rules, "rules"));
    table.push_back(PICKER_INIT_ENTRY(picker_removed, "removed"));
    table.push_back({"picker_picks_at_least",
                     {{"out", refused}, {"picks", refused}, {"column", refused}},
                     [](World& w, Call& c) -> int {
                         return picker_picks_at_least(c.handle<picker_picks, picker_picks_free>("out"),
                                                      c.p("picks", w.sample.truth.get()), c.p("column", "x"), 5);
                     }});
    table.push_back({"picker_mass_valley",
                     {{"cut", refused}, {"two_peaks", refused}, {"masses", refused}},
                     [](World&, Call& c) -> int {
                         static double cut = 0;
                         static std::int32_t two = 0;
                         const double masses[2] = {1, 2};
                         return picker_mass_valley(c.p("cut", &cut), c.p("two_peaks", &two), c.p("masses", masses), 2);
                     }});
    table.push_back({"picker_picks_select",
                     {{"out", refused}, {"picks", refused}, {"rules", refused}, {"removed", allowed}},
                     [](World& w, Call& c) -> int {
                         return picker_picks_select(c.handle<picker_picks, picker_picks_free>("out"),
                                                    c.p("picks", w.sample.truth.get()), c.s("rules", w.rules),
                                                    c.s("removed", make<picker_removed>()));
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_picks_context, "context"));
    table.push_back({"picker_picks_write",
                     {{"picks", refused}, {"path", refused}, {"format", allowed}, {"context", allowed}},
                     [](World& w, Call& c) -> int {
                         const std::string path = w.folder / "written.csv";
                         return picker_picks_write(c.p("picks", w.sample.truth.get()), c.p("path", path.c_str()),
                                                   c.p("format", "csv"), c.s("context", make<picker_picks_context>()));
                     }});
    table.push_back({"picker_picks_write_many",
                     {{"picks", refused}, {"contexts", refused}, {"path", refused}, {"format", allowed}},
                     [](World& w, Call& c) -> int {
                         const std::string path = w.folder / "many.csv";
                         const picker_picks* tables[1] = {w.sample.truth.get()};
                         auto context = make<picker_picks_context>();
                         context.micrograph = "a.mrc";
                         return picker_picks_write_many(c.p("picks", &tables[0]), c.s("contexts", context), 1,
                                                        c.p("path", path.c_str()), c.p("format", "csv"));
                     }});
    table.push_back({"picker_picks_free", {{"picks", allowed}}, [](World&, Call& c) -> int {
                         picker_picks* made = nullptr;
                         ok(picker_picks_create(&made));
                         return freeing<picker_picks, picker_picks_free>(c, "picks", made);
                     }});
    table.push_back({"picker_format_count", {}, [](World&, Call&) { return answer(picker_format_count() == 0); }});
    table.push_back({"picker_format_name", {}, [](World&, Call&) { return answer(picker_format_name(0) == nullptr); }});
    table.push_back(
        {"picker_format_extension", {}, [](World&, Call&) { return answer(picker_format_extension(0) == nullptr); }});
    table.push_back({"picker_format_description", {}, [](World&, Call&) {
                         return answer(picker_format_description(0) == nullptr);
                     }});
    table.push_back(
        {"picker_format_holds_many", {}, [](World&, Call&) { return answer(picker_format_holds_many(0) == 0); }});
    table.push_back({"picker_draw",
                     {{"path", refused}, {"micrograph", refused}, {"picks", refused}, {"reference", allowed}},
                     [](World& w, Call& c) -> int {
                         const std::string path = w.folder / "drawn.png";
                         return picker_draw(c.p("path", path.c_str()), c.p("micrograph", w.sample.micrograph.get()),
                                            c.p("picks", w.sample.truth.get()), c.p("reference", w.sample.truth.get()),
                                            20, 100);
                     }});
}

void add_inputs(std::vector<Entry>& table) {
    table.push_back({"picker_inputs_create", {{"out", refused}, {"patterns", refused}}, [](World& w, Call& c) -> int {
                         const char* patterns[1] = {w.image.c_str()};
                         return picker_inputs_create(c.handle<picker_inputs, picker_inputs_free>("out"),
                                                     c.p("patterns", &patterns[0]), 1, 0);
                     }});
    table.push_back({"picker_inputs_from_names", {{"out", refused}, {"names", refused}}, [](World&, Call& c) -> int {
                         const char* names[2] = {"a.mrc", "folder/b.mrc"};
                         return picker_inputs_from_names(c.handle<picker_inputs, picker_inputs_free>("out"),
                                                         c.p("names", &names[0]), 2);
                     }});
    table.push_back({"picker_inputs_count", {{"inputs", silent}}, [](World& w, Call& c) {
                         return answer(picker_inputs_count(c.p("inputs", w.inputs->get())) == 0);
                     }});
    table.push_back({"picker_inputs_path", {{"inputs", silent}}, [](World& w, Call& c) {
                         return answer(picker_inputs_path(c.p("inputs", w.inputs->get()), 0) == nullptr);
                     }});
    table.push_back({"picker_inputs_name", {{"inputs", silent}}, [](World& w, Call& c) {
                         return answer(picker_inputs_name(c.p("inputs", w.inputs->get()), 0) == nullptr);
                     }});
    table.push_back({"picker_inputs_stem", {{"inputs", silent}}, [](World& w, Call& c) {
                         return answer(picker_inputs_stem(c.p("inputs", w.inputs->get()), 0) == nullptr);
                     }});
    table.push_back({"picker_inputs_pixel_size", {{"inputs", silent}}, [](World& w, Call& c) {
                         return answer(picker_inputs_pixel_size(c.p("inputs", w.listed->get()), 0) == 0);
                     }});
    table.push_back({"picker_inputs_column",
                     {{"out", refused}, {"inputs", refused}, {"label", refused}},
                     [](World& w, Call& c) -> int {
                         return picker_inputs_column(c.value<const char*>("out", "before"),
                                                     c.p("inputs", w.listed->get()), 0, c.p("label", "rlnDefocusU"));
                     }});
    table.push_back(
        {"picker_inputs_context", {{"context", refused}, {"inputs", refused}}, [](World& w, Call& c) -> int {
             return picker_inputs_context(c.s("context", make<picker_picks_context>()), c.p("inputs", w.listed->get()),
                                          0);
         }});
    table.push_back(
        {"picker_inputs_match_picks", {{"inputs", refused}, {"patterns", refused}}, [](World& w, Call& c) -> int {
             const char* patterns[1] = {w.picks.c_str()};
             return picker_inputs_match_picks(c.p("inputs", w.inputs->get()), c.p("patterns", &patterns[0]), 1);
         }});
    table.push_back({"picker_inputs_has_picks", {{"inputs", silent}}, [](World& w, Call& c) {
                         return answer(picker_inputs_has_picks(c.p("inputs", w.inputs->get()), 0) == 0);
                     }});
    table.push_back({"picker_inputs_picks", {{"out", refused}, {"inputs", refused}}, [](World& w, Call& c) -> int {
                         return picker_inputs_picks(c.handle<picker_picks, picker_picks_free>("out"),
                                                    c.p("inputs", w.inputs->get()), 0);
                     }});
    table.push_back({"picker_inputs_unmatched_count", {{"inputs", silent}}, [](World& w, Call& c) {
                         return answer(picker_inputs_unmatched_count(c.p("inputs", w.listed->get())) == 0);
                     }});
    table.push_back({"picker_inputs_unmatched", {{"inputs", silent}}, [](World& w, Call& c) {
                         return answer(picker_inputs_unmatched(c.p("inputs", w.listed->get()), 0) == nullptr);
                     }});
    table.push_back(
        {"picker_inputs_match_masks", {{"inputs", refused}, {"patterns", refused}}, [](World& w, Call& c) -> int {
             const char* const pattern = w.image.c_str();
             return picker_inputs_match_masks(c.p("inputs", w.listed->get()), c.p("patterns", &pattern), 1);
         }});
    table.push_back(
        {"picker_inputs_relion_place", {{"out", refused}, {"inputs", refused}}, [](World& w, Call& c) -> int {
             return picker_inputs_relion_place(c.value<const char*>("out", "before"), c.p("inputs", w.inputs->get()),
                                               0);
         }});
    table.push_back({"picker_inputs_mask", {{"inputs", silent}}, [](World& w, Call& c) {
                         return answer(picker_inputs_mask(c.p("inputs", w.inputs->get()), 0) == nullptr);
                     }});
    table.push_back({"picker_inputs_free", {{"inputs", allowed}}, [](World& w, Call& c) -> int {
                         const char* const pattern = w.image.c_str();
                         picker_inputs* made = nullptr;
                         ok(picker_inputs_create(&made, &pattern, 1, 0));
                         return freeing<picker_inputs, picker_inputs_free>(c, "inputs", made);
                     }});
}

} // namespace

std::vector<Entry> file_entries() {
    std::vector<Entry> table;
    add_library(table);
    add_micrograph(table);
    add_picks(table);
    add_inputs(table);
    return table;
}

} // namespace capi
