/* Sweeps faults over the scenarios: call number 1, 2, 3 ... of each kind fails, until a scenario no longer comes that
 * far. After each run: a status and a message for every failure, no block of memory more than before, no temporary
 * file, and every file in "out" either as a run without faults leaves it or not there.
 *
 *   faults_client FOLDER MOST     MOST faults for each scenario and kind of fault, spread evenly where there are more
 *
 *   faults_client FOLDER SCENARIO FAULT N     one fault in this process, for a debugger; with PICKER_FAULTS_TRACE in
 *                                             the environment it prints where blocks come from that stay
 *
 * Each scenario runs in a child, so that a crash is counted and not fatal. Prints a table; 1 where anything was broken.
 */
#define _DEFAULT_SOURCE
#include "client.h"

#include "shim.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fault {
    const char* name;
    int kind, how, stays;
};
static const struct fault faults[] = {
    {"no memory once", FAULT_ALLOC, ENOMEM, 0},     {"no memory from then on", FAULT_ALLOC, ENOMEM, 1},
    {"EIO on reading", FAULT_READ, EIO, 0},         {"EINTR on reading", FAULT_READ, EINTR, 0},
    {"short reads", FAULT_READ, FAULT_SHORT, 1},    {"ENOSPC on writing", FAULT_WRITE, ENOSPC, 0},
    {"a full disk", FAULT_WRITE, ENOSPC, 1},        {"EINTR on writing", FAULT_WRITE, EINTR, 0},
    {"short writes", FAULT_WRITE, FAULT_SHORT, 0},  {"EMFILE on opening", FAULT_OPEN, EMFILE, 0},
    {"EACCES from then on", FAULT_OPEN, EACCES, 1}, {"EIO at the end", FAULT_FINISH, EIO, 0}};
enum { fault_types = sizeof faults / sizeof faults[0], most_files = 64 };

/* What the child has done so far; shared with the parent. */
struct shared {
    long n; /* the fault in hand */
    long injections, refused, leaks, halves, broken, reached_end;
    char note[600];
};

/* The files that a run without faults leaves in "out". */
struct known {
    char name[256];
    char* bytes;
    long size;
};
static struct known known_files[most_files];
static int known_count;

static char* read_file(const char* name, long* size) {
    char path[200], *bytes = NULL;
    FILE* in;
    snprintf(path, sizeof path, "out/%s", name);
    in = fopen(path, "rb");
    if (in == NULL || fseek(in, 0, SEEK_END) != 0) {
        return NULL;
    }
    *size = ftell(in);
    rewind(in);
    bytes = malloc((size_t)*size + 1);
    if (bytes == NULL || fread(bytes, 1, (size_t)*size, in) != (size_t)*size) {
        free(bytes);
        bytes = NULL;
    }
    fclose(in);
    return bytes;
}

/* Files whose text names times or that grow by lines: their end shows whether they are whole. */
static int ends_whole(const char* name, const char* bytes, long size) {
    if (strcmp(name, "journal.jsonl") == 0) {
        return 1; /* made for lines that are cut short */
    }
    return strstr(name, ".csg") != NULL
               ? size > 0 && bytes[size - 1] == '\n'
               : size > 8 && (strstr(name, ".html") != NULL || strncmp(bytes + size - 2, "}\n", 2) == 0);
}

static int has_times(const char* name) {
    return strcmp(name, "journal.jsonl") == 0 || strcmp(name, "run.json") == 0 || strcmp(name, "report.html") == 0 ||
           strstr(name, ".csg") != NULL;
}

