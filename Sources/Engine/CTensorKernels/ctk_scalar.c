// SPDX-License-Identifier: Apache-2.0
//
// The plain version of every kernel: what the fast ones are compared with, and what runs where nothing else does.

#include "ctk_internal.h"

#include <float.h>
#include <math.h>

static void matmul_values(ctk_type type, const ctk_matrix *w, size_t begin, size_t end, const ctk_activations *x,
                          size_t tokens, float *out, size_t out_stride) {
    for (size_t group = begin; group < end; group++) {
        const uint8_t *base = w->groups + group * w->group_bytes;
        for (size_t token = 0; token < tokens; token++) {
            for (size_t lane = 0; lane < CTK_GROUP_ROWS; lane++) {
                float sum = 0;
                for (size_t column = 0; column < w->columns; column++) {
                    const size_t index = column * CTK_GROUP_ROWS + lane;
                    float weight;
                    ctk_dequantize_row(type, base + index * (type == CTK_F32 ? 4 : 2), &weight, 1);
                    sum += weight * x->values[token * x->columns + column];
                }
                out[token * out_stride + group * CTK_GROUP_ROWS + lane] = sum;
            }
        }
    }
}

static int32_t dot_half(const int8_t *weights, const int8_t *inputs) {
    int32_t sum = 0;
    for (size_t i = 0; i < CTK_BLOCK_COLUMNS / 2; i++) sum += weights[i] * inputs[i];
    return sum;
}

/// Adds a block's part of the product of one row with one token.
static void add_block(ctk_layout layout, const ctk_block_values *w, const ctk_activations *x, size_t token, size_t block,
                      float *sum) {
    const size_t at = token * (x->columns / CTK_BLOCK_COLUMNS) + block;
    const bool refined = x->refined[block * x->token_stride + token];
    const float unit = refined ? x->scales[at] * ctk_fine_unit : x->scales[at];
    int32_t products[2];
    for (size_t half = 0; half < 2; half++) {
        const size_t first = token * x->columns + block * CTK_BLOCK_COLUMNS + 16 * half;
        products[half] = dot_half(w->integers + 16 * half, x->quants + first);
        if (refined) products[half] = 256 * products[half] + dot_half(w->integers + 16 * half, x->fine + first);
    }
    if (!layout.halves) {
        *sum += w->scales[0] * ((float)(products[0] + products[1]) * unit);
        if (layout.minima) *sum += w->minima[0] * x->sums[at];
        return;
    }
    for (size_t half = 0; half < 2; half++) {
        *sum += w->scales[half] * ((float)products[half] * unit);
        if (layout.minima) *sum += w->minima[half] * x->half_sums[2 * at + half];
    }
}

static void matmul_quants(ctk_type type, const ctk_matrix *w, size_t begin, size_t end, const ctk_activations *x,
                          size_t tokens, float *out, size_t out_stride) {
    const ctk_layout layout = ctk_layout_of(type);
    for (size_t row = begin * CTK_GROUP_ROWS; row < end * CTK_GROUP_ROWS; row++) {
        const ctk_group_view view = ctk_view(type, w, row / CTK_GROUP_ROWS);
        for (size_t token = 0; token < tokens; token++) out[token * out_stride + row] = 0;
        for (size_t index = 0; index < w->columns / CTK_BLOCK_COLUMNS; index++) {
            ctk_block block;
            ctk_block_values values;
            ctk_read_packed_block(type, &view, index, row % CTK_GROUP_ROWS, &block);
            ctk_decode_block(type, &block, &values);
            for (size_t token = 0; token < tokens; token++)
                add_block(layout, &values, x, token, index, out + token * out_stride + row);
        }
    }
}

#define CTK_SCALAR_MATMUL(name, type)                                                                                \
    static void matmul_##name(const ctk_matrix *w, size_t begin, size_t end, const ctk_activations *x,               \
                              size_t tokens, float *out, size_t out_stride) {                                        \
        if (ctk_layout_of(type).bits == 0) matmul_values(type, w, begin, end, x, tokens, out, out_stride);           \
        else matmul_quants(type, w, begin, end, x, tokens, out, out_stride);                                         \
    }

