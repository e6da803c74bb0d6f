// The table of calls, third part: 2D classes, re-centring, training in rounds, rounds with a person (boundary.hpp).
#include "capi/boundary.hpp"

namespace capi {
namespace {

using enum Null;

// A round of one micrograph, reviewed: what picker_review_propose writes.
std::string reviewed_round(World& w) {
    const std::string folder = w.folder / "reviewed";
    std::filesystem::create_directories(folder + "/positives");
    std::filesystem::create_directories(folder + "/negatives");
    const std::string head = "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_pickerVerdict #3\n";
    write_bytes(folder + "/positives/one.star", head + "50 60 1\n120 40 0\n");
    write_bytes(folder + "/negatives/one.star", head + "90 100 0\n");
    write_bytes(folder + "/round.json", std::string(R"({"format": 1, "threshold": 0.5, "diameter": 160, "model": ")") +
                                            w.model.info().hash + R"(", "micrographs": [{"path": ")" + w.image +
                                            R"(", "name": "one.mrc", "stem": "one", "pixel_size": 8, "positives": )" +
                                            "[[50, 60, 0.9], [120, 40, 0.6]], \"negatives\": [[90, 100, 0.2]]}]}");
    return folder;
}

// Twenty picks and more: each phantom twice.
libpicker::Dataset crowded(World& w) {
    libpicker::Picks picks;
    for (int turn = 0; turn < 2; ++turn) {
        picks.append(column(w.sample.truth.get(), "x"), column(w.sample.truth.get(), "y"), {});
    }
    auto item = make<picker_dataset_item>();
    item.diameter = 160;
    libpicker::Dataset data;
    data.add(w.sample.micrograph, picks, &item);
    return data;
}

picker_control cancelling() { // after the first epoch
    auto control = make<picker_control>();
    control.threads = 1;
    control.progress = [](void*, const picker_progress* p) -> std::int32_t {
        return std::string_view(p->stage) == "train" && p->done >= 1 ? 1 : 0;
    };
    return control;
}

void add_data(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_class2d_options, "options"));
    table.push_back({"picker_inputs_match_class2d",
                     {{"inputs", refused}, {"path", refused}, {"options", refused}},
                     [](World& w, Call& c) -> int {
                         const std::string star = w.folder / "run_it025_data.star";
                         write_bytes(star, "data_\n\nloop_\n_rlnMicrographName #1\n_rlnCoordinateX #2\n"
                                           "_rlnCoordinateY #3\n_rlnClassNumber #4\none.mrc 50 60 3\n");
                         static const std::int32_t classes[] = {3};
                         auto options = make<picker_class2d_options>();
                         options.classes = classes;
                         options.class_count = 1;
                         libpicker::Inputs inputs({w.image});
                         return picker_inputs_match_class2d(c.p("inputs", inputs.get()), c.p("path", star.c_str()),
                                                            c.s("options", options));
                     }});
    table.push_back(
        {"picker_inputs_match_particles", {{"inputs", refused}, {"path", refused}}, [](World& w, Call& c) -> int {
             const std::string star = w.folder / "particles.star";
             write_bytes(star, "data_\n\nloop_\n_rlnMicrographName #1\n_rlnCoordinateX #2\n"
                               "_rlnCoordinateY #3\none.mrc 50 60\n");
             libpicker::Inputs inputs({w.image});
             return picker_inputs_match_particles(c.p("inputs", inputs.get()), c.p("path", star.c_str()), 0);
         }});
    table.push_back(
        {"picker_dataset_write_positives", {{"dataset", refused}, {"folder", refused}}, [](World& w, Call& c) -> int {
             const std::string folder = w.folder / "positives";
             return picker_dataset_write_positives(c.p("dataset", w.dataset.get()), c.p("folder", folder.c_str()));
         }});
    table.push_back(PICKER_INIT_ENTRY(picker_recentre_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_recentre_report, "report"));
    table.push_back({"picker_dataset_recentre",
                     {{"dataset", refused}, {"options", allowed}, {"report", allowed}, {"control", allowed}},
                     [](World& w, Call& c) -> int {
                         libpicker::Dataset data = crowded(w);
                         return picker_dataset_recentre(
                             c.p("dataset", data.get()), c.s("options", make<picker_recentre_options>()),
                             c.s("report", make<picker_recentre_report>()), c.s("control", make<picker_control>()));
                     }});
}

void add_rounds(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_round, "round"));
    table.push_back(PICKER_INIT_ENTRY(picker_rounds_summary, "summary"));
    table.push_back(PICKER_INIT_ENTRY(picker_iterate_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_rounds_options, "options"));
    const std::map<std::string, Null> pointers = {{"out", refused},        {"model", refused},   {"dataset", refused},
                                                  {"validation", allowed}, {"options", allowed}, {"train", allowed},
                                                  {"control", allowed}};
    table.push_back({"picker_train_iterate", pointers,
                     [](World& w, Call& c) -> int {
                         auto model = libpicker::Model::load(w.eager);
                         libpicker::Dataset data;
                         data.add(w.sample.micrograph, libpicker::Picks());
                         return picker_train_iterate(c.handle<picker_rounds, picker_rounds_free>("out"),
                                                     c.p("model", model.get()), c.p("dataset", data.get()),
                                                     c.p("validation", w.dataset.get()),
                                                     c.s("options", make<picker_iterate_options>()),
                                                     c.s("train", w.train_options), c.s("control", cancelling()));
                     },
                     true});
    table.push_back({"picker_train_rounds", pointers,
                     [](World& w, Call& c) -> int {
                         return picker_train_rounds(c.handle<picker_rounds, picker_rounds_free>("out"),
                                                    c.p("model", w.pupil.get()), c.p("dataset", w.dataset.get()),
                                                    c.p("validation", w.dataset.get()),
                                                    c.s("options", make<picker_rounds_options>()),
                                                    c.s("train", w.train_options), c.s("control", cancelling()));
                     },
                     true});
    // A report comes from a training alone.
    table.push_back({"picker_rounds_get_summary",
                     {{"rounds", refused}, {"summary", refused}},
                     [](World& w, Call& c) -> int {
                         return picker_rounds_get_summary(c.p("rounds", w.rounds->get()),
                                                          c.s("summary", make<picker_rounds_summary>()));
                     },
                     false,
                     true});
    table.push_back({"picker_rounds_get",
                     {{"rounds", refused}, {"round", allowed}, {"training", allowed}},
                     [](World& w, Call& c) -> int {
                         return picker_rounds_get(c.p("rounds", w.rounds->get()), 0, c.s("round", make<picker_round>()),
                                                  c.s("training", make<picker_train_report>()));
                     },
                     false,
                     true});
    table.push_back({"picker_rounds_free", {{"rounds", allowed}}, [](World&, Call& c) -> int {
                         return freeing<picker_rounds, picker_rounds_free>(c, "rounds", nullptr);
                     }});
}

