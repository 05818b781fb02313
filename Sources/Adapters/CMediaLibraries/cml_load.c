// SPDX-License-Identifier: Apache-2.0
// Libraries of media, loaded when they are first needed: nothing to install where no media come in.
#include "cml_load.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int cml_fail(struct cml_reason *reason, const char *text) {
    snprintf(reason->text, sizeof reason->text, "%s", text ? text : "no reason was given");
    return -1;
}

void *cml_load(const char *file, const char *const *names, size_t count, struct cml_reason *reason) {
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        cml_fail(reason, dlerror());
        return NULL;
    }
    void **table = malloc(count * sizeof *table);
    if (!table) {
        cml_fail(reason, "there is no memory for it");
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        table[i] = dlsym(library, names[i]);
        if (!table[i]) {
            snprintf(reason->text, sizeof reason->text, "the library has no %s", names[i]);
            free(table);
            return NULL;
        }
    }
    return table;
}
