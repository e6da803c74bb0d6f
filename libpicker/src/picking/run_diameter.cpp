// The diameter of a run: given, the model's, or one that it finds for itself and keeps (diameter.hpp).
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "io/atomic_file.hpp"
#include "picking/diameter.hpp"
#include "picking/run_files.hpp"

#include <cmath>

namespace picker {
namespace {

nlohmann::json read_record(const std::filesystem::path& file) {
    const std::string bytes = read_whole(file);
    return nlohmann::json::parse(is_nested_deeper(bytes) ? std::string() : bytes, nullptr, false);
}

} // namespace

double pick_diameter(const Model& model, const PickSettings& settings) {
    if (settings.automatic_diameter && settings.diameter == 0.0) {
        fail(Status::unsupported,
             "the diameter is to be found from micrographs, which only a run over files does; have "
             "one proposed first (picker diameter, picker_diameter_propose) and give it");
    }
    const double diameter = settings.diameter != 0.0 ? settings.diameter : model.diameter;
    if (!(diameter >= 0.0) || !std::isfinite(diameter)) {
        fail(Status::invalid_argument, "the particle diameter is ", diameter,
             " angstrom; give the particle's longest axis");
    }
    if (diameter == 0.0) {
        fail(Status::invalid_argument, "no particle diameter: the model was trained ",
             model.trained ? "on particles of several diameters" : "on none",
             "; give the diameter, the particle's longest axis in angstrom");
    }
    return diameter;
}

std::filesystem::path diameter_file(const std::filesystem::path& output) {
    return output / "diameter.json";
}

std::optional<double> diameter_found_before(const std::filesystem::path& output) {
    const std::filesystem::path file = diameter_file(output);
    std::error_code none;
    if (!std::filesystem::is_regular_file(file, none)) {
        return std::nullopt;
    }
    const auto record = read_record(file);
    if (record.is_object() && record.contains("diameter") && record["diameter"].is_number()) {
        if (const double diameter = record["diameter"].get<double>(); diameter > 0.0 && std::isfinite(diameter)) {
            return diameter;
        }
    }
    fail(Status::bad_file, file.string(),
         " holds no diameter; remove it to have one found again, or give the diameter");
}

void settle_diameter(RunOptions& options, const Model& model, const Scorer* scorer,
                     const std::vector<InputMicrograph>* inputs, const Control& control) {
    PickSettings& settings = options.settings;
    if (!settings.automatic_diameter) {
        return;
    }
    if (settings.diameter != 0.0) {
        fail(Status::invalid_argument, "a diameter of ", settings.diameter,
             " angstrom is given, and one is to be found; give one of them");
    }
    if (options.source != CandidateSource::micrograph || scorer == nullptr) {
        fail(Status::invalid_argument, "score maps and candidates were made for one diameter, and none can be found "
                                       "from them; give the diameter that they were made for");
    }
    if (!options.overwrite && !options.output.empty()) {
        if (const auto before = diameter_found_before(options.output)) {
            settings.diameter = *before;
            control.info(
                text("diameter: ", *before, " A, as found before (", diameter_file(options.output).string(), ")"));
            return;
        }
    }
    if (inputs == nullptr) {
        fail(Status::invalid_argument, "no diameter can be found before the micrographs are known; have one proposed "
                                       "from some of them first (picker diameter, picker_diameter_propose) and give "
                                       "it");
    }
    RunOptions otherwise = options; // what else is wrong is told before the search
    otherwise.settings.diameter = 100.0;
    make_run_context(model, scorer, inputs, otherwise);
    DiameterOptions search;
    search.pixel_size = settings.pixel_size;
    search.invert = settings.invert;
    const DiameterProposal found = propose_diameter(*scorer, *inputs, search, control);
    control.info("diameter: " + found.text);
    if (!found.is_sure()) {
        fail(Status::not_found, found.text,
             "; give the particle's longest axis in angstrom (--diameter), or look at the curve (picker diameter)");
    }
    settings.diameter = found.diameter;
    options.diameter_record = to_json(found).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void note_diameter(const RunOptions& options) {
    if (!options.diameter_record.empty()) {
        write_whole(diameter_file(options.output), options.diameter_record);
    } else if (options.overwrite && !options.settings.automatic_diameter) {
        std::error_code none;
        std::filesystem::remove(diameter_file(options.output), none);
    }
}

nlohmann::json diameter_record(const RunOptions& options) {
    std::error_code none;
    if (!options.settings.automatic_diameter ||
        !std::filesystem::is_regular_file(diameter_file(options.output), none)) {
        return nullptr;
    }
    auto record = read_record(diameter_file(options.output));
    return record.is_object() ? std::move(record) : nlohmann::json();
}

} // namespace picker
