// SPDX-License-Identifier: Apache-2.0
#ifndef COPENVINO_H
#define COPENVINO_H

#include <stddef.h>
#include <stdint.h>

/// What finds devices and reads models, as OpenVINO has it (ov_core_t).
struct cov_core;
/// A model that was read (ov_model_t).
struct cov_model;
/// A model that was compiled for a device (ov_compiled_model_t).
struct cov_compiled;
/// What runs a compiled model, once at a time (ov_infer_request_t).
struct cov_request;
/// An input or an output of a model (ov_output_const_port_t).
struct cov_port;
/// An array of elements (ov_tensor_t).
struct cov_tensor;

/// What OpenVINO calls itself (ov_version_t).
struct cov_version {
    const char *_Nullable number;
    const char *_Nullable description;
};

/// The lengths of an array's dimensions (ov_shape_t).
struct cov_shape {
    int64_t rank;
    int64_t *_Nullable dimensions;
};

/// The lengths that a dimension may have; `most` is -1 where there is no limit (ov_dimension_t).
struct cov_dimension {
    int64_t least;
    int64_t most;
};

/// The shapes that a port may have (ov_partial_shape_t).
struct cov_partial_shape {
    struct cov_dimension rank;
    struct cov_dimension *_Nullable dimensions;
};

/// Whom a request tells that it has ended (ov_callback_t); the request keeps the pointer, not a copy.
struct cov_callback {
    void (*_Nonnull call)(void *_Nullable context);
    void *_Nullable context;
};

/// The functions of OpenVINO's C interface that are used; what each does stands in its manual under the name beside it.
/// All that give an int give 0 for success.
struct cov_library {
    int (*_Nonnull core_create)(struct cov_core *_Nullable *_Nonnull);                     // ov_core_create
    void (*_Nonnull core_free)(struct cov_core *_Nullable);                                // ov_core_free
    void *_Nonnull core_set_property; // ov_core_set_property, for cov_set
    int (*_Nonnull version)(struct cov_version *_Nonnull);                                 // ov_get_openvino_version
    void (*_Nonnull version_free)(struct cov_version *_Nonnull);                           // ov_version_free
    int (*_Nonnull read_model)( // ov_core_read_model
        const struct cov_core *_Nonnull, const char *_Nonnull path, const char *_Nullable weights,
        struct cov_model *_Nullable *_Nonnull);
    int (*_Nonnull read_model_bytes)( // ov_core_read_model_from_memory_buffer
        const struct cov_core *_Nonnull, const char *_Nonnull bytes, size_t count,
        const struct cov_tensor *_Nullable weights, struct cov_model *_Nullable *_Nonnull);
    void (*_Nonnull model_free)(struct cov_model *_Nullable);                              // ov_model_free
    void *_Nonnull compile_model; // ov_core_compile_model, for cov_compile
    void (*_Nonnull compiled_free)(struct cov_compiled *_Nullable);                        // ov_compiled_model_free
    int (*_Nonnull input_by_name)( // ov_compiled_model_input_by_name
        const struct cov_compiled *_Nonnull, const char *_Nonnull, struct cov_port *_Nullable *_Nonnull);
    int (*_Nonnull output_by_name)( // ov_compiled_model_output_by_name
        const struct cov_compiled *_Nonnull, const char *_Nonnull, struct cov_port *_Nullable *_Nonnull);
    int (*_Nonnull port_type)(const struct cov_port *_Nonnull, unsigned *_Nonnull);        // ov_port_get_element_type
    int (*_Nonnull port_shape)( // ov_port_get_partial_shape
        const struct cov_port *_Nonnull, struct cov_partial_shape *_Nonnull);
    void (*_Nonnull partial_shape_free)(struct cov_partial_shape *_Nonnull);               // ov_partial_shape_free
    void (*_Nonnull port_free)(struct cov_port *_Nullable);                                // ov_output_const_port_free
    int (*_Nonnull request_create)( // ov_compiled_model_create_infer_request
        const struct cov_compiled *_Nonnull, struct cov_request *_Nullable *_Nonnull);
    void (*_Nonnull request_free)(struct cov_request *_Nullable);                          // ov_infer_request_free
    int (*_Nonnull request_set)( // ov_infer_request_set_tensor_by_const_port
        struct cov_request *_Nonnull, const struct cov_port *_Nonnull, const struct cov_tensor *_Nonnull);
    int (*_Nonnull request_get)( // ov_infer_request_get_tensor_by_const_port
        const struct cov_request *_Nonnull, const struct cov_port *_Nonnull, struct cov_tensor *_Nullable *_Nonnull);
    int (*_Nonnull request_set_callback)( // ov_infer_request_set_callback
        struct cov_request *_Nonnull, const struct cov_callback *_Nonnull);
    int (*_Nonnull request_run)(struct cov_request *_Nonnull);                             // ov_infer_request_infer
    int (*_Nonnull request_start)(struct cov_request *_Nonnull);                           // ov_infer_request_start_async
    int (*_Nonnull request_wait)(struct cov_request *_Nonnull);                            // ov_infer_request_wait
    int (*_Nonnull tensor_create)( // ov_tensor_create
        unsigned type, const struct cov_shape, struct cov_tensor *_Nullable *_Nonnull);
    void (*_Nonnull tensor_free)(struct cov_tensor *_Nullable);                            // ov_tensor_free
    int (*_Nonnull tensor_set_shape)(struct cov_tensor *_Nonnull, const struct cov_shape); // ov_tensor_set_shape
    int (*_Nonnull tensor_shape)(const struct cov_tensor *_Nonnull, struct cov_shape *_Nonnull); // ov_tensor_get_shape
    int (*_Nonnull shape_free)(struct cov_shape *_Nonnull);                                // ov_shape_free
    int (*_Nonnull tensor_type)(const struct cov_tensor *_Nonnull, unsigned *_Nonnull);    // ov_tensor_get_element_type
    int (*_Nonnull tensor_size)(const struct cov_tensor *_Nonnull, size_t *_Nonnull);      // ov_tensor_get_byte_size
    int (*_Nonnull tensor_data)(const struct cov_tensor *_Nonnull, void *_Nullable *_Nonnull); // ov_tensor_data
    const char *_Nullable (*_Nonnull last_error)(void);                                    // ov_get_last_err_msg
    void (*_Nonnull text_free)(const char *_Nullable);                                     // ov_free
};

/// Loads OpenVINO from a file; it stays loaded.
///
/// Returns the table, which is the caller's to keep for good, or NULL, and then the reason in `reason`: a text of at
/// most `reason_size` bytes, its ending zero included.
const struct cov_library *_Nullable cov_load(
    const char *_Nonnull file, char *_Nonnull reason, size_t reason_size);

/// Sets a property of all devices.
int cov_set(
    const struct cov_library *_Nonnull, const struct cov_core *_Nonnull, const char *_Nonnull key,
    const char *_Nonnull value);

/// How a model is to be compiled, by the values of OpenVINO's properties.
struct cov_settings {
    const char *_Nonnull threads;     // INFERENCE_NUM_THREADS
    const char *_Nonnull streams;     // NUM_STREAMS
    const char *_Nonnull performance; // PERFORMANCE_HINT
    const char *_Nonnull execution;   // EXECUTION_MODE_HINT
};

/// Compiles a model for the processor.
int cov_compile(
    const struct cov_library *_Nonnull, const struct cov_core *_Nonnull, const struct cov_model *_Nonnull,
    struct cov_settings, struct cov_compiled *_Nullable *_Nonnull);

#endif
