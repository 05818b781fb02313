// SPDX-License-Identifier: Apache-2.0
// PostgreSQL's libpq, loaded when it is first needed: nothing to compile or install where no such server is used.
#include "CPostgres.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// In the order of the table.
static const char *const names[] = {
    "PQconnectStartParams", "PQconnectPoll", "PQstatus", "PQsocket", "PQerrorMessage", "PQfinish", "PQsetnonblocking",
    "PQsetNoticeProcessor", "PQsendQueryParams", "PQsetSingleRowMode", "PQflush", "PQconsumeInput", "PQisBusy",
    "PQgetResult", "PQclear", "PQresultStatus", "PQresultErrorField", "PQcmdTuples", "PQntuples", "PQnfields", "PQfname",
    "PQftype", "PQgetisnull", "PQgetlength", "PQgetvalue", "PQgetCancel", "PQcancel", "PQfreeCancel", "PQlibVersion",
};
enum { NAME_COUNT = sizeof names / sizeof *names };
_Static_assert(sizeof(struct cpq_library) == NAME_COUNT * sizeof(void *), "a name for each function");

const struct cpq_library *cpq_load(const char *const *files, size_t file_count, char *reason, size_t reason_size) {
    void *library = NULL;
    for (size_t i = 0; i < file_count && !library; i++) library = dlopen(files[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(reason, reason_size, "the system has no libpq.so.5; install it (Debian: libpq5)");
        return NULL;
    }
    void *functions[NAME_COUNT];
    for (size_t i = 0; i < NAME_COUNT; i++) {
        functions[i] = dlsym(library, names[i]);
        if (!functions[i]) {
            snprintf(reason, reason_size, "the system's libpq cannot be used: it has no %s", names[i]);
            return NULL;
        }
    }
    struct cpq_library *table = malloc(sizeof functions);
    if (table) memcpy(table, functions, sizeof functions);
    else snprintf(reason, reason_size, "there is no memory for libpq");
    return table;
}
