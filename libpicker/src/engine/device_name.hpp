// The names of devices, as settings give them: where networks run.
#pragma once

#include <string>

namespace picker {

struct DeviceName {
    enum class Kind { automatic, cpu, cuda } kind = Kind::cpu;
    int index = 0; // of a CUDA device
};

// "auto" (a CUDA device where there is one, else the CPU), "cpu", "cuda" (the first), "cuda:N"; "" is "cpu".
// Error(invalid_argument) for anything else. Whether the device is there is the engine's to say.
DeviceName parse_device(const std::string& name);
std::string name_of(const DeviceName& device); // "cuda:0" for "cuda"

// Whether this build has the GPU code (PICKER_CUDA). Without it there is only the CPU, and no need to ask the engine.
bool built_with_cuda();

} // namespace picker
