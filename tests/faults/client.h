/* A client of the C API under faults: scenarios (scenarios.c) and the sweep over them (client.c). */
#ifndef PICKER_TESTS_FAULTS_CLIENT_H
#define PICKER_TESTS_FAULTS_CLIENT_H

#include "picker/picker.h"

/* Files to read, made before any fault; a scenario writes into the folder "out", which is empty before. */
void prepare_files(void);

/* What a scenario came to: a message that breaks the rules, or NULL. `failed` counts the calls that failed. */
struct outcome {
    int failed;
    char broken[400];
};

struct scenario {
    const char* name;
    void (*run)(struct outcome* outcome);
    unsigned long
        spared; /* no allocation of fewer bytes fails: JSON's destructors cannot do without (docs/reliability.md) */
};
extern const struct scenario scenarios[];
extern const int scenario_count;

#endif
