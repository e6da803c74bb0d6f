// Pick sets as wholes: merged, mapped to another image of the field, checked against known positions; masses cut in
// two.
#include "record.hpp"
#include "values.hpp"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

namespace bindings {
namespace {

std::vector<std::shared_ptr<PicksObject>> all_of(const py::object& given) {
    std::vector<std::shared_ptr<PicksObject>> sets;
    if (!py::isinstance<py::list>(given) && !py::isinstance<py::tuple>(given)) {
        sets.push_back(picks_of(given));
        return sets;
    }
    for (const py::handle each : given) {
        sets.push_back(picks_of(each));
    }
    return sets;
}

std::shared_ptr<PicksObject> merge(const py::object& given, double distance, const py::object& rule, int sets,
                                   const std::optional<std::vector<std::string>>& names) {
    Keep keep;
    const auto list = all_of(given);
    std::vector<const libpicker::Picks*> handles;
    for (const auto& each : list) {
        handles.push_back(&each->handle);
    }
    auto options = libpicker::make<picker_merge_options>();
    options.distance = distance;
    options.rule = Value("rule", rule, keep).choice({"union", "intersection", "subtract", "consensus"});
    options.sets = sets;
    if (names) {
        if (names->size() != list.size()) {
            throw libpicker::Error(PICKER_INVALID_ARGUMENT, "names has " + std::to_string(names->size()) +
                                                                " entries for " + std::to_string(list.size()) +
                                                                " sets; give one for each");
        }
        options.names = keep.list(*names).data();
    }
    const py::gil_scoped_release release;
    return std::make_shared<PicksObject>(PicksObject{libpicker::merge(handles, options)});
}

std::shared_ptr<PicksObject> map(const PicksObject& self, const py::object& picked, const py::object& target,
                                 const py::object& binning) {
    Keep keep;
    const auto from = image_of(picked), to = image_of(target);
    const auto way = static_cast<picker_binning>(Value("binning", binning, keep).choice({"fourier", "blocks"}));
    const py::gil_scoped_release release;
    return std::make_shared<PicksObject>(PicksObject{self.handle.map(from, to, way)});
}

py::object mass_valley(const py::array_t<double, py::array::c_style | py::array::forcecast>& masses) {
    double cut = 0;
    std::int32_t two_peaks = 0;
    libpicker::check(picker_mass_valley(&cut, &two_peaks, masses.data(), static_cast<std::size_t>(masses.size())));
    return two_peaks != 0 ? py::object(py::float_(cut)) : py::object(py::none());
}

using Check = picker_check_result;

const Fields<picker_check_options>& check_fields() {
    using O = picker_check_options;
    static const Fields<O> fields = {
        {"radius", "pixels, of a match [a quarter of the distance between neighbours]", assign<&O::radius>},
        {"box_size", "pixels, of the picks, to know half a box by [their column box_width]", assign<&O::box_size>}};
    return fields;
}

Check check_frame(const py::object& picks, const py::object& reference, const py::object& size,
                  const py::object& picked_on, const py::kwargs& given) {
    Keep keep;
    const auto options = options_from("check_frame", check_fields(), given, keep);
    const auto sets = all_of(picks), known = all_of(reference);
    if (known.size() != sets.size()) {
        throw libpicker::Error(
            PICKER_INVALID_ARGUMENT,
            "picks and reference must be of the same micrographs: lists of one length, or one of each");
    }
    const auto sizes = for_each(size, sets.size(), "size"),
               picked_sizes = for_each(picked_on, sets.size(), "picked_on");
    std::vector<picker_check_item> items;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        auto item = libpicker::make<picker_check_item>();
        item.picks = sets[i]->handle.get();
        item.reference = known[i]->handle.get();
        const auto image = image_of(sizes[i]);
        item.width = image.width;
        item.height = image.height;
        if (!picked_sizes[i].is_none()) {
            const auto other = image_of(picked_sizes[i]);
            item.picks_width = other.width;
            item.picks_height = other.height;
        }
        items.push_back(item);
    }
    const py::gil_scoped_release release;
    return libpicker::check_frame(items, options);
}

} // namespace

