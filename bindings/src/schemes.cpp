// Training with few labels or none: DeepPicker's iteration, DeepEM's rounds, and rounds with a person's verdicts.
#include "record.hpp"
#include "task.hpp"
#include "values.hpp"

namespace bindings {
namespace {

// What a training in rounds came to, read at once: the library's report is not kept.
struct Rounds {
    picker_rounds_summary summary;
    std::vector<picker_round> rounds;
    std::vector<picker_train_report> trainings;

    explicit Rounds(const libpicker::Rounds& report) : summary(report.summary()) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(summary.rounds); ++i) {
            rounds.push_back(report.round(i));
            trainings.push_back(report.training(i));
        }
    }
};

const Fields<picker_iterate_options>& iterate_fields() {
    using O = picker_iterate_options;
    static const Fields<O> fields = {{"iterations", "[1]", assign<&O::iterations>},
                                     {"fraction", "best of the picks at the threshold [1]", assign<&O::fraction>},
                                     {"top", "best of those, over all micrographs [10000]; -1: all", assign<&O::top>},
                                     {"avoid",
                                      "random negatives keep away from candidates with this score or more [0.1]",
                                      assign_has<&O::avoid, &O::has_avoid>}};
    return fields;
}

const Fields<picker_rounds_options>& rounds_fields() {
    using O = picker_rounds_options;
    static const Fields<O> fields = {
        {"rounds", "after the first training [1]", assign<&O::rounds>},
        {"labels", "'incomplete', or 'complete': what scores high away from every label is a negative ['incomplete']",
         [](O& o, const Value& v) {
             o.complete_labels = v.choice({"incomplete", "complete"});
         }},
        {"threshold", "of a pick [0.5]", assign_has<&O::threshold, &O::has_threshold>},
        {"lowest", "mined negatives score this or more [0.1]", assign_has<&O::lowest, &O::has_lowest>},
        {"until", "ends when this share of the picks lies on labels [0.95]; 0: never",
         assign_has<&O::until, &O::has_until>}};
    return fields;
}

const Fields<picker_review_options>& review_fields() {
    using O = picker_review_options;
    static const Fields<O> fields = {{"earlier", "folders of earlier rounds: none of their micrographs may come again",
                                      [](O& o, const Value& v) {
                                          const auto& list = v.texts();
                                          o.earlier = list.data();
                                          o.earlier_count = list.size();
                                      }},
                                     {"negatives", "proposed non-particles for each proposed particle [1]; at least 5",
                                      assign_has<&O::negatives, &O::has_negatives>}};
    return fields;
}

// Options of a scheme, then those of its trainings or picks.
template <typename Scheme, typename Other> struct Both {
    Scheme scheme = libpicker::make<Scheme>();
    Other other = libpicker::make<Other>();
    Both(const char* function, const Fields<Scheme>& first, const Fields<Other>& second, const py::kwargs& given,
         Keep& keep) {
        for (const auto& [key, value] : given) {
            const std::string name = py::cast<std::string>(key);
            if (!set_field(scheme, first, name, value, keep) && !set_field(other, second, name, value, keep)) {
                unknown_keyword(function, name, names_of(first) + ", " + names_of(second));
            }
        }
    }
};

Turn* turn_of(const DatasetObject* data) {
    return data == nullptr ? nullptr : &data->turn;
}

const libpicker::Dataset* handle_of(const DatasetObject* data) {
    return data == nullptr ? nullptr : &data->handle;
}