/* Calls `use` for every file in "out". */
static void each_file(void (*use)(const char* name, struct shared* shared), struct shared* shared) {
    DIR* folder = opendir("out");
    const struct dirent* entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            use(entry->d_name, shared);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

static void remember(const char* name, struct shared* shared) {
    (void)shared;
    if (known_count < most_files) {
        struct known* file = &known_files[known_count++];
        snprintf(file->name, sizeof file->name, "%s", name);
        file->bytes = read_file(name, &file->size);
    }
}

static void compare(const char* name, struct shared* shared) {
    long size = 0;
    char* bytes = read_file(name, &size);
    int i, fits = 0;
    for (i = 0; i < known_count && bytes != NULL; ++i) {
        if (strcmp(known_files[i].name, name) == 0) {
            fits = has_times(name)
                       ? ends_whole(name, bytes, size)
                       : size == known_files[i].size && memcmp(bytes, known_files[i].bytes, (size_t)size) == 0;
        }
    }
    /* After a refused micrograph the lists name fewer, and are whole none the less. */
    if (!fits && bytes != NULL &&
        (strcmp(name, "autopick.star") == 0 || strcmp(name, "picks.csv") == 0 || strcmp(name, "quality.csv") == 0)) {
        fits = size > 0 && bytes[size - 1] == '\n';
    }
    if (!fits) {
        shared->halves++;
        snprintf(shared->note, sizeof shared->note, "out/%.80s is half a file (%ld bytes)", name, size);
    }
    free(bytes);
}

static void erase(const char* name, struct shared* shared) {
    char path[300];
    (void)shared;
    snprintf(path, sizeof path, "out/%s", name);
    remove(path);
}

static void sweep(const struct scenario* scenario, const struct fault* fault, long step, struct shared* shared) {
    struct outcome outcome;
    int i;
    for (i = 0; i < 3; ++i) { /* what is made once is made now */
        memset(&outcome, 0, sizeof outcome);
        scenario->run(&outcome);
        if (i == 0) {
            each_file(remember, shared);
        }
        each_file(erase, shared);
    }
    for (;;) {
        const long before = fault_live_blocks();
        long failed;
        alarm(60); /* hanging counts as a crash */
        memset(&outcome, 0, sizeof outcome);
        fault_arm(fault->kind, shared->n, fault->how, fault->stays);
        scenario->run(&outcome);
        failed = fault_disarm();
        if (failed == 0) {
            each_file(erase, shared);
            shared->reached_end = 1;
            return;
        }
        shared->injections++;
        shared->refused += outcome.failed > 0;
        if (outcome.broken[0] != '\0') {
            shared->broken++;
            snprintf(shared->note, sizeof shared->note, "%s", outcome.broken);
        }
        if (fault_live_blocks() > before) {
            const long grown = fault_live_blocks() - before;
            const long again = fault_live_blocks();
            /* Once is a cache that this path filled for the first time; a leak grows each time. */
            fault_arm(fault->kind, shared->n, fault->how, fault->stays);
            memset(&outcome, 0, sizeof outcome);
            scenario->run(&outcome);
            fault_disarm();
            if (fault_live_blocks() > again) {
                shared->leaks++;
                snprintf(shared->note, sizeof shared->note, "%ld blocks more, and again %ld", grown,
                         fault_live_blocks() - again);
            }
        }
        each_file(compare, shared);
        each_file(erase, shared);
        shared->n += step;
    }
}

/* How many calls of this kind a scenario makes. */
static long calls_of(const struct scenario* scenario, const struct fault* fault, struct shared* shared) {
    const pid_t child = fork();
    int status = 0;
    shared->n = 0;
    if (child == 0) {
        struct outcome outcome;
        memset(&outcome, 0, sizeof outcome);
        scenario->run(&outcome);
        each_file(erase, shared);
        fault_arm(fault->kind, 1L << 60, fault->how, 0);
        scenario->run(&outcome);
        fault_disarm();
        shared->n = fault_calls();
        if (outcome.failed > 0) {
            fprintf(stderr, "%s fails without any fault: %s\n", scenario->name, picker_last_error());
            shared->n = -1;
        }
        each_file(erase, shared);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return status == 0 ? shared->n : -1;
}

/* One fault, after what is made once has been made. */
static int run_one(const char* scenario, const char* fault, long n) {
    struct outcome outcome;
    int s, f, i;
    for (s = 0; s < scenario_count && strcmp(scenarios[s].name, scenario) != 0; ++s) {
    }
    for (f = 0; f < fault_types && strcmp(faults[f].name, fault) != 0; ++f) {
    }
    if (s == scenario_count || f == fault_types) {
        fprintf(stderr, "there is no such scenario or fault\n");
        return 2;
    }
    memset(&outcome, 0, sizeof outcome);
    fault_spare_blocks_below(scenarios[s].spared);
    scenarios[s].run(&outcome);
    for (i = 0; i < 2; ++i) { /* the second time shows what is lost each time */
        long before;
        if (i > 0 && getenv("PICKER_FAULTS_TRACE") != NULL) {
            fault_trace(1);
        }
        before = fault_live_blocks();
        each_file(erase, NULL);
        memset(&outcome, 0, sizeof outcome);
        fault_arm(faults[f].kind, n, faults[f].how, faults[f].stays);
        scenarios[s].run(&outcome);
        fprintf(stderr, "%ld faults, ", fault_disarm());
        fprintf(stderr, "%d calls failed, %ld blocks more; %s; %s\n", outcome.failed, fault_live_blocks() - before,
                outcome.broken, picker_last_error());
    }
    if (getenv("PICKER_FAULTS_TRACE") != NULL) {
        fault_trace(0);
    }
    return outcome.broken[0] != '\0';
}

int main(int count, char** words) {
    const long most = count == 3 ? atol(words[2]) : 0;
    struct shared* shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    long all[6] = {0, 0, 0, 0, 0, 0}; /* injections, refused, crashes, leaks, half files, broken rules */
    int s, f;
    if (count == 5 && chdir(words[1]) == 0) {
        prepare_files();
        return run_one(words[2], words[3], atol(words[4]));
    }
    if (most < 1 || shared == MAP_FAILED || chdir(words[1]) != 0) {
        fprintf(stderr, "give a folder and how many faults of a kind\n");
        return 2;
    }
    prepare_files();
    printf("%-12s %-22s %9s %8s %8s %6s %6s %7s\n", "scenario", "fault", "injected", "refused", "crashes", "leaks",
           "halves", "broken");
    for (s = 0; s < scenario_count; ++s) {
        fault_spare_blocks_below(scenarios[s].spared);
        for (f = 0; f < fault_types; ++f) {
            const long calls = calls_of(&scenarios[s], &faults[f], shared);
            const long step = calls > most ? (calls + most - 1) / most : 1;
            long crashes = 0;
            int i;
            if (calls < 0) {
                return 2;
            }
            memset(shared, 0, sizeof *shared);
            shared->n = 1;
            while (calls > 0 && !shared->reached_end && crashes < 5) {
                int status = 0;
                const pid_t child = fork();
                if (child == 0) {
                    sweep(&scenarios[s], &faults[f], step, shared);
                    _exit(0);
                }
                waitpid(child, &status, 0);
                if (status != 0) {
                    crashes++;
                    shared->injections++;
                    fprintf(stderr, "%s, %s: crash or hang at call %ld (status %d)\n", scenarios[s].name,
                            faults[f].name, shared->n, status);
                    shared->n += step;
                }
            }
            printf("%-12s %-22s %9ld %8ld %8ld %6ld %6ld %7ld\n", scenarios[s].name, faults[f].name, shared->injections,
                   shared->refused, crashes, shared->leaks, shared->halves, shared->broken);
            fflush(stdout);
            if (shared->note[0] != '\0') {
                printf("    %s\n", shared->note);
            }
            {
                const long row[6] = {shared->injections, shared->refused, crashes,
                                     shared->leaks,      shared->halves,  shared->broken};
                for (i = 0; i < 6; ++i) {
                    all[i] += row[i];
                }
            }
        }
    }
    printf("%-35s %9ld %8ld %8ld %6ld %6ld %7ld\n", "all", all[0], all[1], all[2], all[3], all[4], all[5]);
    return all[2] + all[3] + all[4] + all[5] > 0 ? 1 : 0;
}
