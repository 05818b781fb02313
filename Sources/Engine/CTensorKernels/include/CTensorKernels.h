// SPDX-License-Identifier: Apache-2.0
//
// SIMD kernels of the inference engine. Every kernel exists as plain C (the truth) and in versions for instruction sets
// that are chosen once, by ctk_kernels(). Matrices are packed for the kernels by ctk_pack_group(); see docs/performance.md.

#ifndef CTENSORKERNELS_H
#define CTENSORKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- Tensor types ---------------------------------------------------------------------------------------------------

/// Element types of weights; the numbers are those of GGUF.
typedef enum {
    CTK_F32 = 0,
    CTK_F16 = 1,
    CTK_Q4_0 = 2,
    CTK_Q4_1 = 3,
    CTK_Q5_0 = 6,
    CTK_Q5_1 = 7,
    CTK_Q8_0 = 8,
    CTK_Q2_K = 10,
    CTK_Q3_K = 11,
    CTK_Q4_K = 12,
    CTK_Q5_K = 13,
    CTK_Q6_K = 14,
    CTK_IQ4_NL = 20,
    CTK_BF16 = 30,
} ctk_type;

enum {
    CTK_GROUP_ROWS = 16,       ///< Rows of a matrix that are interleaved with each other.
    CTK_TYPES = 31,            ///< More than the largest number of a type.
    CTK_BLOCK_COLUMNS = 32,    ///< Columns that share a scale in activations; rows of weights are whole blocks.
    CTK_ATTENTION_ROWS = 6,    ///< The most query rows of one call of the attention kernel.
    CTK_MAX_HEAD_SIZE = 256,   ///< The widest attention head, in elements.
    CTK_CACHE_BLOCK = 16,      ///< Elements of a key or value that share a scale in a cache of 8 bits.
    CTK_PAGE_POSITIONS = 64,   ///< Positions in a page of the KV cache.
};

/// Whether there are kernels for a type.
bool ctk_type_supported(ctk_type type);

/// Columns that a type's block in a model file holds.
size_t ctk_block_columns(ctk_type type);

/// Bytes of `columns` elements as a model file stores them; `columns` must fill whole blocks.
size_t ctk_row_bytes(ctk_type type, size_t columns);

/// Bytes of a packed group of CTK_GROUP_ROWS rows, a multiple of 64.
size_t ctk_group_bytes(ctk_type type, size_t columns);

/// Turns a row of a model file into floats.
void ctk_dequantize_row(ctk_type type, const void *row, float *out, size_t columns);

/// Writes floats as a row of a model file, with scales of least squared error; `columns` fill whole blocks. The same numbers
/// give the same bytes on every processor. False if a number or a scale is too large for the type, or not a number.
bool ctk_encode_row(ctk_type type, const float *values, void *row, size_t columns);

/// Interleaves `rows` (1...CTK_GROUP_ROWS) consecutive rows of a model file into one group; missing rows become zero.
void ctk_pack_group(ctk_type type, const void *source, size_t rows, size_t columns, void *group);

float ctk_half_to_float(uint16_t half);
uint16_t ctk_float_to_half(float value);

// ---- Kernels --------------------------------------------------------------------------------------------------------

/// Packed weights: groups of rows, one after the other.
typedef struct {
    const uint8_t *groups;
    size_t columns;
    size_t group_bytes;
} ctk_matrix;

/// Turns a row of packed weights into floats, the same as ctk_dequantize_row does with the row of the file.
void ctk_dequantize_lane(ctk_type type, const ctk_matrix *weights, size_t row, float *out);

/// The inputs of a matrix product, one row a token: floats, and the same quantised in blocks of 32 columns.
///
/// An element of a block is about `quants * scale`. A few blocks hold the large elements of a row and with them most of
/// the rounding error; those are refined to 16 bits: `(quants + fine / 256) * scale`. Which ones depends on the row
/// alone, so that a token's result never depends on what else is in its batch.
typedef struct {
    float *values;          ///< tokens x columns
    int8_t *quants;         ///< tokens x columns, -127...127
    int8_t *fine;           ///< tokens x columns, -127...127; meaningful in refined blocks
    uint8_t *refined;       ///< blocks x token_stride: 1 where a block is refined
    float *scales;          ///< tokens x blocks
    float *sums;            ///< tokens x blocks: sum of the quantised elements
    int32_t *offsets;       ///< tokens x blocks: -8 * sum of quants, undoes the bias of unsigned weights
    int32_t *fine_offsets;  ///< tokens x blocks: -8 * sum of fine
    float *half_sums;            ///< tokens x blocks x 2: `sums` of both halves of a block
    int32_t *half_offsets;       ///< the same of `offsets`
    int32_t *fine_half_offsets;  ///< the same of `fine_offsets`
    size_t columns;
    size_t token_stride;    ///< At least the tokens and 63 more, since kernels look at 64 tokens at a time.
} ctk_activations;