Rounds iterate(ModelObject& self, const DatasetObject& data, const DatasetObject* validation,
               const std::optional<py::dict>& pick, const py::object& progress, int threads, const std::string& device,
               const py::kwargs& given) {
    Keep keep;
    Both<picker_iterate_options, picker_train_options> options("Model.iterate", iterate_fields(), train_fields(), given,
                                                               keep);
    const auto picking = options_from("pick", pick_fields(), py::kwargs(pick ? *pick : py::dict()), keep);
    options.scheme.pick = pick ? &picking : nullptr;
    const Turn::Use use(self.turn, "model");
    const UseBoth use_data(data.turn, turn_of(validation), "data set");
    prepare_torch();
    Task task(progress, threads, device);
    return task.run([&](const libpicker::Control& c) {
        return Rounds(self.handle.iterate(data.handle, handle_of(validation), options.scheme, options.other, c));
    });
}

Rounds train_rounds(ModelObject& self, const DatasetObject& data, const DatasetObject* validation,
                    const py::object& progress, int threads, const std::string& device, const py::kwargs& given) {
    Keep keep;
    const Both<picker_rounds_options, picker_train_options> options("Model.train_rounds", rounds_fields(),
                                                                    train_fields(), given, keep);
    const Turn::Use use(self.turn, "model");
    const UseBoth use_data(data.turn, turn_of(validation), "data set");
    prepare_torch();
    Task task(progress, threads, device);
    return task.run([&](const libpicker::Control& c) {
        return Rounds(self.handle.train_rounds(data.handle, handle_of(validation), options.scheme, options.other, c));
    });
}

picker_review_report propose_review(const ModelObject& self, const py::object& micrographs, const py::object& output,
                                    const py::object& progress, int threads, const std::string& device,
                                    const py::kwargs& given) {
    Keep keep;
    Both<picker_review_options, picker_pick_options> options("Model.propose_review", review_fields(), pick_fields(),
                                                             given, keep);
    const std::string folder = path_of(output);
    const auto patterns = paths_of(micrographs);
    options.scheme.output = folder.c_str();
    options.scheme.pick = &options.other;
    const Turn::Use use(self.turn, "model");
    prepare_torch();
    Task task(progress, threads, device);
    return task.run([&](const libpicker::Control& c) {
        return self.handle.propose_review(libpicker::Inputs(patterns), options.scheme, c);
    });
}

picker_review_report add_review(DatasetObject& self, const py::object& folder, const ModelObject* proposer) {
    const std::string name = path_of(folder);
    const Turn::Use use(self.turn, "data set");
    const py::gil_scoped_release release;
    return self.handle.add_review(name, proposer == nullptr ? nullptr : proposer->handle.get());
}

void add_records(py::module_& m) {
    using R = picker_round;
    Record<R>(m, "Round", "One round: what was picked for it, and what of that was taken into the training.")
        .field("micrographs", &R::micrographs, "picked for this round; 0 in a first training")
        .field("picks", &R::picks, "at or above the threshold")
        .field("confirmed", &R::confirmed, "of the picks, those on a label")
        .field("positives", &R::positives, "coordinates taken into the training by this round")
        .field("negatives", &R::negatives, "coordinates taken into the training by this round")
        .field("avoided", &R::avoided, "places that might be particles: in neither class")
        .flag("trained", &R::trained, "False: the rounds ended before its training")
        .field("threshold", &R::threshold, "of the picks")
        .field("lowest_score", &R::lowest_score, "of the picks taken as positives; NaN where none were")
        .field("accuracy", &R::accuracy, "confirmed / picks; NaN without labels");
    Record<Rounds> record(m, "RoundsReport", "What a training in rounds came to.");
    record.field("rounds", &Rounds::rounds, "a Round for each")
        .field("trainings", &Rounds::trainings, "a TrainReport for each")
        .value(
            "reached", [](const Rounds& r) { return r.summary.reached != 0; }, "the accuracy asked for")
        .value(
            "cancelled", [](const Rounds& r) { return r.summary.cancelled != 0; },
            "by the progress callback; what the rounds before came to is kept")
        .value(
            "seconds", [](const Rounds& r) { return r.summary.seconds; }, "of this call");
    using V = picker_review_report;
    Record<V>(m, "ReviewReport", "What a round proposed and what a person made of it.")
        .field("micrographs", &V::micrographs, "proposed")
        .field("positives", &V::positives, "proposed")
        .field("negatives", &V::negatives, "proposed")
        .field("confirmed", &V::confirmed, "of the proposed particles")
        .field("rejected", &V::rejected, "of the proposed particles")
        .field("negatives_confirmed", &V::negatives_confirmed, "of the proposed non-particles")
        .field("missed", &V::missed, "proposed as non-particles, but particles")
        .field("undecided", &V::undecided, "without a verdict")
        .field("threshold", &V::threshold, "of the proposed particles")
        .field("diameter", &V::diameter, "angstrom")
        .field("accuracy", &V::accuracy, "confirmed / (confirmed + rejected); NaN without any");
}

} // namespace

