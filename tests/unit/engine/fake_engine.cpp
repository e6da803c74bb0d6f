// A library that the loader must refuse: wrong table version, wrong library version, or no entry at all.
#include "engine/engine_table.hpp"
#include "version.hpp"

#ifdef FAKE_EMPTY
extern "C" __attribute__((visibility("default"))) int not_an_engine() {
    return 0;
}
#else
extern "C" __attribute__((visibility("default"))) const picker::EngineTable* picker_torch_engine() {
#ifdef FAKE_TABLE
    static const picker::EngineTable table{picker::engine_table_version + 1, PICKER_VERSION_STRING, nullptr};
#else
    static const picker::EngineTable table{picker::engine_table_version, "0.0.0-other", nullptr};
#endif
    return &table;
}
#endif