/// out[token * out_stride + row] = sum over columns of weight * activation, for the rows of groups [begin, end).
typedef void (*ctk_matmul_fn)(const ctk_matrix *weights, size_t begin, size_t end, const ctk_activations *x,
                              size_t tokens, float *out, size_t out_stride);

/// Element types of the KV cache.
typedef enum {
    CTK_CACHE_F16 = 0,  ///< Half floats.
    CTK_CACHE_Q8 = 1,   ///< 8-bit integers; CTK_CACHE_BLOCK neighbours of a key or value share a scale.
    CTK_CACHE_F32 = 2,  ///< Floats.
} ctk_cache_type;

/// Attention of up to CTK_ATTENTION_ROWS query rows that share a key-value head over a paged cache.
/// In a page, at `key_offset`: [positions / 16][head_size][16] keys; at `value_offset`: [positions][head_size] values. With
/// CTK_CACHE_Q8, each is followed by scales, as floats: [blocks of a head][positions].
typedef struct {
    ctk_cache_type cache;
    const float *queries[CTK_ATTENTION_ROWS];
    float *outputs[CTK_ATTENTION_ROWS];
    size_t limits[CTK_ATTENTION_ROWS];  ///< Row r sees positions [starts[r], limits[r]); at least one.
    size_t starts[CTK_ATTENTION_ROWS];  ///< 0 without a sliding window. Pages that no row sees are never read.
    size_t rows;
    const uint8_t *const *pages;
    size_t key_offset;
    size_t value_offset;
    size_t head_size;  ///< A multiple of 16, at most CTK_MAX_HEAD_SIZE.
    float scale;       ///< Multiplies the scores before the softmax.
    float softcap;     ///< Scaled scores become softcap * tanh(score / softcap); 0 leaves them as they are.
} ctk_attention;

/// A matrix of floats as a product reads it: element (i, j) is values[i * row + j * column].
typedef struct {
    const float *values;
    size_t row;
    size_t column;
} ctk_gemm_side;

/// out = left x right in floats, or out += left x right: rows x inner times inner x columns.
///
/// Workers share a call: each packs some panels of the right side, and when all are packed multiplies some rows.
typedef struct {
    ctk_gemm_side left;
    ctk_gemm_side right;
    float *out;         ///< rows x columns; out[i * out_stride + j]
    size_t out_stride;
    size_t columns;
    float *packed;      ///< Room for a multiple of gemm_columns, at least `columns`, times the steps of a call.
    bool adds;          ///< Whether out keeps what it has.
} ctk_gemm;

/// How AdamW steps: what depends on the step alone.
typedef struct {
    float rate;          ///< The learning rate, over the first moments' correction.
    float first_decay;   ///< How much of the mean of gradients is kept.
    float second_decay;  ///< How much of the mean of their squares is kept.
    float correction;    ///< 1 / the square root of the second moments' correction.
    float epsilon;
    float factor;        ///< What gradients are multiplied by.
    float shrink;        ///< What weights are multiplied by: 1 - learning rate * weight decay.
} ctk_adamw;

