// Model.train and Model.tune: the options of a training, and its report.
#include "record.hpp"
#include "task.hpp"
#include "values.hpp"

namespace bindings {

const Fields<picker_train_options>& train_fields() {
    using O = picker_train_options;
    static const Fields<O> fields = {
        {"diameter", "angstrom, longest axis, for micrographs of the data set that give none", assign<&O::diameter>},
        {"epochs", "most epochs", assign<&O::epochs>},
        {"batch", "samples per step", assign<&O::batch>},
        {"learning_rate", "of the first epoch", assign<&O::learning_rate>},
        {"negatives_per_positive", "random negatives for each particle", assign<&O::negatives_per_positive>},
        {"validation_fraction", "of the samples, held out", assign<&O::validation_fraction>},
        {"patience", "epochs without improvement; 0: none", assign_has<&O::patience, &O::has_patience>},
        {"flips", "True: mirrored samples too", assign_flag_has<&O::flips, &O::has_flips>},
        {"rotations", "True: turned samples too", assign_flag_has<&O::rotations, &O::has_rotations>},
        {"max_positives", "most particles, over all molecules in equal shares [0: all]", assign<&O::max_positives>},
        {"seed", "of samples, order and dropout [0]", assign<&O::seed>},
        {"loss", "'default', or 'nnpu' for incomplete labels",
         [](O& o, const Value& v) {
             o.loss = v.choice({"default", "nnpu"});
         }},
        {"prior", "with 'nnpu': share of random windows that are particles [from the labels]", assign<&O::prior>},
        {"resume", "'refuse', 'continue' or 'overwrite' the state of an earlier training ['refuse']",
         [](O& o, const Value& v) {
             o.resume = v.choice({"refuse", "continue", "overwrite"});
         }},
        {"state_file", "path, written after every epoch; remove it when the model is saved",
         assign_path<&O::state_file>},
        {"memory", "MiB of samples in memory [1024]; the rest is on disk", assign<&O::memory>},
        {"overlaps", "'keep', or 'drop' particles that overlap ['keep']",
         [](O& o, const Value& v) {
             o.overlaps = v.choice({"keep", "drop"});
         }},
        {"overlap_distance", "angstrom; neighbours nearer than this overlap [the diameter]",
         assign<&O::overlap_distance>},
        {"beta", "of the F-score that chooses the threshold [1]", assign<&O::beta>},
        {"heads", "'general', 'each' (a head for every molecule) or 'one' (see head); hydrapicker",
         [](O& o, const Value& v) {
             o.heads = v.choice({"general", "each", "one"});
         }},
        {"head", "name of the new head, with heads='one'", assign<&O::head>},
        {"freeze", "True: body and general head stay as they are (few-shot)", assign_flag<&O::freeze>},
        {"bias_weight", "of the loss that draws the heads together", assign_has<&O::bias_weight, &O::has_bias_weight>},
        {"crop", "of a detector: edge of the training crops, working pixels", assign<&O::crop>}};
    return fields;
}

namespace {

using Report = picker_train_report;

Report train(ModelObject& self, DatasetObject& data, DatasetObject* validation, const py::object& progress, int threads,
             const std::string& device, const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("Model.train", train_fields(), given, keep);
    const Turn::Use use(self.turn, "model");
    const UseBoth use_data(data.turn, validation == nullptr ? nullptr : &validation->turn, "data set");
    prepare_torch();
    Task task(progress, threads, device);
    return task.run([&](const libpicker::Control& c) {
        return self.handle.train(data.handle, validation == nullptr ? nullptr : &validation->handle, options, c);
    });
}

void tune(ModelObject& self, DatasetObject& data, int candidates, const py::object& progress, int threads,
          const std::string& device, const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("Model.tune", train_fields(), given, keep);
    const Turn::Use use(self.turn, "model");
    const Turn::Use use_data(data.turn, "data set");
    prepare_torch();
    Task task(progress, threads, device);
    task.run([&](const libpicker::Control& c) { self.handle.tune(data.handle, options, candidates, c); });
}

} // namespace

void add_training(py::module_& m) {
    Record<Report>(m, "TrainReport", "What a training came to.")
        .field("epochs", &Report::epochs, "done")
        .field("best_epoch", &Report::best_epoch, "whose weights were kept")
        .flag("stopped_early", &Report::stopped_early, "by its patience")
        .flag("cancelled", &Report::cancelled, "by the progress callback; the best weights so far were kept")
        .field("positives", &Report::positives, "samples of particles")
        .field("negatives", &Report::negatives, "samples of anything else")
        .field("validation_samples", &Report::validation_samples, "held out")
        .field("outside", &Report::outside, "particles too near to the border, left out")
        .field("masked", &Report::masked, "particles under a mask, left out")
        .field("overlapping", &Report::overlapping, "particles that overlap, left out")
        .field("best_validation_loss", &Report::best_validation_loss, "of best_epoch")
        .field("best_validation_accuracy", &Report::best_validation_accuracy, "of best_epoch")
        .field("threshold", &Report::threshold, "the model's default from now on")
        .field("validation_f1", &Report::validation_f1, "of picking the validation micrographs; NaN without them")
        .field("prior", &Report::prior, "as used; 0 without 'nnpu'")
        .field("resumed_after", &Report::resumed_after, "epochs of an earlier call; they are in `epochs`")
        .field("seconds", &Report::seconds, "of this call");
    static const std::string options =
        "    progress: True for a bar, or a callable(Progress) that may return True to cancel\n"
        "    threads: worker threads [0: one per core]; results are the same bits for any number\n"
        "    device: where the network runs: 'auto' (a GPU where there is one), or a name of devices()\n\n"
        "Options; None leaves the architecture's default (docs/models.md):\n\n" +
        document(train_fields());
    static const std::string train_text =
        "Trains the model in place, keeps the best weights and returns a TrainReport.\n\n"
        "A progress callback that returns True ends the training with the best weights so far (report.cancelled);\n"
        "Ctrl-C does the same and then raises KeyboardInterrupt.\n\n"
        "    data: Dataset\n    validation: Dataset of whole micrographs that choose the default threshold, or None\n" +
        options;
    static const std::string tune_text = "Trains `candidates` networks of DeepEM's design rule for a few epochs and "
                                         "makes this model the best of them, with its first weights.\n\n" +
                                         options;
    const py::object model = m.attr("Model");
    auto type = py::reinterpret_borrow<py::class_<ModelObject, std::shared_ptr<ModelObject>>>(model);
    type.def("train", &train, py::arg("data"), py::arg("validation") = py::none(), py::kw_only(),
             py::arg("progress") = py::none(), py::arg("threads") = 0, py::arg("device") = "auto", train_text.c_str())
        .def("tune", &tune, py::arg("data"), py::arg("candidates"), py::kw_only(), py::arg("progress") = py::none(),
             py::arg("threads") = 0, py::arg("device") = "auto", tune_text.c_str());
}

} // namespace bindings
