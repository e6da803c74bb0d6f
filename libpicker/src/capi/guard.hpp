// The boundary's guard: one call, every exception turned into a status and this thread's message.
#pragma once

#include "core/error.hpp"
#include "picker/picker.h"

#include <exception>

namespace picker::capi {

// Stores the message of the exception being handled and returns its status.
picker_status translate_current_exception() noexcept;
const char* last_error() noexcept;

template <typename Body> picker_status guard(Body&& body) noexcept {
    try {
        body();
        return PICKER_OK;
    } catch (...) {
        return translate_current_exception();
    }
}

// A parameter that must not be NULL.
template <typename T> T& required(T* pointer, const char* name) {
    if (pointer == nullptr) {
        fail(Status::invalid_argument, name, " is NULL; give a valid pointer");
    }
    return *pointer;
}

// A required out-parameter, emptied before anything can fail.
template <typename T> T*& out_handle(T** out, const char* name) {
    T*& target = required(out, name);
    target = nullptr;
    return target;
}

} // namespace picker::capi
