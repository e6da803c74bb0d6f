/* Struct layouts and enum values of the header, against the pinned ones (layout_table.inc). Strict C99. Compiled with
 * today's header, and with PICKER_FROZEN_HEADER with the frozen one. */
#ifdef PICKER_FROZEN_HEADER
#include "frozen/picker_abi1.h"
#else
#include "picker/picker.h"
#endif

#include <stdio.h>

static int faults = 0;

static void expect(const char* what, size_t found, size_t pinned) {
    if (found != pinned) {
        printf("%s is %lu, but the ABI has it at %lu\n", what, (unsigned long)found, (unsigned long)pinned);
        ++faults;
    }
}

/* Structs may grow after a release, never shrink. */
static void expect_at_least(const char* what, size_t found, size_t pinned) {
    if (found < pinned) {
        printf("%s has %lu bytes, fewer than the %lu of the first release\n", what, (unsigned long)found,
               (unsigned long)pinned);
        ++faults;
    }
}

int main(void) {
    if (sizeof(void*) != 8) {
        printf("skipped: layouts are pinned for 64-bit machines\n");
        return 0;
    }
#define PICKER_VALUE(name, number) expect(#name, (size_t)name, number);
#define PICKER_STRUCT(type, bytes) expect_at_least(#type, sizeof(type), bytes);
#define PICKER_FIELD(type, field, offset, bytes)                                                                       \
    expect("the offset of " #type "." #field, offsetof(type, field), offset);                                          \
    expect("the size of " #type "." #field, sizeof(((type*)0)->field), bytes);
#include "layout_table.inc"
    if (faults > 0) {
        printf("%d differences: picker.h changed in a way that breaks compiled programs; undo it, or add at the end\n",
               faults);
    }
    return faults > 0;
}
