// The heads of a training (trained_heads.hpp).
#include "training/trained_heads.hpp"

#include "core/error.hpp"
#include "models/heads.hpp"
#include "training/choose_positives.hpp"

#include <algorithm>

namespace picker {

std::vector<std::string> heads_to_train(const Model& model, const TrainingOptions& options, Dataset& dataset,
                                        Dataset& validation) {
    if (options.heads == HeadMode::general) {
        if (!model.heads.empty()) {
            fail(Status::invalid_argument,
                 "the model has specialised heads, which would not fit the body any more once "
                 "that is trained; train heads (of each set, or one), or take the general "
                 "head alone out of the model first");
        }
        return {};
    }
    std::vector<std::string> names;
    for (const Head& head : model.heads) {
        names.push_back(head.name);
    }
    const auto is_taken = [&](const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (options.heads == HeadMode::one) {
        check_new_head(model, options.head);
        for (Dataset* set : {&dataset, &validation}) {
            for (DatasetItem& item : set->items) {
                item.molecule = options.head;
            }
        }
    }
    for (const std::string& molecule : molecule_names(dataset)) {
        check_head_name(molecule);
        if (!is_taken(molecule)) {
            names.push_back(molecule);
        } else if (options.freeze) {
            fail(Status::invalid_argument, "the head \"", molecule,
                 "\" exists already, and a training with everything else frozen only adds heads; give another name, or "
                 "remove that one first");
        }
    }
    return names;
}

std::vector<float> parameters_with_heads(const Model& model, const std::vector<std::string>& names) {
    std::vector<float> all = model.parameters;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i < model.heads.size()) {
            all.insert(all.end(), model.heads[i].parameters.begin(), model.heads[i].parameters.end());
        } else {
            const auto general = static_cast<std::ptrdiff_t>(head_offset(model.spec));
            all.insert(all.end(), model.parameters.begin() + general, model.parameters.end());
        }
    }
    return all;
}

void adopt_parameters(Model& model, const std::vector<std::string>& names, const std::vector<float>& parameters) {
    const auto network = static_cast<std::ptrdiff_t>(model.parameters.size());
    auto from = parameters.begin() + network;
    model.parameters.assign(parameters.begin(), from);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i == model.heads.size()) {
            model.heads.push_back({names[i], {}, model.spec.default_threshold, 0.0});
        }
        const auto to = from + network - static_cast<std::ptrdiff_t>(head_offset(model.spec));
        model.heads[i].parameters.assign(from, to);
        from = to;
    }
}

} // namespace picker
