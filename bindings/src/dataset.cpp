// Dataset: micrographs with known particles.
#include "record.hpp"
#include "task.hpp"
#include "values.hpp"

namespace bindings {
namespace {

// One micrograph of a data set, with its texts: the library's are borrowed until the set is changed.
struct Entry {
    std::string path, molecule, mask, source;
    double pixel_size = 0, diameter = 0;
    std::int64_t positives = 0, negatives = 0;
};

const Fields<picker_dataset_item>& item_fields() {
    using O = picker_dataset_item;
    static const Fields<O> fields = {
        {"pixel_size", "angstrom [the file's header]", assign<&O::pixel_size>},
        {"diameter", "angstrom, longest axis [the training's]", assign<&O::diameter>},
        {"molecule", "name; items of one name are one molecule [one for all]", assign<&O::molecule>},
        {"negatives", "Picks or path: known non-particles", [](O& o, const Value& v) { o.negatives = v.picks(); }},
        {"mask", "Micrograph or array, or the path of a file that is read when the micrograph is: no samples there",
         [](O& o, const Value& v) {
             if (py::isinstance<py::str>(v.object()) || py::hasattr(v.object(), "__fspath__")) {
                 o.mask_path = v.path();
             } else {
                 o.mask = v.micrograph();
             }
         }},
        {"avoid", "Picks or path: places that random negatives keep away from",
         [](O& o, const Value& v) { o.avoid = v.picks(); }}};
    return fields;
}

void add(DatasetObject& self, const py::object& micrograph, const py::object& picks, const py::kwargs& given) {
    Keep keep;
    const auto item = options_from("Dataset.add", item_fields(), given, keep);
    const auto positives = picks_of(picks);
    if (py::isinstance<py::str>(micrograph) || py::isinstance<py::bytes>(micrograph) ||
        py::hasattr(micrograph, "__fspath__")) {
        const std::string path = path_of(micrograph);
        const Turn::Use use(self.turn, "data set");
        const py::gil_scoped_release release;
        self.handle.add(path, positives->handle, &item);
        return;
    }
    const auto image = micrograph_of(micrograph);
    const Turn::Use use(self.turn, "data set");
    const py::gil_scoped_release release;
    self.handle.add(image->handle, positives->handle, &item);
}

std::size_t add_table(DatasetObject& self, const py::object& path, const std::string& split) {
    const std::string name = path_of(path);
    const Turn::Use use(self.turn, "data set");
    const py::gil_scoped_release release;
    return self.handle.add_rows(name, split);
}

std::size_t index_in(const DatasetObject& self, std::int64_t index) {
    const auto count = static_cast<std::int64_t>(self.handle.size());
    const std::int64_t counted = index < 0 ? index + count : index;
    if (counted < 0 || counted >= count) {
        throw py::index_error("the data set has " + std::to_string(count) + " micrographs, no number " +
                              std::to_string(index));
    }
    return static_cast<std::size_t>(counted);
}

Entry entry(const DatasetObject& self, std::int64_t index) {
    const Turn::Use use(self.turn, "data set");
    const auto e = self.handle.entry(index_in(self, index));
    return {e.path, e.molecule, e.mask, e.source, e.pixel_size, e.diameter, e.positives, e.negatives};
}

const Fields<picker_recentre_options>& recentre_fields() {
    using O = picker_recentre_options;
    static const Fields<O> fields = {
        {"diameter", "angstrom, for micrographs that give none", assign<&O::diameter>},
        {"limit", "angstrom, farthest from where a pick was [0.2 diameters]", assign<&O::limit>},
        {"iterations", "[4]", assign<&O::iterations>}};
    return fields;
}

picker_recentre_report recentre(DatasetObject& self, const py::object& progress, int threads, const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("Dataset.recentre", recentre_fields(), given, keep);
    const Turn::Use use(self.turn, "data set");
    Task task(progress, threads);
    return task.run([&](const libpicker::Control& c) { return self.handle.recentre(options, c); });
}

void add_records(py::module_& m) {
    Record<Entry>(m, "DatasetEntry", "One micrograph of a data set.")
        .field("path", &Entry::path, "'' for one in memory")
        .field("molecule", &Entry::molecule, "'' where none was named")
        .field("mask", &Entry::mask, "path of its mask; '' where it has none or one in memory")
        .field("source", &Entry::source, "where it was listed, 'molecules.csv:3'; '' for one added by itself")
        .field("pixel_size", &Entry::pixel_size, "angstrom; 0: the file's header")
        .field("diameter", &Entry::diameter, "angstrom; 0: the training's")
        .field("positives", &Entry::positives, "number of particles")
        .field("negatives", &Entry::negatives, "number of known non-particles");
    using Report = picker_recentre_report;
    Record<Report>(m, "RecentreReport", "What re-centring did; lengths in angstrom, of the picks that moved.")
        .field("picks", &Report::picks, "all of them")
        .field("moved", &Report::moved, "of them")
        .field("at_limit", &Report::at_limit, "left where they were: no maximum within the limit")
        .field("at_border", &Report::at_border, "left where they were: too near to a border")
        .field("mean", &Report::mean, "length of the shift")
        .field("median", &Report::median, "length of the shift")
        .field("percentile_95", &Report::percentile_95, "length of the shift")
        .field("mean_x", &Report::mean_x, "what all shifts have in common")
        .field("mean_y", &Report::mean_y, "what all shifts have in common");
}

} // namespace

void add_dataset(py::module_& m) {
    add_records(m);
    static const std::string add_text =
        "Adds a micrograph with its particles. A path is read when it is needed; a Micrograph or array (height x "
        "width) is copied. picks: Picks or path.\n\n" +
        document(item_fields());
    static const std::string recentre_text =
        "Shifts every particle to where it fits the rotational mean of all (of its molecule) best. Needs 20 particles "
        "of each molecule.\n\n" +
        document(recentre_fields());
    py::class_<DatasetObject, std::shared_ptr<DatasetObject>>(
        m, "Dataset", "Micrographs with known particles, to train with. len() is the number of micrographs.")
        .def(py::init([] { return std::make_shared<DatasetObject>(); }))
        .def("add", &add, py::arg("micrograph"), py::arg("picks"), add_text.c_str())
        .def(
            "add_table", &add_table, py::arg("path"), py::arg("split"),
            "Adds the rows of a table (CSV or STAR, docs/datasets.md) whose split is 'train', 'validation' or 'test';\n"
            "returns how many there were.")
        .def("__len__",
             [](const DatasetObject& self) {
                 const Turn::Use use(self.turn, "data set");
                 return self.handle.size();
             })
        .def("__getitem__", &entry, py::arg("index"), "One micrograph as it was added, a DatasetEntry.")
        .def_property_readonly(
            "positives",
            [](const DatasetObject& self) {
                const Turn::Use use(self.turn, "data set");
                return self.handle.positives();
            },
            "Number of particles in all.")
        .def(
            "picks",
            [](const DatasetObject& self, std::int64_t index, bool negatives) {
                const Turn::Use use(self.turn, "data set");
                return std::make_shared<PicksObject>(PicksObject{self.handle.picks(index_in(self, index), negatives)});
            },
            py::arg("index"), py::arg("negatives") = false,
            "The particles, or the known non-particles, of one micrograph.")
        .def("recentre", &recentre, py::kw_only(), py::arg("progress") = py::none(), py::arg("threads") = 0,
             recentre_text.c_str())
        .def(
            "write_positives",
            [](const DatasetObject& self, const py::object& folder) {
                const std::string name = path_of(folder);
                const Turn::Use use(self.turn, "data set");
                const py::gil_scoped_release release;
                self.handle.write_positives(name);
            },
            py::arg("folder"), "Writes the particles of every micrograph to FOLDER/STEM.star.")
        .def("__repr__", [](const DatasetObject& self) {
            const Turn::Use use(self.turn, "data set");
            return "<libpicker.Dataset: " + std::to_string(self.handle.size()) + " micrographs, " +
                   std::to_string(self.handle.positives()) + " particles>";
        });
}

} // namespace bindings
