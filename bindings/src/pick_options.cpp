// The options of picking, as keyword arguments.
#include "values.hpp"

namespace bindings {

const Fields<picker_pick_options>& pick_fields() {
    using O = picker_pick_options;
    static const Fields<O> fields = {
        {"diameter",
         "angstrom, longest axis of the particle; 'auto': found from three micrographs of a run [as trained]",
         [](O& o, const Value& v) {
             if (PyUnicode_Check(v.object().ptr())) {
                 o.diameter_rule = v.choice({"auto"}) + PICKER_DIAMETER_AUTO;
             } else {
                 assign<&O::diameter>(o, v);
             }
         }},
        {"pixel_size", "angstrom, instead of the micrograph's own", assign<&O::pixel_size>},
        {"threshold",
         "least score of a pick, or 'auto': by the probabilities of the micrograph's candidates [the model's]",
         [](O& o, const Value& v) {
             if (PyUnicode_Check(v.object().ptr())) {
                 o.threshold_rule = v.choice({"auto"}) + PICKER_THRESHOLD_AUTO;
             } else {
                 assign_has<&O::threshold, &O::has_threshold>(o, v);
             }
         }},
        {"fdr", "instead of a threshold: at most this share of false picks, by the probabilities", assign<&O::fdr>},
        {"expect", "particles that a micrograph has, about: moves its probabilities, and with them the threshold",
         assign<&O::expect>},
        {"invert", "True: light particles on a dark ground (negative stain); the micrograph is negated first [False]",
         [](O& o, const Value& v) { o.invert = v.flag() ? 1 : 0; }},
        {"keep", "candidates down to this score are kept too [the threshold]", assign_has<&O::keep, &O::has_keep>},
        {"min_distance", "angstrom between picks; the better of two stays [the model's]",
         assign_has<&O::min_distance, &O::has_min_distance>},
        {"edge", "angstrom; no pick nearer to the border [0]", assign_has<&O::edge, &O::has_edge>},
        {"top", "best N of a micrograph [0: all]", assign<&O::top>},
        {"mask", "Micrograph, array or path; places above half its maximum are excluded",
         [](O& o, const Value& v) { o.mask = v.micrograph(); }},
        {"clean", "'off', 'paper' or 'lua': large areas of the score map are taken out ['off']",
         [](O& o, const Value& v) {
             o.clean = 1 + v.choice({"off", "paper", "lua"});
         }},
        {"extreme_pixels", "'off', 'paper' or 'lua': windows with many extreme pixels are dropped ['off']",
         [](O& o, const Value& v) {
             o.extreme_pixels = 1 + v.choice({"off", "paper", "lua"});
         }},
        {"carbon", "True: no pick near a long edge in the micrograph [False]",
         [](O& o, const Value& v) { o.carbon = v.flag() ? PICKER_CARBON_EDGE : PICKER_CARBON_OFF; }},
        {"overlaps", "'keep' or 'drop' both of two picks that overlap ['keep']",
         [](O& o, const Value& v) {
             o.overlaps = v.choice({"keep", "drop"});
         }},
        {"overlap_distance", "angstrom; picks nearer than this overlap [the diameter]", assign<&O::overlap_distance>},
        {"deviation",
         "(low, high) of a window's standard deviation over the micrograph's median; False: any [the model's]",
         [](O& o, const Value& v) {
             o.has_deviation = 1;
             if (PyBool_Check(v.object().ptr()) && !v.flag()) {
                 return; // both 0
             }
             const auto range = v.numbers(2);
             o.deviation_low = range[0];
             o.deviation_high = range[1];
         }},
        {"step", "working pixels between the places that are scored [the model's]", assign<&O::step>},
        {"aperture", "angstrom, of the blobs in a segmenter's map [the model's]", assign<&O::aperture>},
        {"head", "name of the head that picks, of a model with heads [the general one]", assign<&O::head>}};
    return fields;
}

} // namespace bindings
