// Where libpicker lies in the file system, from which it finds what is installed with it.
#pragma once

#include <filesystem>

namespace picker {

// The folder of the shared library, or program, that this code is part of; empty where the system does not tell.
std::filesystem::path own_folder();

} // namespace picker
