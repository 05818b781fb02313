// SPDX-License-Identifier: Apache-2.0
// OpenVINO's C interface, loaded when it is first needed: nothing to compile or install where no such model is served.
#include "COpenVINO.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// In the order of the table.
static const char *const names[] = {
    "ov_core_create", "ov_core_free", "ov_core_set_property", "ov_get_openvino_version", "ov_version_free",
    "ov_core_read_model", "ov_core_read_model_from_memory_buffer", "ov_model_free", "ov_core_compile_model", "ov_compiled_model_free",
    "ov_compiled_model_input_by_name", "ov_compiled_model_output_by_name", "ov_port_get_element_type",
    "ov_port_get_partial_shape", "ov_partial_shape_free", "ov_output_const_port_free",
    "ov_compiled_model_create_infer_request", "ov_infer_request_free", "ov_infer_request_set_tensor_by_const_port",
    "ov_infer_request_get_tensor_by_const_port", "ov_infer_request_set_callback", "ov_infer_request_infer",
    "ov_infer_request_start_async", "ov_infer_request_wait", "ov_tensor_create", "ov_tensor_free",
    "ov_tensor_set_shape", "ov_tensor_get_shape", "ov_shape_free", "ov_tensor_get_element_type",
    "ov_tensor_get_byte_size", "ov_tensor_data", "ov_get_last_err_msg", "ov_free",
};
enum { NAME_COUNT = sizeof names / sizeof *names };
_Static_assert(sizeof(struct cov_library) == NAME_COUNT * sizeof(void *), "a name for each function");

const struct cov_library *cov_load(const char *file, char *reason, size_t reason_size) {
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *error = dlerror();
        snprintf(reason, reason_size, "%s", error ? error : file);
        return NULL;
    }
    void *functions[NAME_COUNT];
    for (size_t i = 0; i < NAME_COUNT; i++) {
        functions[i] = dlsym(library, names[i]);
        if (!functions[i]) {
            snprintf(reason, reason_size, "the library has no %s", names[i]);
            return NULL;
        }
    }
    struct cov_library *table = malloc(sizeof functions);
    if (table) memcpy(table, functions, sizeof functions);
    else snprintf(reason, reason_size, "there is no memory for it");
    return table;
}

// The two functions that take any number of arguments.

int cov_set(const struct cov_library *library, const struct cov_core *core, const char *key, const char *value) {
    int (*set)(const struct cov_core *, const char *, ...) = library->core_set_property;
    return set(core, "", key, value);
}

int cov_compile(
    const struct cov_library *library, const struct cov_core *core, const struct cov_model *model,
    struct cov_settings settings, struct cov_compiled **compiled) {
    int (*compile)(const struct cov_core *, const struct cov_model *, const char *, size_t, struct cov_compiled **, ...) =
        library->compile_model;
    // Threads that run a model are the server's: bound to a processor during a run, two of them would share the first one.
    return compile(
        core, model, "CPU", (size_t)10, compiled, "ENABLE_CPU_PINNING", "NO", "INFERENCE_NUM_THREADS", settings.threads, "NUM_STREAMS", settings.streams,
        "PERFORMANCE_HINT", settings.performance, "EXECUTION_MODE_HINT", settings.execution);
}
