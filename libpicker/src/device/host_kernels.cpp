// The kernels on the host, one pixel after the other (kernels.hpp).
#include "device/kernels_on.hpp"

namespace picker::device {
namespace {

struct Loop {
    template <typename Step> void operator()(std::int64_t count, const Step& step) const {
        for (std::int64_t i = 0; i < count; ++i) {
            step(i);
        }
    }
};

} // namespace

std::unique_ptr<Kernels> host_kernels() {
    return std::make_unique<KernelsOn<Loop>>(Loop());
}

} // namespace picker::device
