// SPDX-License-Identifier: Apache-2.0
#ifndef CML_LOAD_H
#define CML_LOAD_H

#include "CMediaLibraries.h"

/// Notes a reason; returns -1.
int cml_fail(struct cml_reason *reason, const char *text);

/// Loads a library and makes a table of `count` of its functions; NULL and the reason where one is missing.
void *cml_load(const char *file, const char *const *names, size_t count, struct cml_reason *reason);

#endif
