// The architectures, one function each; registry.cpp lists them.
#pragma once

#include "models/model.hpp"

namespace picker {

ModelSpec deeppicker();       // DeepPicker 2016, values of the paper and the Torch7 code
ModelSpec deeppicker_tf();    // values of the TensorFlow code
ModelSpec deeppicker_patch(); // deeppicker_tf, each window prepared by itself

} // namespace picker
