// Files into memory: into one buffer that is not cleared first, in pieces when that pays.
#include "feed.hpp"

#include <cerrno>
#include <system_error>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace starfile {

namespace {

constexpr std::size_t worth_a_thread = std::size_t(4) << 20, piece = std::size_t(1) << 20; // bytes

} // namespace

void prefault(void* memory, std::size_t bytes) {
#if defined(__linux__) && defined(MADV_POPULATE_WRITE)
    constexpr std::size_t page = 4096;
    const auto begin = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) / page * page;
    const auto end = (reinterpret_cast<std::uintptr_t>(memory) + bytes) / page * page;
    if (begin < end) {
        const int before = errno; // a hint: older kernels refuse it
        (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
        errno = before;
    }
#else
    (void)memory;
    (void)bytes;
#endif
}

Feed::Feed(std::string held) {
    auto text = std::make_shared<Text>();
    expected_ = held.size();
    held.append(Text::padding, '\n');
    text->held = std::move(held);
    text->data = text->held.data();
    text_ = std::move(text);
    ready_ = expected_ | finished;
}

Feed::Feed(const std::filesystem::path& path) : name_(path.string()) {
    stream_.reset(std::fopen(name_.c_str(), "rb"));
    if (!stream_) {
        throw std::system_error(errno, std::generic_category(), "cannot open " + name_);
    }
    std::setvbuf(stream_.get(), nullptr, _IONBF, 0); // straight into our buffer
    std::error_code unknown;                         // pipes have no size
    const auto size = std::filesystem::file_size(path, unknown);
    expected_ = unknown ? 0 : std::size_t(size);
    if (expected_ < worth_a_thread) {
        read_all(stream_.get());
        return;
    }
    auto text = std::make_shared<Text>();
    text->owned = std::make_unique_for_overwrite<char[]>(expected_ + Text::padding);
    text->data = text->owned.get();
    text_ = std::move(text);
    try {
        thread_ = std::thread([this] { read_piecewise(stream_.get()); });
    } catch (const std::system_error&) { // no thread to be had
        read_piecewise(stream_.get());
    }
}

Feed::~Feed() {
    stop_ = true;
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Feed::finish(char* buffer, std::size_t size) {
    std::memset(buffer + size, '\n', Text::padding);
    ready_ = size | finished;
    ready_.notify_one();
}

// Whatever its size turns out to be.
void Feed::read_all(std::FILE* file) {
    std::size_t capacity = expected_ + 4096, size = 0;
    auto buffer = std::make_unique_for_overwrite<char[]>(capacity + Text::padding);
    errno = 0;
    while (const std::size_t got = std::fread(buffer.get() + size, 1, capacity - size, file)) {
        size += got;
        if (size == capacity) {
            capacity *= 2;
            auto larger = std::make_unique_for_overwrite<char[]>(capacity + Text::padding);
            std::memcpy(larger.get(), buffer.get(), size);
            buffer = std::move(larger);
        }
    }
    fault_ = std::ferror(file) ? errno : 0;
    auto text = std::make_shared<Text>();
    text->owned = std::move(buffer);
    text->data = text->owned.get();
    text_ = text;
    expected_ = size;
    finish(text->owned.get(), size);
}

// As many bytes as the file had when it was opened.
void Feed::read_piecewise(std::FILE* file) {
    char* const buffer = text_->owned.get();
    std::size_t size = 0;
    while (size < expected_ && !stop_) {
        const std::size_t wanted = std::min(piece, expected_ - size);
        prefault(buffer + size, wanted);
        errno = 0;
        const std::size_t got = std::fread(buffer + size, 1, wanted, file);
        size += got;
        if (got < wanted) {
            fault_ = std::ferror(file) ? errno : 0;
            break;
        }
        ready_ = size;
        ready_.notify_one();
    }
    finish(buffer, size);
}

std::size_t Feed::more_than(std::size_t known, bool& all) {
    std::size_t ready = ready_;
    while (ready <= known) { // `finished` is more than any size
        ready_.wait(ready);
        ready = ready_;
    }
    if (const int code = fault_; code != 0 && (ready & finished) != 0) {
        throw std::system_error(code, std::generic_category(), "cannot read " + name_);
    }
    all = (ready & finished) != 0;
    return ready & ~finished;
}

} // namespace starfile
