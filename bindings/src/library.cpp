// What the library is and can do: version, features, formats, architectures.
#include "record.hpp"
#include "task.hpp"

namespace bindings {
namespace {

struct Architecture {
    std::string name, summary, source;
    std::int64_t parameters = 0;
};
struct ShippedModel {
    std::string name, summary;
};
struct Format {
    std::string name, extension, description;
};

std::vector<Architecture> architectures() {
    std::vector<Architecture> all;
    for (std::int32_t i = 0; i < picker_architecture_count(); ++i) {
        all.push_back({picker_architecture_name(i), picker_architecture_summary(i), picker_architecture_source(i),
                       picker_architecture_parameters(i)});
    }
    return all;
}

std::vector<ShippedModel> shipped_models() {
    std::vector<ShippedModel> all;
    for (std::int32_t i = 0; i < picker_shipped_model_count(); ++i) {
        all.push_back({picker_shipped_model_name(i), picker_shipped_model_summary(i)});
    }
    return all;
}

std::vector<Format> formats() {
    std::vector<Format> all;
    for (std::int32_t i = 0; i < picker_format_count(); ++i) {
        all.push_back({picker_format_name(i), picker_format_extension(i), picker_format_description(i)});
    }
    return all;
}

} // namespace

void add_library(py::module_& m) {
    m.attr("version") = picker_version();
    Record<Architecture>(m, "Architecture", "A network that can be created and trained.")
        .field("name", &Architecture::name, "what Model.create takes")
        .field("summary", &Architecture::summary, "one line")
        .field("source", &Architecture::source, "the paper")
        .field("parameters", &Architecture::parameters, "number of weights");
    Record<ShippedModel>(m, "ShippedModel", "A trained model that is installed with the library.")
        .field("name", &ShippedModel::name, "what Model.load takes in the place of a path")
        .field("summary", &ShippedModel::summary, "one line");
    Record<Format>(m, "Format", "A coordinate format.")
        .field("name", &Format::name, "what format= takes")
        .field("extension", &Format::extension, "with the dot")
        .field("description", &Format::description, "what it is and how it counts coordinates");
    m.def("architectures", architectures, "The networks that can be trained, as a list of Architecture.");
    m.def("shipped_models", shipped_models,
          "The trained models that are installed with the library, as a list of ShippedModel.");
    m.def("formats", formats, "The coordinate formats, as a list of Format.");
    m.def(
        "devices",
        [] {
            prepare_torch(); // a library with GPU code asks it
            std::vector<std::string> names;
            for (std::int32_t i = 0; i < picker_device_count(); ++i) {
                names.emplace_back(picker_device_name(i));
            }
            return names;
        },
        "What device= takes: 'auto' (a GPU where there is one), or one of these names. 'cpu' is always the first.");
    m.def(
        "has_feature",
        [](const std::string& name) {
            if (name == "torch" || name == "cuda") {
                prepare_torch();
            }
            return picker_has_feature(name.c_str()) != 0;
        },
        py::arg("name"),
        "Whether 'torch' (LibTorch can be loaded: tries it), 'cuda' (there is a GPU to use), 'tiff', 'png' or 'atoms' "
        "(PDB and mmCIF) is "
        "there.");
}

} // namespace bindings