void add_pick_sets(py::module_& m) {
    Record<Check>(m, "FrameCheck",
                  "Which flip, scale and shift lays picks on reference positions (docs/evaluation.md).")
        .value(
            "verdict",
            [](const Check& c) {
                static constexpr const char* words[] = {"nothing", "fits", "ambiguous"};
                return words[c.verdict];
            },
            "'nothing', 'fits' or 'ambiguous': the positions are symmetric")
        .flag("as_given", &Check::as_given, "the picks fit as they stand")
        .field("name", &Check::name, "'identity', 'flip-y', 'transpose', ...; '' where nothing fits")
        .field("others", &Check::others, "names of those that fit as well")
        .flag("transpose", &Check::transpose, "x and y change places, first")
        .flag("flip_x", &Check::flip_x, "then left and right")
        .flag("flip_y", &Check::flip_y, "and top and bottom, within the picked micrograph")
        .field("scale", &Check::scale, "then all is multiplied by this")
        .field("dx", &Check::dx, "and shifted, pixels of the reference")
        .field("dy", &Check::dy, "and shifted, pixels of the reference")
        .value(
            "shift",
            [](const Check& c) {
                static constexpr const char* words[] = {"none", "half-box", "other"};
                return words[c.shift];
            },
            "'none', 'half-box' or 'other'")
        .field("certainty", &Check::certainty, "0 to 1")
        .field("matched", &Check::matched, "pairs")
        .field("expected", &Check::expected, "pairs by chance")
        .field("radius", &Check::radius, "pixels of the reference, as used");
    m.def("merge", &merge, py::arg("sets"), py::arg("distance"), py::arg("rule") = "union", py::kw_only(),
          py::arg("consensus") = 0, py::arg("names") = py::none(),
          "Several pick sets of one micrograph as one Picks. A particle stands where the first set that has it says, "
          "with\n"
          "that set's score; new columns: 'sets', how many have it, and 'score1', 'score2', ... in the order of "
          "`sets`.\n\n"
          "    sets: list of Picks or paths\n    distance: pixels; picks as near as this are one particle\n"
          "    rule: 'union', 'intersection', 'subtract' (the first without the others) or 'consensus'\n"
          "    consensus: with 'consensus', how many sets must have a particle\n"
          "    names: of the sets, for files (mergeSources) [1, 2, ...]");
    m.def("mass_valley", &mass_valley, py::arg("masses"),
          "PARSED's second stage: the least mass of a particle where the masses of all candidates (column 'mass') show "
          "two\n"
          "peaks; None where they show one.");
    static const std::string check_text =
        "Whether picks stand in the frame of their micrographs: flips, transposes, binnings and shifts are tried "
        "against\n"
        "positions that stand right. Returns a FrameCheck.\n\n"
        "    picks, reference: Picks or path, or lists of them for several micrographs\n"
        "    size: of the reference's micrograph: a Micrograph, a path or (width, height), or a list of them\n"
        "    picked_on: the same of the image that was picked, where it has another size\n\n" +
        document(check_fields());
    m.def("check_frame", &check_frame, py::arg("picks"), py::arg("reference"), py::arg("size"),
          py::arg("picked_on") = py::none(), check_text.c_str());
    auto picks =
        py::reinterpret_borrow<py::class_<PicksObject, std::shared_ptr<PicksObject>>>(py::object(m.attr("Picks")));
    picks.def(
        "map", &map, py::arg("picked"), py::arg("target"), py::arg("binning") = "fourier",
        "Picks of one image of a field in the pixels of another (denoised or binned, and raw): scaled by the ratio of\n"
        "widths and of heights, boxes and sizes with them.\n\n"
        "    picked, target: a Micrograph, a path or (width, height)\n"
        "    binning: how the smaller one was made: 'fourier' by cropping its Fourier transform, 'blocks' by "
        "averaging\n"
        "        blocks of whole pixels, whose first one has its middle off the centre of pixel (0, 0)");
}

} // namespace bindings