void add_review(std::vector<Entry>& table) {
    table.push_back(PICKER_INIT_ENTRY(picker_review_options, "options"));
    table.push_back(PICKER_INIT_ENTRY(picker_review_report, "report"));
    table.push_back(
        {"picker_review_propose",
         {{"model", refused}, {"inputs", refused}, {"options", refused}, {"report", allowed}, {"control", allowed}},
         [](World& w, Call& c) -> int {
             static int number = 0;
             const std::string output = w.folder / "round" + std::to_string(++number);
             auto options = make<picker_review_options>();
             options.output = output.c_str();
             return picker_review_propose(c.p("model", w.sized.get()), c.p("inputs", w.inputs->get()),
                                          c.s("options", options), c.s("report", make<picker_review_report>()),
                                          c.s("control", make<picker_control>()));
         },
         true});
    table.push_back({"picker_dataset_add_review",
                     {{"dataset", refused}, {"folder", refused}, {"proposer", allowed}, {"report", allowed}},
                     [](World& w, Call& c) -> int {
                         const std::string folder = reviewed_round(w);
                         libpicker::Dataset data;
                         return picker_dataset_add_review(c.p("dataset", data.get()), c.p("folder", folder.c_str()),
                                                          c.p("proposer", w.model.get()),
                                                          c.s("report", make<picker_review_report>()));
                     }});
}

} // namespace

std::vector<Entry> scheme_entries() {
    std::vector<Entry> table;
    add_data(table);
    add_rounds(table);
    add_review(table);
    return table;
}

} // namespace capi
