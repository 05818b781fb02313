// SPDX-License-Identifier: Apache-2.0
// OpenMPI's library, loaded when it is first needed: nothing to compile or install where one process trains alone.
#include "CMPI.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// In the order of the table; the last are no functions, but what the standard's constants are the addresses of.
static const char *const names[] = {
    "MPI_Init_thread", "MPI_Finalize", "MPI_Comm_rank", "MPI_Comm_size", "MPI_Comm_dup", "MPI_Comm_set_errhandler",
    "MPI_Error_string", "MPI_Bcast", "MPI_Iallreduce", "MPI_Ialltoall", "MPI_Iallgather", "MPI_Test", "MPI_Wait",
    "ompi_mpi_comm_world", "ompi_mpi_errors_return", "ompi_mpi_float", "ompi_mpi_byte", "ompi_mpi_op_sum",
};
enum { NAME_COUNT = sizeof names / sizeof *names };
_Static_assert(sizeof(struct cmpi_library) == NAME_COUNT * sizeof(void *), "a name for each entry");

const struct cmpi_library *cmpi_load(const char *const *files, size_t file_count, char *reason, size_t reason_size) {
    void *library = NULL;
    // What OpenMPI loads itself looks for its symbols among all that are there.
    for (size_t i = 0; i < file_count && !library; i++) library = dlopen(files[i], RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        snprintf(reason, reason_size, "the system has no libmpi.so.40; install OpenMPI (Debian: openmpi-bin)");
        return NULL;
    }
    void *entries[NAME_COUNT];
    for (size_t i = 0; i < NAME_COUNT; i++) {
        entries[i] = dlsym(library, names[i]);
        if (!entries[i]) {
            snprintf(reason, reason_size, "the system's libmpi cannot be used: it has no %s", names[i]);
            return NULL;
        }
    }
    struct cmpi_library *table = malloc(sizeof entries);
    if (table) memcpy(table, entries, sizeof entries);
    else snprintf(reason, reason_size, "there is no memory for libmpi");
    return table;
}
