// pick_files: many micrographs, resumed where an earlier run stopped, with one report.
#include "record.hpp"
#include "task.hpp"
#include "values.hpp"

namespace bindings {
namespace {

// What became of one micrograph, with its texts: the library's are borrowed from its report.
struct Item : picker_run_item {
    explicit Item(const picker_run_item& item)
        : picker_run_item(item), own_path(item.path), own_stem(item.stem), own_status(item.status),
          own_error(item.error) {}
    std::string own_path, own_stem, own_status, own_error;
};

struct Run {
    picker_run_summary summary;
    std::vector<Item> items;
};

struct Settings {
    picker_run_options run;
    picker_pick_options pick;
};

const Fields<Settings>& run_fields() {
    using O = Settings;
    static const Fields<O> fields = {
        {"formats", "names of further formats beside STEM.star, such as ['box', 'csv']",
         [](O& o, const Value& v) {
             const auto& list = v.texts();
             o.run.formats = list.data();
             o.run.format_count = list.size();
         }},
        {"masks", "paths or globs, matched by stem; a single one of another name serves all",
         [](O& o, const Value& v) {
             const auto& list = v.texts();
             o.run.masks = list.data();
             o.run.mask_count = list.size();
         }},
        {"top", "best N of the whole run [0: all]",
         [](O& o, const Value& v) { o.run.top = v.integer(0, std::numeric_limits<std::int64_t>::max()); }},
        {"top_per_micrograph", "best N of each micrograph [0: all]",
         [](O& o, const Value& v) { assign<&picker_pick_options::top>(o.pick, v); }},
        {"box_size", "pixels, for 'box' [1.5 diameters]", [](O& o, const Value& v) { o.run.box_size = v.number(); }},
        {"write_score_maps", "True: also STEM.mrc [False]",
         [](O& o, const Value& v) { o.run.write_score_maps = v.flag() ? 1 : 0; }},
        {"overwrite", "True: redo what is done and current [False]",
         [](O& o, const Value& v) { o.run.overwrite = v.flag() ? 1 : 0; }},
        {"shard",
         "(I, N): this call's part of a run that works beside the others in one folder, I of 1 .. N or 0 .. N-1",
         [](O& o, const Value& v) {
             const auto numbers = v.numbers(2);
             o.run.shard = static_cast<std::int32_t>(numbers[0]);
             o.run.shards = static_cast<std::int32_t>(numbers[1]);
         }},
        {"score_maps", "folder of score maps of an earlier run; no network runs",
         [](O& o, const Value& v) {
             o.run.source = PICKER_SOURCE_SCORE_MAPS;
             o.run.source_folder = v.path();
         }},
        {"candidates", "folder of an earlier run whose STEM.star have the candidates; no network runs",
         [](O& o, const Value& v) {
             o.run.source = PICKER_SOURCE_CANDIDATES;
             o.run.source_folder = v.path();
         }}};
    return fields;
}

// Of one micrograph: where masks come from and how many picks stay is said for the run.
bool of_one_micrograph(const std::string& name) {
    return name == "mask" || name == "top";
}

Settings settings_from(const py::kwargs& given, Keep& keep) {
    Settings settings{libpicker::make<picker_run_options>(), libpicker::make<picker_pick_options>()};
    for (const auto& [key, value] : given) {
        const std::string name = py::cast<std::string>(key);
        if (!set_field(settings, run_fields(), name, value, keep) &&
            (of_one_micrograph(name) || !set_field(settings.pick, pick_fields(), name, value, keep))) {
            Fields<picker_pick_options> others = pick_fields();
            others.erase(std::remove_if(others.begin(), others.end(),
                                        [](const auto& field) { return of_one_micrograph(field.name); }),
                         others.end());
            unknown_keyword("pick_files", name, names_of(run_fields()) + ", " + names_of(others));
        }
    }
    return settings;
}

Run pick_files(const ModelObject& model, const py::object& inputs, const py::object& output, const py::object& progress,
               int threads, const std::string& device, const py::kwargs& given) {
    Keep keep;
    Settings settings = settings_from(given, keep);
    const std::string folder = path_of(output);
    const auto patterns = paths_of(inputs);
    settings.run.pick = &settings.pick;
    settings.run.output = folder.c_str();
    const Turn::Use use(model.turn, "model");
    prepare_torch();
    Task task(progress, threads, device);
    return task.run([&](const libpicker::Control& c) {
        const libpicker::Inputs expanded(patterns);
        const auto report = model.handle.pick_files(expanded, settings.run, c);
        Run run{report.summary(), {}};
        for (std::size_t i = 0; i < expanded.size(); ++i) {
            run.items.emplace_back(report.item(i));
        }
        return run;
    });
}

void add_records(py::module_& m) {
    Record<Item> record(m, "RunItem", "What became of one micrograph of a run.");
    record.field("path", &Item::own_path, "of the micrograph")
        .field("stem", &Item::own_stem, "name that its files start with")
        .field(
            "status", &Item::own_status,
            "'done', 'skipped' (done before), 'failed', 'cancelled', 'elsewhere' (of another shard, not done so far)")
        .field("error", &Item::own_error, "'' unless failed");
    const auto number = [&](const char* name, auto member, const char* what) {
        record.value(
            name, [member](const Item& item) { return item.*member; }, what);
    };
    using Base = picker_run_item;
    number("width", &Base::width, "pixels");
    number("height", &Base::height, "pixels");
    number("pixel_size", &Base::pixel_size, "angstrom");
    number("candidates", &Base::candidates, "maxima of the score map");
    number("picks", &Base::picks, "what the rules left");
    number("removed_threshold", &Base::removed_threshold, "by a lower score");
    number("removed_distance", &Base::removed_distance, "too near a better one");
    number("removed_edge", &Base::removed_edge, "near the border");
    number("removed_mask", &Base::removed_mask, "masked");
    number("removed_top", &Base::removed_top, "beyond the best N");
    number("removed_clean", &Base::removed_clean, "in large areas of the map");
    number("removed_carbon", &Base::removed_carbon, "at carbon edges");
    number("removed_deviation", &Base::removed_deviation, "of another deviation");
    number("removed_extreme_pixels", &Base::removed_extreme_pixels, "with extreme pixels");
    number("removed_overlaps", &Base::removed_overlaps, "overlapping");
    number("seconds_read", &Base::seconds_read, "reading");
    number("seconds_transform", &Base::seconds_transform, "preparing");
    number("seconds_score", &Base::seconds_score, "in the network");
    number("seconds_peaks", &Base::seconds_peaks, "finding picks");
    number("seconds_write", &Base::seconds_write, "writing");
    number("false_share", &Base::false_share, "of its picks, as their probabilities promise; NaN where there are none");
    number("threshold", &Base::threshold, "least score of a pick here; NaN without a result");
    number("score_10", &Base::score_10, "of the picks' scores, the quantile .1; NaN without picks");
    number("score_50", &Base::score_50, "the median");
    number("score_90", &Base::score_90, "the quantile .9");
    number("defocus", &Base::defocus, "angstrom, by the rings of the power spectrum; NaN where there are none");
    number("thon_fit", &Base::thon_fit, "how well rings fit, up to 1");
    number("thon_limit", &Base::thon_limit, "angstrom: as fine as the rings go");
    number("thon_strength", &Base::thon_strength, "of the rings");
    number("mean", &Base::mean, "of the pixels");
    number("deviation", &Base::deviation, "of the pixels");
    number("unevenness", &Base::unevenness, "deviation of local means / deviation of the pixels");
    number("foreign", &Base::foreign, "share of the area that stands out over more than a few particles");
    number("excluded", &Base::excluded, "share of the area that mask and edge leave out");
}

} // namespace

void add_run(py::module_& m) {
    add_records(m);
    Record<Run> record(m, "RunReport", "What a run over files came to.");
    const auto number = [&](const char* name, auto member, const char* what) {
        record.value(
            name, [member](const Run& run) { return run.summary.*member; }, what);
    };
    using S = picker_run_summary;
    number("micrographs", &S::micrographs, "in all");
    number("done", &S::done, "in this call");
    number("skipped", &S::skipped, "done before and current");
    number("failed", &S::failed, "recorded in their items; the others went on");
    number("picks", &S::picks, "in all");
    number("elsewhere", &S::elsewhere, "micrographs of other shards that are not done so far");
    record.value(
        "has_lists", [](const Run& run) { return run.summary.has_lists != 0; },
        "whether autopick.star, run.json and so on were written: of shards only the last one does it");
    record.value(
        "cancelled", [](const Run& run) { return run.summary.cancelled != 0; }, "by the progress callback");
    number("threshold", &S::threshold, "least score of a pick, as used");
    number("diameter", &S::diameter, "angstrom, as used");
    number("seconds", &S::seconds, "of this call");
    record.value(
        "contrast_reversed", [](const Run& run) { return run.summary.contrast_reversed != 0; },
        "micrographs promise more particles when they are negated (light particles, as in negative stain)");
    record.value(
        "items", [](const Run& run) { return run.items; }, "a RunItem for each micrograph, in order");
    static const std::string text =
        "Picks many micrographs, as `picker pick` does: STEM.star for each, autopick.star and run.json in `output`.\n"
        "What is done and current is skipped, so the same call goes on where an earlier one stopped. One micrograph\n"
        "that fails is recorded in the RunReport and the others go on. Ctrl-C raises KeyboardInterrupt and keeps what "
        "is\n"
        "done.\n\n"
        "    inputs: a path, folder, quoted glob or STAR list, or several of them\n    output: folder\n"
        "    progress: True for a bar, or a callable(Progress) that may return True to cancel\n"
        "    threads: worker threads [0: one per core]\n    device: where the network runs: 'auto' (a GPU where there "
        "is one), or a name of "
        "devices()\n\nOptions of the run:\n\n" +
        document(run_fields()) +
        "\nOptions of each micrograph, as in Model.pick (lengths in angstrom), but for mask and top:\n\n" +
        document(pick_fields());
    m.def("pick_files", &pick_files, py::arg("model"), py::arg("inputs"), py::arg("output"), py::kw_only(),
          py::arg("progress") = py::none(), py::arg("threads") = 0, py::arg("device") = "auto", text.c_str());
}

} // namespace bindings
