// The architectures, one function each; registry.cpp lists them.
#pragma once

#include "models/model.hpp"

namespace picker {

ModelSpec deeppicker();       // DeepPicker 2016, values of the paper and the Torch7 code
ModelSpec deeppicker_tf();    // values of the TensorFlow code
ModelSpec deeppicker_patch(); // deeppicker_tf, each window prepared by itself

ModelSpec deepem();     // DeepEM 2017 for any particle: the working scale follows the diameter
ModelSpec deepem_klh(); // its four published configurations, at their pixel sizes
ModelSpec deepem_klh_step20();
ModelSpec deepem_19s();
ModelSpec deepem_26s();
ModelSpec deepem_inflammasome();
ModelSpec parsed();               // PARSED 2020, the network that its authors ship
ModelSpec parsed_enhanced();      // parsed, each map divided by its own highest values
ModelSpec parsed_s2();            // the segmenter of the supplement's Table S2 ...
ModelSpec parsed_s2_classifier(); // ... and the classifier that its first layers come from
ModelSpec hydrapicker();          // HydraPicker 2019, the head of the paper: three outputs
ModelSpec hydrapicker_code();     // the head of its code: four outputs
ModelSpec compact();              // a small network of our own, for any particle without training

// A DeepEM network with the options' box, kernels, pools, maps and activation; what they leave open follows the design
// rule (deepem_design.hpp).
NetworkSpec adapt_deepem(const NetworkSpec& network, const ModelOptions& options);

} // namespace picker
