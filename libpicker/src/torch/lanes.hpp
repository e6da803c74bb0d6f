// The streams of one network on a GPU: so many calls are under way at a time, each on a stream of its own.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/StreamGuard.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace picker {

class Lanes {
public:
    // Copying in, computing and copying out of different micrographs overlap with three; more would only take memory,
    // which LibTorch keeps for each stream apart.
    static constexpr std::size_t most = 3;
    enum class Share { with_others, alone };

    explicit Lanes(c10::Device device) : device_(device) {}

    // While it lives, this thread's work goes to a stream that is nobody else's. Waits for one; `alone` waits until all
    // others have been given back, and keeps them from starting.
    class Use {
    public:
        Use(Lanes& lanes, Share share);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

    private:
        Lanes& lanes_;
        Share share_;
        c10::Stream stream_;
        std::optional<c10::StreamGuard> guard_; // gone before the stream is given back
    };

private:
    c10::Stream take(Share share);
    void give_back(Share share, c10::Stream stream);

    c10::Device device_;
    std::mutex mutex_; // guards what follows
    std::condition_variable changed_;
    std::vector<c10::Stream> free_;
    std::size_t used_ = 0;
    std::size_t waiting_alone_ = 0; // they go first
    bool alone_ = false;
};

} // namespace picker
