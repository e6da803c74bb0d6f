// The pinned layouts (layout_table.inc) as C++ sees them, at compile time; picker_status and the library's own Status.
#include "core/error.hpp"
#include "picker/picker.h"

#include <cstddef>
#include <type_traits>

#define PICKER_VALUE(name, number) static_assert(name == (number), #name " has another value");
#define PICKER_STRUCT(type, bytes)                                                                                     \
    static_assert(sizeof(void*) != 8 || sizeof(type) >= (bytes), #type " shrank");                                     \
    static_assert(std::is_standard_layout_v<type> && std::is_trivially_copyable_v<type>, #type " is no C struct");     \
    static_assert(offsetof(type, struct_size) == 0, #type " does not begin with struct_size");
#define PICKER_FIELD(type, field, offset, bytes)                                                                       \
    static_assert(sizeof(void*) != 8 || (offsetof(type, field) == (offset) && sizeof(type::field) == (bytes)),         \
                  #type "." #field " moved");
#include "layout_table.inc"

#define SAME(of_api, of_library)                                                                                       \
    static_assert(static_cast<int>(of_api) == static_cast<int>(picker::Status::of_library), #of_api)
SAME(PICKER_OK, ok);
SAME(PICKER_INVALID_ARGUMENT, invalid_argument);
SAME(PICKER_NOT_FOUND, not_found);
SAME(PICKER_IO, io);
SAME(PICKER_BAD_FILE, bad_file);
SAME(PICKER_UNSUPPORTED, unsupported);
SAME(PICKER_MISMATCH, mismatch);
SAME(PICKER_CANCELLED, cancelled);
SAME(PICKER_OUT_OF_MEMORY, out_of_memory);
SAME(PICKER_BACKEND, backend);
SAME(PICKER_INTERNAL, internal);
