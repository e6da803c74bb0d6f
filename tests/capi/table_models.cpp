// The table of calls, second half: model, dataset, train, pick, scores, run, evaluate, simulate (boundary.hpp).
#include "capi/boundary.hpp"

namespace capi {
namespace {

using enum Null;

void add_model(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_model_info, "info"));
    table.push_back(
        {"picker_architecture_count", {}, [](World&, Call&) { return answer(picker_architecture_count() == 0); }});
    table.push_back(
        {"picker_architecture_name", {}, [](World&, Call&) { return answer(picker_architecture_name(0) == nullptr); }});
    table.push_back({"picker_architecture_summary", {}, [](World&, Call&) {
                         return answer(picker_architecture_summary(0) == nullptr);
                     }});
    table.push_back({"picker_architecture_source", {}, [](World&, Call&) {
                         return answer(picker_architecture_source(0) == nullptr);
                     }});
    table.push_back({"picker_architecture_parameters", {}, [](World&, Call&) {
                         return answer(picker_architecture_parameters(0) == 0);
                     }});
    table.push_back(
        {"picker_shipped_model_count", {}, [](World&, Call&) { return answer(picker_shipped_model_count() == 0); }});
    table.push_back({"picker_shipped_model_name", {}, [](World&, Call&) {
                         return answer(picker_shipped_model_name(0) == nullptr);
                     }});
    table.push_back({"picker_shipped_model_summary", {}, [](World&, Call&) {
                         return answer(picker_shipped_model_summary(0) == nullptr);
                     }});
    table.push_back({"picker_model_create", {{"out", refused}, {"architecture", refused}}, [](World&, Call& c) -> int {
                         return picker_model_create(c.handle<picker_model, picker_model_free>("out"),
                                                    c.p("architecture", "deeppicker"), 7);
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_model_options, "options"));
    table.push_back({"picker_model_create_with",
                     {{"out", refused}, {"architecture", refused}, {"options", allowed}},
                     [](World&, Call& c) -> int {
                         auto options = make<picker_model_options>();
                         options.window = 64;
                         return picker_model_create_with(c.handle<picker_model, picker_model_free>("out"),
                                                         c.p("architecture", "deepem"), c.s("options", options), 7);
                     }});
    table.push_back({"picker_model_load", {{"out", refused}, {"path", refused}}, [](World& w, Call& c) -> int {
                         return picker_model_load(c.handle<picker_model, picker_model_free>("out"),
                                                  c.p("path", w.checkpoint.c_str()));
                     }});
    table.push_back({"picker_model_save", {{"model", refused}, {"path", refused}}, [](World& w, Call& c) -> int {
                         const std::string path = w.folder / "saved.safetensors";
                         return picker_model_save(c.p("model", w.model.get()), c.p("path", path.c_str()));
                     }});
    table.push_back({"picker_model_get_info", {{"model", refused}, {"info", refused}}, [](World& w, Call& c) -> int {
                         return picker_model_get_info(c.p("model", w.model.get()),
                                                      c.s("info", make<picker_model_info>()));
                     }});
    table.push_back({"picker_model_set_threshold", {{"model", refused}}, [](World& w, Call& c) -> int {
                         return picker_model_set_threshold(c.p("model", w.pupil.get()), 0.25);
                     }});
    table.push_back({"picker_model_metadata", {{"out", refused}, {"model", refused}}, [](World& w, Call& c) -> int {
                         return picker_model_metadata(c.value<const char*>("out", "before"),
                                                      c.p("model", w.model.get()));
                     }});
    table.push_back({"picker_model_free", {{"model", allowed}}, [](World&, Call& c) -> int {
                         picker_model* made = nullptr;
                         ok(picker_model_create(&made, "deeppicker", 0));
                         return freeing<picker_model, picker_model_free>(c, "model", made);
                     }});
}

void add_dataset(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_dataset_item, "item"));
    table.push_back({"picker_dataset_create", {{"out", refused}}, [](World&, Call& c) -> int {
                         return picker_dataset_create(c.handle<picker_dataset, picker_dataset_free>("out"));
                     }});
    table.push_back({"picker_dataset_add",
                     {{"dataset", refused}, {"path", refused}, {"positives", refused}, {"item", allowed}},
                     [](World& w, Call& c) -> int {
                         libpicker::Dataset data;
                         return picker_dataset_add(c.p("dataset", data.get()), c.p("path", w.image.c_str()),
                                                   c.p("positives", w.sample.truth.get()),
                                                   c.s("item", make<picker_dataset_item>()));
                     }});
    table.push_back({"picker_dataset_add_micrograph",
                     {{"dataset", refused}, {"micrograph", refused}, {"positives", refused}, {"item", allowed}},
                     [](World& w, Call& c) -> int {
                         libpicker::Dataset data;
                         return picker_dataset_add_micrograph(
                             c.p("dataset", data.get()), c.p("micrograph", w.sample.micrograph.get()),
                             c.p("positives", w.sample.truth.get()), c.s("item", make<picker_dataset_item>()));
                     }});
    table.push_back({"picker_dataset_add_rows",
                     {{"dataset", refused}, {"path", refused}, {"split", refused}, {"rows", allowed}},
                     [](World& w, Call& c) -> int {
                         libpicker::Dataset data;
                         return picker_dataset_add_rows(c.p("dataset", data.get()), c.p("path", w.table.c_str()),
                                                        c.p("split", "train"), c.value<std::size_t>("rows", 77));
                     }});
    table.push_back({"picker_dataset_count", {{"dataset", silent}}, [](World& w, Call& c) {
                         return answer(picker_dataset_count(c.p("dataset", w.dataset.get())) == 0);
                     }});
    table.push_back({"picker_dataset_positives", {{"dataset", silent}}, [](World& w, Call& c) {
                         return answer(picker_dataset_positives(c.p("dataset", w.dataset.get())) == 0);
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_dataset_entry, "entry"));
    table.push_back({"picker_dataset_get", {{"dataset", refused}, {"entry", refused}}, [](World& w, Call& c) -> int {
                         return picker_dataset_get(c.p("dataset", w.dataset.get()), 0,
                                                   c.s("entry", make<picker_dataset_entry>()));
                     }});
    table.push_back({"picker_dataset_picks", {{"out", refused}, {"dataset", refused}}, [](World& w, Call& c) -> int {
                         return picker_dataset_picks(c.handle<picker_picks, picker_picks_free>("out"),
                                                     c.p("dataset", w.dataset.get()), 0, 0);
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_dataset_row, "row"));
    table.push_back({"picker_dataset_table_read", {{"out", refused}, {"path", refused}}, [](World& w, Call& c) -> int {
                         return picker_dataset_table_read(
                             c.handle<picker_dataset_table, picker_dataset_table_free>("out"),
                             c.p("path", w.table.c_str()));
                     }});
    table.push_back({"picker_dataset_table_count", {{"table", silent}}, [](World& w, Call& c) {
                         return answer(picker_dataset_table_count(c.p("table", w.rows->get())) == 0);
                     }});
    table.push_back({"picker_dataset_table_row", {{"table", refused}, {"row", refused}}, [](World& w, Call& c) -> int {
                         return picker_dataset_table_row(c.p("table", w.rows->get()), 0,
                                                         c.s("row", make<picker_dataset_row>()));
                     }});
    table.push_back({"picker_dataset_table_free", {{"table", allowed}}, [](World& w, Call& c) -> int {
                         picker_dataset_table* made = nullptr;
                         ok(picker_dataset_table_read(&made, w.table.c_str()));
                         return freeing<picker_dataset_table, picker_dataset_table_free>(c, "table", made);
                     }});
    table.push_back({"picker_dataset_free", {{"dataset", allowed}}, [](World&, Call& c) -> int {
                         picker_dataset* made = nullptr;
                         ok(picker_dataset_create(&made));
                         return freeing<picker_dataset, picker_dataset_free>(c, "dataset", made);
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_train_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_train_report, "report"));
    // With `options` NULL no diameter is known from them, so the micrographs bring theirs.
    table.push_back({"picker_train",
                     {{"model", refused},
                      {"train", refused},
                      {"validation", allowed},
                      {"options", allowed},
                      {"report", allowed},
                      {"control", allowed}},
                     [](World& w, Call& c) -> int {
                         auto options = w.train_options;
                         // Training with all defaults takes 200 epochs: cancelled after the first.
                         auto control = make<picker_control>();
                         control.threads = 1;
                         control.progress = [](void*, const picker_progress* p) -> std::int32_t {
                             return std::string_view(p->stage) == "train" && p->done >= 1 ? 1 : 0;
                         };
                         return picker_train(c.p("model", w.pupil.get()), c.p("train", w.dataset.get()),
                                             c.p("validation", w.dataset.get()), c.s("options", options),
                                             c.s("report", make<picker_train_report>()), c.s("control", control));
                     },
                     true});
}

void add_tune(std::vector<Entry>& table) {
    table.push_back({"picker_model_tune",
                     {{"model", refused}, {"train", refused}, {"options", allowed}, {"control", allowed}},
                     [](World& w, Call& c) -> int {
                         libpicker::Model model = libpicker::Model::create("deepem");
                         auto options = w.train_options;
                         options.epochs = 1;
                         auto control = make<picker_control>();
                         return picker_model_tune(c.p("model", model.get()), c.p("train", w.dataset.get()),
                                                  c.s("options", options), 2, c.s("control", control));
                     },
                     true});
}

void add_pick(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_pick_options, "options"));
    const std::map<std::string, Null> pick_pointers = {
        {"out", refused}, {"model", refused}, {"micrograph", refused}, {"options", allowed}, {"control", allowed}};
    table.push_back({"picker_pick", pick_pointers,
                     [](World& w, Call& c) -> int {
                         return picker_pick(c.handle<picker_picks, picker_picks_free>("out"),
                                            c.p("model", w.sized.get()), c.p("micrograph", w.sample.micrograph.get()),
                                            c.s("options", w.pick_options), c.s("control", make<picker_control>()));
                     },
                     true});
    // Without LibTorch the model is untrained and knows no diameter: only the options can say it then.
    const Null no_options = picker_has_feature("torch") != 0 ? Null::allowed : Null::refused;
    table.push_back(
        {"picker_micrograph_preprocess",
         {{"out", Null::refused}, {"micrograph", Null::refused}, {"model", Null::refused}, {"options", no_options}},
         [](World& w, Call& c) -> int {
             return picker_micrograph_preprocess(c.handle<picker_micrograph, picker_micrograph_free>("out"),
                                                 c.p("micrograph", w.sample.micrograph.get()),
                                                 c.p("model", w.sized.get()), c.s("options", w.pick_options));
         }});
    table.push_back({"picker_score", pick_pointers,
                     [](World& w, Call& c) -> int {
                         return picker_score(c.handle<picker_scores, picker_scores_free>("out"),
                                             c.p("model", w.sized.get()), c.p("micrograph", w.sample.micrograph.get()),
                                             c.s("options", w.pick_options), c.s("control", make<picker_control>()));
                     },
                     true});
    table.push_back({"picker_score_naive", pick_pointers,
                     [](World& w, Call& c) -> int {
                         return picker_score_naive(c.handle<picker_scores, picker_scores_free>("out"),
                                                   c.p("model", w.sized.get()), c.p("micrograph", w.corner.get()),
                                                   c.s("options", w.pick_options),
                                                   c.s("control", make<picker_control>()));
                     },
                     true});
    table.push_back(PICKER_INIT_ENTRY(picker_scores_info, "info"));
    table.push_back({"picker_scores_get_info", {{"scores", refused}, {"info", refused}}, [](World& w, Call& c) -> int {
                         return picker_scores_get_info(c.p("scores", w.scores->get()),
                                                       c.s("info", make<picker_scores_info>()));
                     }});
    table.push_back({"picker_scores_data", {{"scores", silent}}, [](World& w, Call& c) {
                         return answer(picker_scores_data(c.p("scores", w.scores->get())) == nullptr);
                     }});
    table.push_back({"picker_scores_write", {{"scores", refused}, {"path", refused}}, [](World& w, Call& c) -> int {
                         const std::string path = w.folder / "scores.written.mrc";
                         return picker_scores_write(c.p("scores", w.scores->get()), c.p("path", path.c_str()));
                     }});
    table.push_back({"picker_scores_read", {{"out", refused}, {"path", refused}}, [](World& w, Call& c) -> int {
                         return picker_scores_read(c.handle<picker_scores, picker_scores_free>("out"),
                                                   c.p("path", w.score_map.c_str()));
                     }});
    table.push_back({"picker_scores_free", {{"scores", allowed}}, [](World& w, Call& c) -> int {
                         picker_scores* made = nullptr;
                         ok(picker_scores_read(&made, w.score_map.c_str()));
                         return freeing<picker_scores, picker_scores_free>(c, "scores", made);
                     }});
    table.push_back(
        {"picker_pick_from_scores",
         {{"out", refused}, {"model", refused}, {"scores", refused}, {"options", allowed}, {"removed", allowed}},
         [](World& w, Call& c) -> int {
             return picker_pick_from_scores(c.handle<picker_picks, picker_picks_free>("out"),
                                            c.p("model", w.model.get()), c.p("scores", w.scores->get()),
                                            c.s("options", make<picker_pick_options>()),
                                            c.s("removed", make<picker_removed>()));
         }});
}

