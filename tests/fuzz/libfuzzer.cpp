// The entry that libFuzzer calls; PICKER_FUZZ_TARGET names the function.
#include "targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::PICKER_FUZZ_TARGET({bytes, size});
    return 0;
}