void add_schemes(py::module_& m) {
    add_records(m);
    static const std::string task_text =
        "    progress: True for a bar, or a callable(Progress) that may return True to cancel\n"
        "    threads: worker threads [0: one per core]\n"
        "    device: where the network runs: 'auto' (a GPU where there is one), or a name of devices()\n\n";
    static const std::string train_text =
        "\nOptions of each training, as in Model.train:\n\n" + document(train_fields());
    static const std::string iterate_text =
        "Goes on training a model that other molecules have trained, on its own best picks (DeepPicker 2016, 2.2.2): "
        "of\n"
        "the micrographs of `data` without particles; those that have some are trained on as they are. Each iteration\n"
        "starts from the weights of the one before. Returns a RoundsReport.\n\n"
        "    data, validation: Dataset; validation may be None\n"
        "    pick: dict of Model.pick's options, how micrographs are picked [the model's own settings]\n" +
        task_text + document(iterate_fields()) + train_text;
    static const std::string rounds_text =
        "Trains on a part of the micrographs, then in each round picks another part, takes negatives from what scored\n"
        "high away from every label, and goes on training with both (DeepEM 2017, 2.4). Returns a RoundsReport, whose\n"
        "round 0 is the first training.\n\n    data, validation: Dataset; validation may be None\n" +
        task_text + document(rounds_fields()) + train_text;
    static const std::string review_text =
        "Picks micrographs that the model has not seen and writes a round's folder for a person's verdicts:\n"
        "positives/STEM.star, negatives/STEM.star and round.json (docs/schemes.md). Returns a ReviewReport.\n\n"
        "    micrographs: a path, folder, quoted glob or STAR list, or several of them\n    output: folder\n" +
        task_text + document(review_fields()) + "\nHow they are picked, as in Model.pick:\n\n" +
        document(pick_fields());
    const auto progress = py::arg("progress") = py::none();
    const auto threads = py::arg("threads") = 0;
    const auto device = py::arg("device") = "auto";
    auto model =
        py::reinterpret_borrow<py::class_<ModelObject, std::shared_ptr<ModelObject>>>(py::object(m.attr("Model")));
    model
        .def("iterate", &iterate, py::arg("data"), py::arg("validation") = py::none(), py::kw_only(),
             py::arg("pick") = py::none(), progress, threads, device, iterate_text.c_str())
        .def("train_rounds", &train_rounds, py::arg("data"), py::arg("validation") = py::none(), py::kw_only(),
             progress, threads, device, rounds_text.c_str())
        .def("propose_review", &propose_review, py::arg("micrographs"), py::arg("output"), py::kw_only(), progress,
             threads, device, review_text.c_str());
    auto dataset = py::reinterpret_borrow<py::class_<DatasetObject, std::shared_ptr<DatasetObject>>>(
        py::object(m.attr("Dataset")));
    dataset.def(
        "add_review", &add_review, py::arg("folder"), py::arg("proposer") = py::none(),
        "Adds the micrographs of a reviewed round: particles, non-particles, and undecided places to keep away\n"
        "from. proposer: the Model that must have proposed it; None: not checked. Returns a ReviewReport.");
}

} // namespace bindings