void add_run(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_run_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_run_item, "item"));
    table.push_back(PICKER_INIT_ENTRY(picker_run_summary, "summary"));
    table.push_back(
        {"picker_pick_files",
         {{"out", refused}, {"model", refused}, {"inputs", refused}, {"options", refused}, {"control", allowed}},
         [](World& w, Call& c) -> int {
             return picker_pick_files(c.handle<picker_run_report, picker_run_report_free>("out"),
                                      c.p("model", w.model.get()), c.p("inputs", w.inputs->get()),
                                      c.s("options", w.run_options), c.s("control", make<picker_control>()));
         }});
    table.push_back(
        {"picker_run_report_summary", {{"report", refused}, {"summary", refused}}, [](World& w, Call& c) -> int {
             return picker_run_report_summary(c.p("report", w.report->get()),
                                              c.s("summary", make<picker_run_summary>()));
         }});
    table.push_back({"picker_run_report_item", {{"report", refused}, {"item", refused}}, [](World& w, Call& c) -> int {
                         return picker_run_report_item(c.p("report", w.report->get()), 0,
                                                       c.s("item", make<picker_run_item>()));
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_report_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_report_summary, "summary"));
    table.push_back({"picker_report_write",
                     {{"folder", refused}, {"options", allowed}, {"summary", allowed}, {"control", allowed}},
                     [](World& w, Call& c) -> int {
                         return picker_report_write(
                             c.p("folder", w.run_options.output), c.s("options", make<picker_report_options>()),
                             c.s("summary", make<picker_report_summary>()), c.s("control", make<picker_control>()));
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_micrograph_rules, "rules"));
    table.push_back({"picker_select_micrographs",
                     {{"folder", refused}, {"rules", allowed}, {"micrographs", allowed}, {"selected", allowed}},
                     [](World& w, Call& c) -> int {
                         std::int64_t micrographs = 0, selected = 0;
                         return picker_select_micrographs(c.p("folder", w.run_options.output),
                                                          c.s("rules", make<picker_micrograph_rules>()),
                                                          c.p("micrographs", &micrographs), c.p("selected", &selected));
                     }});
    table.push_back({"picker_run_report_free", {{"report", allowed}}, [](World& w, Call& c) -> int {
                         picker_run_report* made = nullptr;
                         ok(picker_pick_files(&made, w.model.get(), w.inputs->get(), &w.run_options, nullptr));
                         return freeing<picker_run_report, picker_run_report_free>(c, "report", made);
                     }});
}

void add_evaluate(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_evaluate_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_evaluate_item, "item"));
    table.push_back(PICKER_INIT_ENTRY(picker_evaluation_result, "result"));
    // Without options nothing says how near is near: they are needed, though not their every field.
    table.push_back(
        {"picker_evaluate", {{"out", refused}, {"items", refused}, {"options", refused}}, [](World& w, Call& c) -> int {
             return picker_evaluate(c.handle<picker_evaluation, picker_evaluation_free>("out"), c.s("items", w.item), 1,
                                    c.s("options", w.evaluate_options));
         }});
    table.push_back({"picker_evaluation_group_count", {{"evaluation", silent}}, [](World& w, Call& c) {
                         return answer(picker_evaluation_group_count(c.p("evaluation", w.evaluation->get())) == 0);
                     }});
    table.push_back({"picker_evaluation_group_name", {{"evaluation", silent}}, [](World& w, Call& c) {
                         return answer(picker_evaluation_group_name(c.p("evaluation", w.evaluation->get()), 0) ==
                                       nullptr);
                     }});
    table.push_back({"picker_evaluation_get",
                     {{"evaluation", refused}, {"group", allowed}, {"result", refused}},
                     [](World& w, Call& c) -> int {
                         return picker_evaluation_get(c.p("evaluation", w.evaluation->get()), c.p("group", "all"),
                                                      c.s("result", make<picker_evaluation_result>()));
                     }});
    table.push_back(
        {"picker_evaluation_curve",
         {{"out", refused}, {"count", refused}, {"evaluation", refused}, {"group", allowed}, {"column", refused}},
         [](World& w, Call& c) -> int {
             static const double before = 0;
             return picker_evaluation_curve(c.value<const double*>("out", &before), c.value<std::size_t>("count", 77),
                                            c.p("evaluation", w.evaluation->get()), c.p("group", "all"),
                                            c.p("column", "recall"));
         }});
    table.push_back({"picker_evaluation_free", {{"evaluation", allowed}}, [](World& w, Call& c) -> int {
                         picker_evaluation* made = nullptr;
                         ok(picker_evaluate(&made, &w.item, 1, &w.evaluate_options));
                         return freeing<picker_evaluation, picker_evaluation_free>(c, "evaluation", made);
                     }});
}