CTK_EACH_TYPE(CTK_SCALAR_MATMUL)

#define CTK_SCALAR_ENTRY(name, type) [type] = matmul_##name,

static void quantize_block(const ctk_activations *x, size_t token, size_t block, float scale, bool refined) {
    const size_t first = token * x->columns + block * CTK_BLOCK_COLUMNS;
    const float inverse = ctk_inverse_scale(scale);
    int32_t coarse_sums[2] = {0}, fine_sums[2] = {0};
    for (size_t i = first; i < first + CTK_BLOCK_COLUMNS; i++) {
        const float exact = fmaxf(-127, fminf(127, x->values[i] * inverse)), coarse = rintf(exact);
        x->quants[i] = (int8_t)coarse;
        x->fine[i] = (int8_t)fmaxf(-127, fminf(127, rintf((exact - coarse) * 256)));
        coarse_sums[(i - first) / 16] += x->quants[i];
        fine_sums[(i - first) / 16] += x->fine[i];
    }
    ctk_finish_block(x, token, block, refined, coarse_sums, fine_sums);
}

static void quantize(const ctk_activations *x, size_t token, float threshold) {
    const size_t blocks = x->columns / CTK_BLOCK_COLUMNS;
    float *scales = x->scales + token * blocks;
    for (size_t block = 0; block < blocks; block++) {
        const float *values = x->values + token * x->columns + block * CTK_BLOCK_COLUMNS;
        float largest = 0;
        for (size_t i = 0; i < CTK_BLOCK_COLUMNS; i++) largest = fmaxf(largest, fabsf(values[i]));
        scales[block] = largest / 127;
    }
    const float bound = ctk_refinement_bound(scales, blocks, threshold);
    for (size_t block = 0; block < blocks; block++)
        quantize_block(x, token, block, scales[block], scales[block] * scales[block] > bound);
}

static void rms_norm(float *out, const float *x, const float *weight, size_t count, float epsilon) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)x[i] * x[i];
    const float factor = 1 / sqrtf((float)(sum / (double)count) + epsilon);
    for (size_t i = 0; i < count; i++) out[i] = x[i] * factor * weight[i];
}

static void layer_norm(float *out, const float *x, const float *weight, const float *bias, size_t count, float epsilon) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) sum += x[i];
    const double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++) squares += (x[i] - mean) * (x[i] - mean);
    const double factor = 1 / sqrt(squares / (double)count + epsilon);
    for (size_t i = 0; i < count; i++) out[i] = (float)((x[i] - mean) * factor) * weight[i] + (bias != NULL ? bias[i] : 0);
}

static void add(float *x, const float *y, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] += y[i];
}

