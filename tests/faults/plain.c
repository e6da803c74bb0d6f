/* The scenarios without any fault, each twice, in a folder that is given: for valgrind, which cannot share the
 * allocator with the shim. Nothing may fail. */
#define _DEFAULT_SOURCE
#include "client.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void clear(void) {
    DIR* folder = opendir("out");
    const struct dirent* entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char path[300];
        snprintf(path, sizeof path, "out/%s", entry->d_name);
        if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2) {
            remove(path);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

int main(int count, char** words) {
    int s, turn, bad = 0;
    if (count != 2 || chdir(words[1]) != 0) {
        fprintf(stderr, "give a folder\n");
        return 2;
    }
    prepare_files();
    for (s = 0; s < scenario_count; ++s) {
        for (turn = 0; turn < 2; ++turn) {
            struct outcome outcome;
            memset(&outcome, 0, sizeof outcome);
            scenarios[s].run(&outcome);
            if (outcome.failed > 0 || outcome.broken[0] != '\0') {
                fprintf(stderr, "%s: %d calls failed: %s; %s\n", scenarios[s].name, outcome.failed, outcome.broken,
                        picker_last_error());
                bad = 1;
            }
            clear();
        }
    }
    return bad;
}