/// One implementation of every kernel.
typedef struct {
    const char *name;  ///< "scalar", "avx2", "avxvnni", "avx512vnni", "avx512bf16", "neon"
    ctk_matmul_fn matmul[CTK_TYPES];  ///< By weight type; NULL where there is none.
    /// Fills every field of one token's row from `values`. Blocks are refined when the square of their scale, which the
    /// rounding error grows with, is more than `threshold` times the row's average; 0 refines all.
    void (*quantize)(const ctk_activations *x, size_t token, float threshold);
    /// out[i] = x[i] / sqrt(mean(x^2) + epsilon) * weight[i]
    void (*rms_norm)(float *out, const float *x, const float *weight, size_t count, float epsilon);
    /// out[i] = (x[i] - mean(x)) / sqrt(variance(x) + epsilon) * weight[i] + bias[i]; `bias` may be NULL, `out` may be x.
    void (*layer_norm)(float *out, const float *x, const float *weight, const float *bias, size_t count, float epsilon);
    /// x[i] += y[i]
    void (*add)(float *x, const float *y, size_t count);
    /// out[i] = gate[i] / (1 + exp(-gate[i])) * up[i]
    void (*silu_multiply)(float *out, const float *gate, const float *up, size_t count);
    /// out[i] = gate[i] * (1 + tanh(sqrt(2 / pi) * (gate[i] + 0.044715 * gate[i]^3))) / 2 * up[i]
    void (*gelu_multiply)(float *out, const float *gate, const float *up, size_t count);
    /// out[i] = x[i] * (1 + erf(x[i] / sqrt(2))) / 2; `out` may be x.
    void (*gelu_erf)(float *out, const float *x, size_t count);
    /// dx[i] = dy[i] * the derivative of gelu_erf at x[i]; `dx` may be x or dy.
    void (*gelu_erf_backward)(float *dx, const float *x, const float *dy, size_t count);
    /// What layer_norm's output's gradient `dy` means for its input; adds what it means for weight and bias.
    void (*layer_norm_backward)(float *dx, float *weight_gradient, float *bias_gradient, const float *x, const float *weight,
                                const float *dy, size_t count, float epsilon);
    /// Rotates neighbouring pairs; `table` holds cos, sin for each of `pairs` pairs.
    void (*rope_pairs)(float *x, const float *table, size_t pairs);
    /// Rotates x[i] and x[i + pairs] by the i-th angle of such a table.
    void (*rope_halves)(float *x, const float *table, size_t pairs);
    /// out[i * stride] = x[i] as a half float
    void (*store_halves)(uint16_t *out, const float *x, size_t count, size_t stride);
    /// out[i * stride] = x[i]
    void (*store_floats)(float *out, const float *x, size_t count, size_t stride);
    /// out[i * stride] = x[i] as an 8-bit integer, scales[block * CTK_PAGE_POSITIONS] = its block's scale; `count` fills blocks.
    void (*store_quants)(int8_t *out, float *scales, const float *x, size_t count, size_t stride);
    void (*attention)(const ctk_attention *call);
    /// The largest value; not-a-number never wins.
    float (*maximum)(const float *x, size_t count);
    /// Sum of exp((x[i] - maximum) * factor).
    double (*sum_exp)(const float *x, size_t count, float maximum, float factor);
    /// x[i] = exp((x[i] - maximum(x)) * factor) / their sum
    void (*softmax)(float *x, size_t count, float factor);
    /// x[i] = cap * tanh(x[i] / cap)
    void (*softcap)(float *x, size_t count, float cap);
    /// weights[i] = weights[i] * shrink - rate * first[i] / (sqrt(second[i]) * correction + epsilon), the moments renewed before.
    void (*adamw)(const ctk_adamw *step, float *weights, float *first, float *second, const float *gradient, size_t count);
    size_t gemm_rows;     ///< Rows of a tile of ctk_gemm; workers' shares begin at multiples.
    size_t gemm_columns;  ///< Columns of a panel of ctk_gemm.
    size_t gemm_block;    ///< Rows that are packed at a time; scratch holds as many times the steps of a call.
    /// Packs panels [begin, end) of the right side for `depth` steps of the inner dimension from `step` on.
    void (*gemm_pack)(const ctk_gemm *call, size_t step, size_t depth, size_t begin, size_t end);
    /// Multiplies rows [begin, end) for these steps.
    void (*gemm_multiply)(const ctk_gemm *call, size_t step, size_t depth, size_t begin, size_t end, float *scratch);
    /// Multiplies few rows with columns [begin, end) of a right side that is read where it is, for packing it would take longer; left.column
    /// is 1, and right.column or right.row is.
    void (*gemm_few)(const ctk_gemm *call, size_t rows, size_t inner, size_t begin, size_t end);
    /// As gemm_pack and gemm_multiply, with both sides rounded to bfloat16, and sums in floats; steps are even, but for the last.
    void (*gemm16_pack)(const ctk_gemm *call, size_t step, size_t depth, size_t begin, size_t end);
    void (*gemm16_multiply)(const ctk_gemm *call, size_t step, size_t depth, size_t begin, size_t end, float *scratch);
} ctk_kernels_table;

/// The fastest implementation that this processor and its operating system support; chosen at the first call.
/// The environment variable CTK_ISA ("scalar", "avx2", "avxvnni", "avx512vnni", "avx512bf16", "neon") asks for a slower one.
const ctk_kernels_table *ctk_kernels(void);

/// The implementations that run here, the plain one first; returns how many there are.
size_t ctk_available_kernels(const ctk_kernels_table **tables, size_t capacity);

/// The matrix product for a weight type, or NULL.
ctk_matmul_fn ctk_matmul(const ctk_kernels_table *table, ctk_type type);

// ---- Threads --------------------------------------------------------------------------------------------------------

/// Processors that this process may run on, at least 1.
unsigned ctk_available_processors(void);

/// Threads that run the same function together.
typedef struct ctk_pool ctk_pool;

/// Starts `workers` - 1 threads (the caller of ctk_pool_run is the first worker); NULL when that is impossible.
ctk_pool *ctk_pool_create(unsigned workers);

/// Ends the threads and waits for them. No run may be under way.
void ctk_pool_destroy(ctk_pool *pool);

/// Calls `function(context, worker)` once on each worker and returns when all are done. One run at a time.
void ctk_pool_run(ctk_pool *pool, void (*function)(void *context, unsigned worker), void *context);

/// Inside a run: waits until every worker has come here. Spins briefly, then sleeps.
void ctk_pool_barrier(ctk_pool *pool);

#endif