static void silu_multiply(float *out, const float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

static void gelu_multiply(float *out, const float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = ctk_gelu_tanh(gate[i]) * up[i];
}

static void gelu_erf(float *out, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = ctk_gelu_erf(x[i]);
}

static void rope_pairs(float *x, const float *table, size_t pairs) {
    for (size_t i = 0; i < pairs; i++) ctk_rotate(x + 2 * i, x + 2 * i + 1, table + 2 * i);
}

static void rope_halves(float *x, const float *table, size_t pairs) {
    for (size_t i = 0; i < pairs; i++) ctk_rotate(x + i, x + pairs + i, table + 2 * i);
}

static void store_halves(uint16_t *out, const float *x, size_t count, size_t stride) {
    for (size_t i = 0; i < count; i++) out[i * stride] = ctk_float_to_half(x[i]);
}

static void store_floats(float *out, const float *x, size_t count, size_t stride) {
    for (size_t i = 0; i < count; i++) out[i * stride] = x[i];
}

static void store_quants(int8_t *out, float *scales, const float *x, size_t count, size_t stride) {
    for (size_t block = 0; block < count / CTK_CACHE_BLOCK; block++) {
        float largest = 0;
        const float *values = x + block * CTK_CACHE_BLOCK;
        for (size_t i = 0; i < CTK_CACHE_BLOCK; i++) largest = fmaxf(largest, fabsf(values[i]));
        const float scale = largest / 127, inverse = scale > 0 ? 1 / scale : 0;
        scales[block * CTK_PAGE_POSITIONS] = scale;
        for (size_t i = 0; i < CTK_CACHE_BLOCK; i++)
            out[(block * CTK_CACHE_BLOCK + i) * stride] = (int8_t)fmaxf(-127, fminf(127, rintf(values[i] * inverse)));
    }
}

/// A number of a page's keys or values: the `index`-th, which is element `d` of a position.
static float cached(const ctk_attention *call, const uint8_t *elements, size_t index, size_t d, size_t position) {
    if (call->cache == CTK_CACHE_F16) return ctk_half_to_float(((const uint16_t *)elements)[index]);
    if (call->cache == CTK_CACHE_F32) return ((const float *)elements)[index];
    const float *scales = (const float *)(elements + CTK_PAGE_POSITIONS * call->head_size);
    return (float)((const int8_t *)elements)[index] * scales[d / CTK_CACHE_BLOCK * CTK_PAGE_POSITIONS + position];
}

static float score(const ctk_attention *call, size_t row, size_t position) {
    const uint8_t *keys = call->pages[position / CTK_PAGE_POSITIONS] + call->key_offset;
    const size_t inside = position % CTK_PAGE_POSITIONS;
    const size_t begin = inside / 16 * call->head_size * 16 + inside % 16;
    float sum = 0;
    for (size_t d = 0; d < call->head_size; d++)
        sum += call->queries[row][d] * cached(call, keys, begin + d * 16, d, inside);
    sum *= call->scale;
    return call->softcap != 0 ? ctk_softcap(sum, call->softcap) : sum;
}

static void attention(const ctk_attention *call) {
    for (size_t row = 0; row < call->rows; row++) {
        float largest = -FLT_MAX;
        for (size_t i = call->starts[row]; i < call->limits[row]; i++) largest = fmaxf(largest, score(call, row, i));
        float *out = call->outputs[row];
        memset(out, 0, call->head_size * sizeof(float));
        float total = 0;
        for (size_t i = call->starts[row]; i < call->limits[row]; i++) {
            const float weight = expf(score(call, row, i) - largest);
            total += weight;
            const uint8_t *values = call->pages[i / CTK_PAGE_POSITIONS] + call->value_offset;
            const size_t inside = i % CTK_PAGE_POSITIONS, begin = inside * call->head_size;
            for (size_t d = 0; d < call->head_size; d++) out[d] += weight * cached(call, values, begin + d, d, inside);
        }
        for (size_t d = 0; d < call->head_size; d++) out[d] /= total;
    }
}

static float maximum(const float *x, size_t count) {
    float largest = -INFINITY;
    for (size_t i = 0; i < count; i++) largest = x[i] > largest ? x[i] : largest;
    return largest;
}

static double sum_exp(const float *x, size_t count, float maximum, float factor) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += expf((x[i] - maximum) * factor);
    return sum;
}

static void softmax(float *x, size_t count, float factor) {
    const float largest = maximum(x, count);
    const double sum = sum_exp(x, count, largest, factor);
    for (size_t i = 0; i < count; i++) x[i] = (float)(expf((x[i] - largest) * factor) / sum);
}

static void softcap(float *x, size_t count, float cap) {
    for (size_t i = 0; i < count; i++) x[i] = ctk_softcap(x[i], cap);
}

static void gelu_erf_backward(float *dx, const float *x, const float *dy, size_t count) {
    for (size_t i = 0; i < count; i++) dx[i] = dy[i] * ctk_gelu_erf_slope(x[i]);
}

static void layer_norm_backward(float *dx, float *weight_gradient, float *bias_gradient, const float *x, const float *weight,
                                const float *dy, size_t count, float epsilon) {
    double mean = 0, variance = 0, shift = 0, slope = 0;
    for (size_t i = 0; i < count; i++) mean += x[i] / (double)count;
    for (size_t i = 0; i < count; i++) variance += (x[i] - mean) * (x[i] - mean) / (double)count;
    const double factor = 1 / sqrt(variance + epsilon);
    for (size_t i = 0; i < count; i++) {
        const double gradient = (double)dy[i] * weight[i] / (double)count;
        shift += gradient, slope += gradient * (x[i] - mean) * factor;
    }
    for (size_t i = 0; i < count; i++) {
        const double normal = (x[i] - mean) * factor, d = dy[i];
        weight_gradient[i] += (float)(d * normal);
        bias_gradient[i] += (float)d;
        dx[i] = (float)((d * weight[i] - shift - normal * slope) * factor);
    }
}

