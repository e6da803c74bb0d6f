// The devices that networks of this LibTorch can run on.
#pragma once

#include "engine/engine.hpp"
#include "torch/place.hpp"

#include <string>
#include <vector>

namespace picker {

std::vector<DeviceInfo> torch_devices();                     // Engine::devices
std::string choose_torch_device(const std::string& setting); // Engine::choose_device
Place torch_place(const std::string& setting);

} // namespace picker