void add_simulate(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_simulation, "simulation"));
    table.push_back({"picker_simulate",
                     {{"out", refused}, {"truth", allowed}, {"diameter", allowed}, {"simulation", allowed}},
                     [](World& w, Call& c) -> int {
                         return picker_simulate(c.handle<picker_micrograph, picker_micrograph_free>("out"),
                                                c.handle<picker_picks, picker_picks_free>("truth"),
                                                c.value<double>("diameter", 77.0), c.s("simulation", w.simulation), 3);
                     }});
    table.push_back(PICKER_INIT_ENTRY(picker_simulated, "simulated"));
    table.push_back(
        {"picker_simulation_set_preset", {{"simulation", refused}, {"name", refused}}, [](World& w, Call& c) -> int {
             return picker_simulation_set_preset(c.s("simulation", w.simulation), c.p("name", "realistic"));
         }});
    table.push_back({"picker_simulator_create",
                     {{"out", refused}, {"simulation", allowed}, {"control", allowed}},
                     [](World& w, Call& c) -> int {
                         return picker_simulator_create(c.handle<picker_simulator, picker_simulator_free>("out"),
                                                        c.s("simulation", w.simulation),
                                                        c.s("control", make<picker_control>()));
                     }});
    table.push_back({"picker_simulator_make",
                     {{"out", refused},
                      {"truth", allowed},
                      {"others", allowed},
                      {"simulated", allowed},
                      {"simulator", refused},
                      {"control", allowed}},
                     [](World& w, Call& c) -> int {
                         return picker_simulator_make(c.handle<picker_micrograph, picker_micrograph_free>("out"),
                                                      c.handle<picker_picks, picker_picks_free>("truth"),
                                                      c.handle<picker_picks, picker_picks_free>("others"),
                                                      c.s("simulated", make<picker_simulated>()),
                                                      c.p("simulator", w.simulator->get()), 3,
                                                      c.s("control", make<picker_control>()));
                     }});
    table.push_back({"picker_simulator_free", {{"simulator", allowed}}, [](World& w, Call& c) -> int {
                         picker_simulator* made = nullptr;
                         ok(picker_simulator_create(&made, &w.simulation, nullptr));
                         return freeing<picker_simulator, picker_simulator_free>(c, "simulator", made);
                     }});
}

} // namespace

std::vector<Entry> model_entries() {
    std::vector<Entry> table;
    add_model(table);
    add_dataset(table);
    add_tune(table);
    add_pick(table);
    add_run(table);
    add_evaluate(table);
    add_simulate(table);
    return table;
}

} // namespace capi
