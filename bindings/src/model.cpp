// Model: creating, loading, heads, and picking one micrograph.
#include "record.hpp"
#include "task.hpp"
#include "values.hpp"

namespace bindings {
namespace {

using Model = std::shared_ptr<ModelObject>;

Model own(libpicker::Model&& model) {
    return std::make_shared<ModelObject>(std::move(model));
}

template <std::int32_t (picker_model_options::*Member)[3]> void assign_three(picker_model_options& o, const Value& v) {
    const auto numbers = v.numbers(3);
    for (std::size_t i = 0; i < 3; ++i) {
        (o.*Member)[i] = static_cast<std::int32_t>(numbers[i]);
    }
}

const Fields<picker_model_options>& model_fields() {
    using O = picker_model_options;
    static const Fields<O> fields = {
        {"activation", "'sigmoid' or 'relu', of all layers but the last (DeepEM's networks)",
         [](O& o, const Value& v) {
             o.activation = 1 + v.choice({"sigmoid", "relu"});
         }},
        {"window", "edge of the network's input, working pixels (DeepEM's networks)", assign<&O::window>},
        {"kernels", "three edges of convolutions (DeepEM's networks)", assign_three<&O::kernels>},
        {"pools", "three edges of pools (DeepEM's networks)", assign_three<&O::pools>},
        {"maps", "three numbers of feature maps (DeepEM's networks)", assign_three<&O::maps>},
        {"step", "working pixels between the places that are scored", assign<&O::step>}};
    return fields;
}

Model create(const std::string& architecture, const py::object& seed, const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("Model.create", model_fields(), given, keep);
    return own(libpicker::Model::create(architecture, options, Value("seed", seed, keep).whole()));
}

Model load(const py::object& path) {
    const std::string name = path_of(path);
    const py::gil_scoped_release release;
    return own(libpicker::Model::load(name));
}

picker_model_info info(const ModelObject& self) {
    const Turn::Use use(self.turn, "model");
    return self.handle.info();
}

std::shared_ptr<PicksObject> pick(const ModelObject& self, const py::object& micrograph, const py::object& progress,
                                  int threads, const std::string& device, const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("Model.pick", pick_fields(), given, keep);
    const auto image = micrograph_of(micrograph);
    const Turn::Use use(self.turn, "model");
    prepare_torch();
    Task task(progress, threads, device);
    return std::make_shared<PicksObject>(PicksObject{
        task.run([&](const libpicker::Control& c) { return self.handle.pick(image->handle, options, c); })});
}

std::shared_ptr<ScoreMapObject> score(const ModelObject& self, const py::object& micrograph, const py::object& progress,
                                      int threads, const std::string& device, const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("Model.score", pick_fields(), given, keep);
    const auto image = micrograph_of(micrograph);
    const Turn::Use use(self.turn, "model");
    prepare_torch();
    Task task(progress, threads, device);
    return std::make_shared<ScoreMapObject>(ScoreMapObject{
        task.run([&](const libpicker::Control& c) { return self.handle.score(image->handle, options, c); })});
}

std::shared_ptr<PicksObject> pick_from_scores(const ModelObject& self, const ScoreMapObject& scores,
                                              const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("Model.pick_from_scores", pick_fields(), given, keep);
    const Turn::Use use(self.turn, "model");
    const py::gil_scoped_release release;
    return std::make_shared<PicksObject>(PicksObject{self.handle.pick_from_scores(scores.handle, options)});
}

std::shared_ptr<MicrographObject> preprocess(const ModelObject& self, const py::object& micrograph,
                                             const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("Model.preprocess", pick_fields(), given, keep);
    const auto image = micrograph_of(micrograph);
    const Turn::Use use(self.turn, "model");
    const py::gil_scoped_release release;
    return std::make_shared<MicrographObject>(
        MicrographObject{self.handle.preprocess(image->handle, options), image->name});
}

std::string show(const ModelObject& self) {
    const auto about = info(self);
    const std::string state =
        about.trained != 0
            ? py::cast<std::string>(
                  py::str("trained on particles of {:g} A, threshold {:.3g}").format(about.diameter, about.threshold))
            : std::string("not trained");
    return "<libpicker.Model " + std::string(about.architecture) + ", " + std::to_string(about.parameters) +
           " parameters, " + state + ">";
}

void add_records(py::module_& m) {
    using Info = picker_model_info;
    Record<Info>(m, "ModelInfo", "What a model is and what it was trained on.")
        .field("architecture", &Info::architecture, "as in architectures()")
        .field("parameters", &Info::parameters, "number of weights")
        .flag("trained", &Info::trained, "False: initial weights only")
        .field("window", &Info::window, "edge of the network's input, working pixels")
        .field("step", &Info::step, "between windows, working pixels")
        .field("window_diameters", &Info::window_diameters, "edge of the window in particle diameters")
        .field("diameter", &Info::diameter, "of the training particles, angstrom; 0 before training")
        .field("pixel_size", &Info::pixel_size, "of the training micrographs, angstrom; 0 before training")
        .field("threshold", &Info::threshold, "default least score of a pick")
        .field("hash", &Info::hash, "of specification and weights")
        .flag("calibrated", &Info::calibrated, "scores are probabilities, as far as the training could tell")
        .flag("automatic_threshold", &Info::automatic_threshold, "by default threshold='auto'");
    using Head = picker_head_info;
    Record<Head>(m, "HeadInfo", "A specialised head of a model with heads (hydrapicker).")
        .field("name", &Head::name, "what head= takes")
        .field("threshold", &Head::threshold, "default least score of a pick")
        .field("diameter", &Head::diameter, "of the training particles, angstrom; 0: of several");
}

} // namespace

void add_model(py::module_& m) {
    add_records(m);
    static const std::string options = document(pick_fields());
    static const std::string tail =
        "    progress: True for a bar, or a callable(Progress) that may return True to cancel\n"
        "    threads: worker threads [0: one per core]; results do not depend on it\n"
        "    device: where the network runs: 'auto' (a GPU where there is one), or a name of devices()\n\nOptions; "
        "None leaves the "
        "default in brackets, lengths are angstrom:\n\n" +
        options;
    static const std::string create_text =
        "A new model with initial weights drawn from `seed`; needs no LibTorch.\n\n" + document(model_fields());
    static const std::string pick_text =
        "Picks one micrograph (Micrograph, array height x width, or path): Picks, best "
        "first.\n\n" +
        tail;
    static const std::string score_text =
        "The model's scores on a grid of places of one micrograph: a ScoreMap.\n\n" + tail;
    static const std::string from_scores_text =
        "Picks of a ScoreMap without running the network: the same as pick with these options.\n\n" + options;
    static const std::string preprocess_text =
        "The micrograph as the network sees it (working pixel size, standardised). Of the options diameter and "
        "pixel_size count.\n\n" +
        options;
    py::class_<ModelObject, Model>(m, "Model",
                                   "A network with its weights, recipe and provenance. One thread at a time works with "
                                   "a model, others wait: load it once per thread to work in parallel.")
        .def_static("create", &create, py::arg("architecture"), py::arg("seed") = 0, create_text.c_str())
        .def_static("load", &load, py::arg("path"), "Reads a .safetensors checkpoint. Never executes anything from it.")
        .def(
            "save",
            [](const ModelObject& self, const py::object& path) {
                const std::string name = path_of(path);
                const Turn::Use use(self.turn, "model");
                const py::gil_scoped_release release;
                self.handle.save(name);
            },
            py::arg("path"), "Writes a .safetensors checkpoint; it appears whole or not at all.")
        .def_property_readonly("info", &info, "What the model is and was trained on, as ModelInfo.")
        .def_property_readonly(
            "metadata",
            [](const ModelObject& self) {
                const Turn::Use use(self.turn, "model");
                return py::module_::import("json").attr("loads")(self.handle.metadata());
            },
            "Specification, recipe and provenance, as a dict.")
        .def_property(
            "threshold", [](const ModelObject& self) { return info(self).threshold; },
            [](ModelObject& self, double threshold) {
                const Turn::Use use(self.turn, "model");
                self.handle.set_threshold(threshold);
            },
            "Default least score of a pick, 0 to 1; may be set.")
        .def_property_readonly(
            "heads",
            [](const ModelObject& self) {
                const Turn::Use use(self.turn, "model");
                return self.handle.heads();
            },
            "The specialised heads, a list of HeadInfo; the general one is not among them.")
        .def(
            "add_head",
            [](ModelObject& self, const std::string& name) {
                const Turn::Use use(self.turn, "model");
                self.handle.add_head(name);
            },
            py::arg("name"), "Adds a head that equals the general one.")
        .def(
            "remove_head",
            [](ModelObject& self, const std::string& name) {
                const Turn::Use use(self.turn, "model");
                self.handle.remove_head(name);
            },
            py::arg("name"), "Removes a head.")
        .def(
            "export_head",
            [](const ModelObject& self, const std::string& name) {
                const Turn::Use use(self.turn, "model");
                return own(self.handle.export_head(name));
            },
            py::arg("name"), "A model with this head ('general' too) as its only one.")
        .def(
            "import_head",
            [](ModelObject& self, const std::string& as, const ModelObject& source, const std::string& name) {
                const UseBoth use(self.turn, &source.turn, "model");
                self.handle.import_head(as, source.handle, name);
            },
            py::arg("name"), py::arg("source"), py::arg("head"),
            "Adds head `head` ('general' too) of another model as `name`; its body must be this model's to the bit.")
        .def("pick", &pick, py::arg("micrograph"), py::kw_only(), py::arg("progress") = py::none(),
             py::arg("threads") = 0, py::arg("device") = "auto", pick_text.c_str())
        .def("score", &score, py::arg("micrograph"), py::kw_only(), py::arg("progress") = py::none(),
             py::arg("threads") = 0, py::arg("device") = "auto", score_text.c_str())
        .def("pick_from_scores", &pick_from_scores, py::arg("scores"), from_scores_text.c_str())
        .def("preprocess", &preprocess, py::arg("micrograph"), preprocess_text.c_str())
        .def("__repr__", &show);
}

} // namespace bindings
