// SPDX-License-Identifier: Apache-2.0
#ifndef CPOSTGRES_H
#define CPOSTGRES_H

#include <stddef.h>

/// A connection, as libpq has it (PGconn).
struct cpq_connection;
/// What a statement gave, as libpq has it (PGresult).
struct cpq_result;
/// What cancels a connection's statement, as libpq has it (PGcancel).
struct cpq_cancel;

/// The numbers of libpq's stable binary interface (soname 5, since 2006) that are used.
enum cpq_constant {
    CPQ_CONNECTION_OK = 0,
    CPQ_POLLING_FAILED = 0, CPQ_POLLING_READING = 1, CPQ_POLLING_WRITING = 2, CPQ_POLLING_OK = 3,
    CPQ_EMPTY_QUERY = 0, CPQ_COMMAND_OK = 1, CPQ_TUPLES_OK = 2, CPQ_FATAL_ERROR = 7, CPQ_SINGLE_TUPLE = 9,
    CPQ_FIELD_SQLSTATE = 'C', CPQ_FIELD_MESSAGE = 'M', CPQ_FIELD_HINT = 'H',
};

/// The functions of libpq that are used; what each does stands in PostgreSQL's manual under the name beside it.
struct cpq_library {
    struct cpq_connection *_Nullable (*_Nonnull connect_start)( // PQconnectStartParams
        const char *_Nullable const *_Nonnull keywords, const char *_Nullable const *_Nonnull values, int expands_name);
    int (*_Nonnull connect_poll)(struct cpq_connection *_Nonnull);                       // PQconnectPoll
    int (*_Nonnull status)(const struct cpq_connection *_Nonnull);                       // PQstatus
    int (*_Nonnull socket)(const struct cpq_connection *_Nonnull);                       // PQsocket
    char *_Nullable (*_Nonnull error_message)(const struct cpq_connection *_Nonnull);    // PQerrorMessage
    void (*_Nonnull finish)(struct cpq_connection *_Nonnull);                            // PQfinish
    int (*_Nonnull set_nonblocking)(struct cpq_connection *_Nonnull, int);               // PQsetnonblocking
    void *_Nullable (*_Nonnull set_notice_processor)( // PQsetNoticeProcessor
        struct cpq_connection *_Nonnull, void (*_Nonnull)(void *_Nullable, const char *_Nullable), void *_Nullable);
    int (*_Nonnull send_query)( // PQsendQueryParams
        struct cpq_connection *_Nonnull, const char *_Nonnull command, int count, const unsigned *_Nullable types,
        const char *_Nullable const *_Nullable values, const int *_Nullable lengths, const int *_Nullable formats,
        int result_format);
    int (*_Nonnull set_single_rows)(struct cpq_connection *_Nonnull);                    // PQsetSingleRowMode
    int (*_Nonnull flush)(struct cpq_connection *_Nonnull);                              // PQflush
    int (*_Nonnull consume_input)(struct cpq_connection *_Nonnull);                      // PQconsumeInput
    int (*_Nonnull is_busy)(struct cpq_connection *_Nonnull);                            // PQisBusy
    struct cpq_result *_Nullable (*_Nonnull next_result)(struct cpq_connection *_Nonnull); // PQgetResult
    void (*_Nonnull clear)(struct cpq_result *_Nonnull);                                 // PQclear
    int (*_Nonnull result_status)(const struct cpq_result *_Nonnull);                    // PQresultStatus
    char *_Nullable (*_Nonnull error_field)(const struct cpq_result *_Nonnull, int field); // PQresultErrorField
    char *_Nullable (*_Nonnull affected)(struct cpq_result *_Nonnull);                   // PQcmdTuples
    int (*_Nonnull row_count)(const struct cpq_result *_Nonnull);                        // PQntuples
    int (*_Nonnull column_count)(const struct cpq_result *_Nonnull);                     // PQnfields
    char *_Nullable (*_Nonnull column_name)(const struct cpq_result *_Nonnull, int column); // PQfname
    unsigned (*_Nonnull column_type)(const struct cpq_result *_Nonnull, int column);     // PQftype
    int (*_Nonnull is_null)(const struct cpq_result *_Nonnull, int row, int column);     // PQgetisnull
    int (*_Nonnull length)(const struct cpq_result *_Nonnull, int row, int column);      // PQgetlength
    char *_Nullable (*_Nonnull value)(const struct cpq_result *_Nonnull, int row, int column); // PQgetvalue
    struct cpq_cancel *_Nullable (*_Nonnull get_cancel)(struct cpq_connection *_Nonnull); // PQgetCancel
    int (*_Nonnull cancel)(struct cpq_cancel *_Nonnull, char *_Nonnull reason, int reason_size); // PQcancel
    void (*_Nonnull free_cancel)(struct cpq_cancel *_Nonnull);                           // PQfreeCancel
    int (*_Nonnull version)(void);                                                       // PQlibVersion
};

/// Loads libpq from the first of the files that the system finds; it stays loaded.
///
/// Returns the table, which is the caller's to keep for good, or NULL, and then the reason in `reason`: a text of at
/// most `reason_size` bytes, its ending zero included.
const struct cpq_library *_Nullable cpq_load(
    const char *_Nullable const *_Nonnull files, size_t file_count, char *_Nonnull reason, size_t reason_size);

#endif
