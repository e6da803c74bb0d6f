/* Numbers handed out to the ranks of MPI, one at a time to whoever asks (mpi_module.h). */
#include "mpi_module.h"

#include <mpi.h>
#include <stddef.h>

enum { tag_ask = 1, tag_answer = 2 };

static int my_rank, ranks;
static long long handed_out; /* rank 0 */
static int told_none;        /* rank 0: so many of the others know that none is left */
static int asked;            /* other ranks: a question is on its way */
static long long answer;
static MPI_Request pending = MPI_REQUEST_NULL, barrier = MPI_REQUEST_NULL;
static int in_barrier;
static MPI_Request broadcast = MPI_REQUEST_NULL;
static int in_broadcast;

static int start(int* rank, int* size) {
    int error = MPI_Init(NULL, NULL);
    if (error == MPI_SUCCESS) {
        error = MPI_Comm_rank(MPI_COMM_WORLD, &my_rank);
    }
    if (error == MPI_SUCCESS) {
        error = MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    }
    *rank = my_rank;
    *size = ranks;
    return error;
}

static int tell(int* value) {
    int done = 0;
    if (!in_broadcast) {
        MPI_Ibcast(value, 1, MPI_INT, 0, MPI_COMM_WORLD, &broadcast);
        in_broadcast = 1;
    }
    MPI_Test(&broadcast, &done, MPI_STATUS_IGNORE);
    in_broadcast = !done;
    return done;
}

static long long take(long long count) {
    return handed_out < count ? handed_out++ : PICKER_MPI_NONE_LEFT;
}

static int serve(long long count) {
    for (;;) {
        int there = 0;
        MPI_Status status;
        if (my_rank == 0 && told_none < ranks - 1) {
            MPI_Iprobe(MPI_ANY_SOURCE, tag_ask, MPI_COMM_WORLD, &there, &status);
        }
        if (!there) {
            return my_rank != 0 || told_none == ranks - 1;
        }
        MPI_Recv(NULL, 0, MPI_BYTE, status.MPI_SOURCE, tag_ask, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        long long number = take(count);
        told_none += number == PICKER_MPI_NONE_LEFT ? 1 : 0;
        MPI_Send(&number, 1, MPI_LONG_LONG, status.MPI_SOURCE, tag_answer, MPI_COMM_WORLD);
    }
}

static long long next(long long count) {
    if (my_rank == 0) {
        return take(count);
    }
    if (!asked) {
        MPI_Irecv(&answer, 1, MPI_LONG_LONG, 0, tag_answer, MPI_COMM_WORLD, &pending);
        MPI_Send(NULL, 0, MPI_BYTE, 0, tag_ask, MPI_COMM_WORLD);
        asked = 1;
    }
    int done = 0;
    MPI_Test(&pending, &done, MPI_STATUS_IGNORE);
    if (!done) {
        return PICKER_MPI_NONE_YET;
    }
    asked = 0;
    return answer;
}

static int everybody_here(void) {
    int done = 0;
    if (!in_barrier) {
        MPI_Ibarrier(MPI_COMM_WORLD, &barrier);
        in_barrier = 1;
    }
    MPI_Test(&barrier, &done, MPI_STATUS_IGNORE);
    return done;
}

static void finish(void) {
    MPI_Finalize();
}

const picker_mpi_module* picker_mpi_get_module(void) {
    static const picker_mpi_module module = {start, tell, next, serve, everybody_here, finish};
    return &module;
}
