/* What picker asks of MPI, as a table of functions in a module that is loaded only where mpirun has started several
 * processes: nobody else pays for MPI, and picker runs where it is not installed. */
#ifndef PICKER_MPI_MODULE_H
#define PICKER_MPI_MODULE_H

#ifdef __cplusplus
extern "C" {
#endif

enum { PICKER_MPI_NONE_YET = -1, PICKER_MPI_NONE_LEFT = -2 };

/* All from one thread. Errors of MPI end the job, as is its default. */
typedef struct picker_mpi_module {
    int (*start)(int* rank, int* size); /* 0, or MPI's error */
    /* Everybody's value becomes that of rank 0: to be called, with the same place, until it returns 1. Does not wait.
     */
    int (*tell)(int* value);
    /* The next of `count` numbers, each of which goes to one rank only; one of the two above where there is none. Does
     * not wait. After "none left" nobody asks again. */
    long long (*next)(long long count);
    /* Rank 0 answers the others: to be called often, until it returns 1, when all know that none is left. 1 elsewhere.
     */
    int (*serve)(long long count);
    int (*everybody_here)(void); /* a barrier without waiting: 1 once all ranks have called it */
    void (*finish)(void);        /* after which this process goes on by itself */
} picker_mpi_module;

/* Exported by the module. */
const picker_mpi_module* picker_mpi_get_module(void);

#ifdef __cplusplus
}
#endif
#endif
