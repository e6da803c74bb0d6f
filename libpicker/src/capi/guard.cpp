// Exceptions to statuses and messages (guard.hpp). The message lives in a fixed buffer: storing it cannot fail.
#include "capi/guard.hpp"

#include "starfile/starfile.hpp"

#include <cstring>
#include <filesystem>
#include <new>
#include <system_error>

namespace picker::capi {
namespace {

thread_local char message[2048] = "";

void store(const char* what) noexcept {
    std::size_t length = std::strlen(what);
    if (length >= sizeof message) {
        length = sizeof message - 1;
        while (length > 0 && (static_cast<unsigned char>(what[length]) & 0xC0U) == 0x80U) {
            --length; // not in the middle of a UTF-8 character
        }
    }
    std::memcpy(message, what, length);
    message[length] = '\0';
}

} // namespace

const char* last_error() noexcept {
    return message;
}

picker_status translate_current_exception() noexcept {
    try {
        throw;
    } catch (const Error& error) {
        store(error.what());
        return static_cast<picker_status>(error.status());
    } catch (const starfile::Error& error) {
        store(error.what());
        return PICKER_BAD_FILE;
    } catch (const std::filesystem::filesystem_error& error) {
        store(error.what());
        return PICKER_IO;
    } catch (const std::system_error& error) {
        store(error.what());
        return PICKER_IO;
    } catch (const std::bad_alloc&) {
        store("out of memory; use smaller micrographs, fewer threads or a machine with more memory");
        return PICKER_OUT_OF_MEMORY;
    } catch (const std::length_error&) {
        store("out of memory: a size is beyond what this machine can hold");
        return PICKER_OUT_OF_MEMORY;
    } catch (const std::exception& error) {
        store(error.what());
        return PICKER_INTERNAL;
    } catch (...) {
        store("an exception of unknown type; this is a fault of libpicker");
        return PICKER_INTERNAL;
    }
}

} // namespace picker::capi
