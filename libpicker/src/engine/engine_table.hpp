// The one symbol that libpicker_torch exports: a versioned table, checked before anything else is called.
#pragma once

#include "engine/engine.hpp"

#include <cstdint>

namespace picker {

inline constexpr std::uint32_t engine_table_version = 3;

struct EngineTable {
    std::uint32_t table_version;
    const char* library_version; // must equal libpicker's own: the two are built together
    const Engine* engine;
};

} // namespace picker

extern "C" {
typedef const picker::EngineTable* (*picker_torch_engine_fn)();
}
