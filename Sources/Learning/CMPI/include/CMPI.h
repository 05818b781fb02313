// SPDX-License-Identifier: Apache-2.0
#ifndef CMPI_H
#define CMPI_H

#include <stddef.h>

/// What OpenMPI's binary interface (soname 40, of its versions 2.0 to 5) has as pointers to its own structures: communicators, types,
/// operations and requests.
typedef void *cmpi_handle;

/// The numbers of that interface that are used.
enum cmpi_constant {
    CMPI_SUCCESS = 0,
    CMPI_THREAD_SERIALIZED = 2,
    CMPI_LONGEST_ERROR = 256,
};

/// The functions and handles that are used; what each does stands in the standard of MPI under the name beside it.
struct cmpi_library {
    int (*_Nonnull init_thread)( // MPI_Init_thread
        int *_Nullable argc, char *_Nullable *_Nullable *_Nullable argv, int required, int *_Nonnull provided);
    int (*_Nonnull finalize)(void);                                                          // MPI_Finalize
    int (*_Nonnull comm_rank)(cmpi_handle _Nonnull, int *_Nonnull rank);                     // MPI_Comm_rank
    int (*_Nonnull comm_size)(cmpi_handle _Nonnull, int *_Nonnull size);                     // MPI_Comm_size
    int (*_Nonnull comm_dup)(cmpi_handle _Nonnull, cmpi_handle _Nullable *_Nonnull);         // MPI_Comm_dup
    int (*_Nonnull set_error_handler)(cmpi_handle _Nonnull, cmpi_handle _Nonnull);           // MPI_Comm_set_errhandler
    int (*_Nonnull error_text)(int code, char *_Nonnull text, int *_Nonnull length);         // MPI_Error_string
    int (*_Nonnull broadcast)( // MPI_Bcast
        void *_Nullable, int count, cmpi_handle _Nonnull type, int root, cmpi_handle _Nonnull);
    int (*_Nonnull start_sum)( // MPI_Iallreduce
        const void *_Nullable send, void *_Nullable receive, int count, cmpi_handle _Nonnull type,
        cmpi_handle _Nonnull operation, cmpi_handle _Nonnull, cmpi_handle _Nullable *_Nonnull request);
    int (*_Nonnull start_exchange)( // MPI_Ialltoall
        const void *_Nullable send, int send_count, cmpi_handle _Nonnull send_type, void *_Nullable receive,
        int receive_count, cmpi_handle _Nonnull receive_type, cmpi_handle _Nonnull,
        cmpi_handle _Nullable *_Nonnull request);
    int (*_Nonnull start_gathering)( // MPI_Iallgather
        const void *_Nullable send, int send_count, cmpi_handle _Nonnull send_type, void *_Nullable receive,
        int receive_count, cmpi_handle _Nonnull receive_type, cmpi_handle _Nonnull,
        cmpi_handle _Nullable *_Nonnull request);
    int (*_Nonnull test)(cmpi_handle _Nullable *_Nonnull request, int *_Nonnull is_done, void *_Nullable status); // MPI_Test
    int (*_Nonnull wait)(cmpi_handle _Nullable *_Nonnull request, void *_Nullable status);   // MPI_Wait
    cmpi_handle _Nonnull world;         // MPI_COMM_WORLD
    cmpi_handle _Nonnull errors_return; // MPI_ERRORS_RETURN
    cmpi_handle _Nonnull float_type;    // MPI_FLOAT
    cmpi_handle _Nonnull byte_type;     // MPI_BYTE
    cmpi_handle _Nonnull sum;           // MPI_SUM
};

/// MPI_IN_PLACE: what is sent is where the result will be.
static inline void *_Nonnull cmpi_in_place(void) { return (void *)1; }

/// Loads MPI from the first of the files that the system finds; it stays loaded.
///
/// Returns the table, which is the caller's to keep for good, or NULL, and then the reason in `reason`: a text of at
/// most `reason_size` bytes, its ending zero included.
const struct cmpi_library *_Nullable cmpi_load(
    const char *_Nullable const *_Nonnull files, size_t file_count, char *_Nonnull reason, size_t reason_size);

#endif