static void adamw(const ctk_adamw *step, float *weights, float *first, float *second, const float *gradient, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const float g = gradient[i] * step->factor;
        first[i] = first[i] * step->first_decay + g * (1 - step->first_decay);
        second[i] = second[i] * step->second_decay + g * g * (1 - step->second_decay);
        weights[i] = weights[i] * step->shrink - step->rate * first[i] / (sqrtf(second[i]) * step->correction + step->epsilon);
    }
}

/// The right side is read where it is.
static void gemm_pack(const ctk_gemm *call, size_t step, size_t depth, size_t begin, size_t end) {
    (void)call, (void)step, (void)depth, (void)begin, (void)end;
}

static void gemm_element(const ctk_gemm *call, size_t row, size_t column, size_t step, size_t depth) {
    const ctk_gemm_side left = call->left, right = call->right;
    double sum = 0;
    for (size_t k = step; k < step + depth; k++)
        sum += (double)left.values[row * left.row + k * left.column] * right.values[k * right.row + column * right.column];
    float *out = call->out + row * call->out_stride + column;
    *out = (float)(call->adds ? *out + sum : sum);
}

static void gemm_multiply(const ctk_gemm *call, size_t step, size_t depth, size_t begin, size_t end, float *scratch) {
    (void)scratch;
    for (size_t row = begin; row < end; row++)
        for (size_t column = 0; column < call->columns; column++) gemm_element(call, row, column, step, depth);
}

static void gemm_few(const ctk_gemm *call, size_t rows, size_t inner, size_t begin, size_t end) {
    for (size_t row = 0; row < rows; row++)
        for (size_t column = begin; column < end; column++) gemm_element(call, row, column, 0, inner);
}

static float rounded16(float value) { return ctk_float16(ctk_round16(value)); }

static void gemm16_multiply(const ctk_gemm *call, size_t step, size_t depth, size_t begin, size_t end, float *scratch) {
    (void)scratch;
    const ctk_gemm_side left = call->left, right = call->right;
    for (size_t i = begin; i < end; i++) {
        for (size_t j = 0; j < call->columns; j++) {
            double sum = 0;
            for (size_t k = step; k < step + depth; k++)
                sum += (double)rounded16(left.values[i * left.row + k * left.column])
                    * rounded16(right.values[k * right.row + j * right.column]);
            float *out = call->out + i * call->out_stride + j;
            *out = (float)(call->adds ? *out + sum : sum);
        }
    }
}

const ctk_kernels_table ctk_table_scalar = {
    .name = "scalar",
    .matmul = {CTK_EACH_TYPE(CTK_SCALAR_ENTRY)},
    .quantize = quantize,
    .rms_norm = rms_norm,
    .layer_norm = layer_norm,
    .add = add,
    .silu_multiply = silu_multiply,
    .gelu_multiply = gelu_multiply,
    .gelu_erf = gelu_erf,
    .gelu_erf_backward = gelu_erf_backward,
    .layer_norm_backward = layer_norm_backward,
    .rope_pairs = rope_pairs,
    .rope_halves = rope_halves,
    .store_halves = store_halves,
    .store_floats = store_floats,
    .store_quants = store_quants,
    .attention = attention,
    .maximum = maximum,
    .sum_exp = sum_exp,
    .softmax = softmax,
    .softcap = softcap,
    .adamw = adamw,
    .gemm_rows = 1,
    .gemm_columns = 1,
    .gemm_block = 1,
    .gemm_pack = gemm_pack,
    .gemm_multiply = gemm_multiply,
    .gemm_few = gemm_few,
    .gemm16_pack = gemm_pack,
    .gemm16_multiply = gemm16_multiply,
};
