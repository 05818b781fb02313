// SPDX-License-Identifier: Apache-2.0
//
// Kernels written once over vectors of 16 floats; the compiler splits them to the width of the instruction set. Included
// by one file an instruction set, which defines before: CTK_TILE (tokens of a tile of a product), CTK_ROWS (rows of a
// tile of attention), CTK_VECTORS (sums that attention keeps in registers), CTK_GEMM_ROWS and CTK_GEMM_VECTORS (a tile of a product
// of floats), and after:
// ctk_load_half and ctk_store_half (16 at a time), ctk_max and ctk_min, ctk_product_quants and its table.

// Every function that takes or returns wide vectors is inlined, so their calling convention never matters.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float ctk_vf __attribute__((vector_size(64)));
typedef int32_t ctk_vi __attribute__((vector_size(64)));
typedef int8_t ctk_vb __attribute__((vector_size(16)));
typedef float ctk_vf_at __attribute__((vector_size(64), aligned(4), may_alias));
typedef int8_t ctk_vb_at __attribute__((vector_size(16), aligned(1), may_alias));

#define CTK_INLINE static inline __attribute__((always_inline))
#define CTK_UNROLL _Pragma("clang loop unroll(full)")

CTK_INLINE ctk_vf ctk_load(const float *p) { return *(const ctk_vf_at *)p; }
CTK_INLINE void ctk_store(float *p, ctk_vf v) { *(ctk_vf_at *)p = v; }
/// Less zero, which is the same number for each and costs nothing; zero plus x is not: it makes -0 to 0.
CTK_INLINE ctk_vf ctk_splat(float x) { return x - (ctk_vf){}; }
CTK_INLINE ctk_vf ctk_load_half(const uint16_t *p);
CTK_INLINE void ctk_store_half(uint16_t *p, ctk_vf v);
/// The larger and the smaller of each two, b where a is not a number: one instruction, which the compiler's own are not.
CTK_INLINE ctk_vf ctk_max(ctk_vf a, ctk_vf b);
CTK_INLINE ctk_vf ctk_min(ctk_vf a, ctk_vf b);

#include "ctk_math_body.h"

/// 16 of a block's elements: writes the quants and what rounding left of each; returns 65536 * quants + fine.
CTK_INLINE ctk_vi ctk_quantize_half(const ctk_activations *x, size_t first, float inverse) {
    const ctk_vf bound = ctk_splat(127);
    const ctk_vf scaled = ctk_load(x->values + first) * inverse;
    const ctk_vf exact = ctk_max(ctk_min(scaled, bound), -bound);
    const ctk_vf coarse = __builtin_elementwise_roundeven(exact);
    const ctk_vf rest = __builtin_elementwise_roundeven((exact - coarse) * 256.0f);
    const ctk_vi quants = __builtin_convertvector(coarse, ctk_vi);
    const ctk_vi fine = __builtin_convertvector(ctk_max(ctk_min(rest, bound), -bound), ctk_vi);
    *(ctk_vb_at *)(x->quants + first) = __builtin_convertvector(quants, ctk_vb);
    *(ctk_vb_at *)(x->fine + first) = __builtin_convertvector(fine, ctk_vb);
    return (quants << 16) + fine;
}

/// The sums of both halves, taken apart.
CTK_INLINE void ctk_sum_halves(ctk_vi low, ctk_vi high, int32_t coarse[2], int32_t fine[2]) {
    // Eight lanes for each half, summed together.
    ctk_vi all = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
        + __builtin_shufflevector(low, high, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    all += __builtin_shufflevector(all, all, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    all += __builtin_shufflevector(all, all, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    all += __builtin_shufflevector(all, all, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    for (size_t half = 0; half < 2; half++) {
        fine[half] = (int16_t)all[8 * half];
        coarse[half] = (all[8 * half] - fine[half]) >> 16;
    }
}

/// Every block is written with its fine part, since a branch on whether it is refined would be guessed wrong too often.
static void ctk_body_quantize(const ctk_activations *x, size_t token, float threshold) {
    const size_t blocks = x->columns / CTK_BLOCK_COLUMNS;
    float *scales = x->scales + token * blocks;
    for (size_t block = 0; block < blocks; block++) {
        const float *values = x->values + token * x->columns + block * CTK_BLOCK_COLUMNS;
        const ctk_vf low = __builtin_elementwise_abs(ctk_load(values));
        const ctk_vf high = __builtin_elementwise_abs(ctk_load(values + 16));
        scales[block] = ctk_reduce_max(ctk_max(low, high)) / 127;
    }
    const float bound = ctk_refinement_bound(scales, blocks, threshold);
    for (size_t block = 0; block < blocks; block++) {
        const size_t first = token * x->columns + block * CTK_BLOCK_COLUMNS;
        const float scale = scales[block], inverse = ctk_inverse_scale(scale);
        const ctk_vi low = ctk_quantize_half(x, first, inverse), high = ctk_quantize_half(x, first + 16, inverse);
        int32_t coarse[2], fine[2];
        ctk_sum_halves(low, high, coarse, fine);
        ctk_finish_block(x, token, block, scale * scale > bound, coarse, fine);
    }
}

static void ctk_body_rms_norm(float *out, const float *x, const float *weight, size_t count, float epsilon) {
    ctk_vf squares = {};
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const ctk_vf v = ctk_load(x + i);
        squares += v * v;
    }
    float sum = ctk_reduce_add(squares);
    for (; i < count; i++) sum += x[i] * x[i];
    const float factor = 1 / sqrtf(sum / (float)count + epsilon);
    for (i = 0; i + 16 <= count; i += 16) ctk_store(out + i, ctk_load(x + i) * factor * ctk_load(weight + i));
    for (; i < count; i++) out[i] = x[i] * factor * weight[i];
}

static void ctk_body_add(float *x, const float *y, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) ctk_store(x + i, ctk_load(x + i) + ctk_load(y + i));
    for (; i < count; i++) x[i] += y[i];
}

CTK_INLINE float ctk_mean(const float *x, size_t count) {
    ctk_vf sums = {};
    size_t i = 0;
    for (; i + 16 <= count; i += 16) sums += ctk_load(x + i);
    float sum = ctk_reduce_add(sums);
    for (; i < count; i++) sum += x[i];
    return sum / (float)count;
}

/// The mean is taken in two steps: what the first leaves, far from zero, is more than a float's rounding.
static void ctk_body_layer_norm(float *out, const float *x, const float *weight, const float *bias, size_t count,
                                float epsilon) {
    const float mean = ctk_mean(x, count);
    ctk_vf squares = {}, rests = {};
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const ctk_vf v = ctk_load(x + i) - mean;
        rests += v, squares += v * v;
    }
    float rest = ctk_reduce_add(rests), square = ctk_reduce_add(squares);
    for (; i < count; i++) rest += x[i] - mean, square += (x[i] - mean) * (x[i] - mean);
    rest /= (float)count;
    const float factor = 1 / sqrtf(fmaxf(0, square / (float)count - rest * rest) + epsilon);
    for (i = 0; i + 16 <= count; i += 16)
        ctk_store(out + i, (ctk_load(x + i) - mean - rest) * factor * ctk_load(weight + i));
    for (; i < count; i++) out[i] = (x[i] - mean - rest) * factor * weight[i];
    if (bias != NULL) ctk_body_add(out, bias, count);
}

static void ctk_body_silu_multiply(float *out, const float *gate, const float *up, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const ctk_vf g = ctk_load(gate + i);
        ctk_store(out + i, g / (ctk_exp(-g) + 1.0f) * ctk_load(up + i));
    }
    for (; i < count; i++) out[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

static void ctk_body_gelu_multiply(float *out, const float *gate, const float *up, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const ctk_vf g = ctk_load(gate + i);
        // (1 + tanh(u)) / 2 is 1 / (1 + exp(-2u)).
        const ctk_vf u = (g * g * 0.044715f + 1.0f) * g * 0.797884561f;
        ctk_store(out + i, g / (ctk_exp(u * -2.0f) + 1.0f) * ctk_load(up + i));
    }
    for (; i < count; i++) out[i] = ctk_gelu_tanh(gate[i]) * up[i];
}

static void ctk_body_gelu_erf(float *out, const float *x, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const ctk_vf v = ctk_load(x + i);
        ctk_store(out + i, v * 0.5f * (ctk_erf(v * 0.707106781f) + 1.0f));
    }
    for (; i < count; i++) out[i] = ctk_gelu_erf(x[i]);
}

static void ctk_body_rope_pairs(float *x, const float *table, size_t pairs) {
    const ctk_vf sign = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1};
    size_t i = 0;
    for (; i + 8 <= pairs; i += 8) {
        const ctk_vf v = ctk_load(x + 2 * i), t = ctk_load(table + 2 * i);
        const ctk_vf swapped = __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
        const ctk_vf cosine = __builtin_shufflevector(t, t, 0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14);
        const ctk_vf sine = __builtin_shufflevector(t, t, 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15);
        ctk_store(x + 2 * i, v * cosine + swapped * (sine * sign));
    }
    for (; i < pairs; i++) ctk_rotate(x + 2 * i, x + 2 * i + 1, table + 2 * i);
}

static void ctk_body_rope_halves(float *x, const float *table, size_t pairs) {
    size_t i = 0;
    for (; i + 16 <= pairs; i += 16) {
        const ctk_vf a = ctk_load(x + i), b = ctk_load(x + pairs + i);
        const ctk_vf s = ctk_load(table + 2 * i), t = ctk_load(table + 2 * i + 16);
        const ctk_vf cosine = __builtin_shufflevector(s, t, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        const ctk_vf sine = __builtin_shufflevector(s, t, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
        ctk_store(x + i, a * cosine - b * sine);
        ctk_store(x + pairs + i, a * sine + b * cosine);
    }
    for (; i < pairs; i++) ctk_rotate(x + i, x + pairs + i, table + 2 * i);
}

static void ctk_body_store_halves(uint16_t *out, const float *x, size_t count, size_t stride) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        uint16_t halves[16];
        ctk_store_half(halves, ctk_load(x + i));
        if (stride == 1) memcpy(out + i, halves, sizeof halves);
        else CTK_UNROLL for (size_t j = 0; j < 16; j++) out[(i + j) * stride] = halves[j];
    }
    for (; i < count; i++) out[i * stride] = ctk_float_to_half(x[i]);
}

static void ctk_body_store_floats(float *out, const float *x, size_t count, size_t stride) {
    if (stride == 1) memcpy(out, x, count * sizeof(float));
    else for (size_t i = 0; i < count; i++) out[i * stride] = x[i];
}

static float ctk_body_maximum(const float *x, size_t count) {
    ctk_vf largest = ctk_splat(-INFINITY);
    size_t i = 0;
    for (; i + 16 <= count; i += 16) largest = ctk_max(ctk_load(x + i), largest);
    float result = ctk_reduce_max(largest);
    for (; i < count; i++) result = x[i] > result ? x[i] : result;
    return result;
}

static double ctk_body_sum_exp(const float *x, size_t count, float maximum, float factor) {
    double sum = 0;
    size_t i = 0;
    while (i + 16 <= count) {  // A few hundred at a time in floats, the rest in double.
        const size_t end = i + 512 < count ? i + 512 : count;
        ctk_vf part = {};
        for (; i + 16 <= end; i += 16) part += ctk_exp((ctk_load(x + i) - maximum) * factor);
        sum += ctk_reduce_add(part);
    }
    for (; i < count; i++) sum += expf((x[i] - maximum) * factor);
    return sum;
}

static void ctk_body_softmax(float *x, size_t count, float factor) {
    const float maximum = ctk_body_maximum(x, count);
    ctk_vf sums = {};
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const ctk_vf v = ctk_exp((ctk_load(x + i) - maximum) * factor);
        ctk_store(x + i, v);
        sums += v;
    }
    float sum = ctk_reduce_add(sums);
    for (; i < count; i++) sum += x[i] = expf((x[i] - maximum) * factor);
    const float inverse = 1 / sum;
    for (i = 0; i + 16 <= count; i += 16) ctk_store(x + i, ctk_load(x + i) * inverse);
    for (; i < count; i++) x[i] *= inverse;
}

static void ctk_body_softcap(float *x, size_t count, float cap) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) ctk_store(x + i, ctk_capped(ctk_load(x + i), cap, 1 / cap));
    for (; i < count; i++) x[i] = ctk_softcap(x[i], cap);
}

#include "ctk_product_body.h"
#include "ctk_gemm_body.h"
#include "ctk_gradient_body.h"

#define CTK_BODY_TABLE(label, pack16, multiply16) \
    {                                          \
        .name = label,                         \
        .matmul = {CTK_EACH_TYPE(CTK_BODY_MATMUL_ENTRY)}, \
        .quantize = ctk_body_quantize,         \
        .rms_norm = ctk_body_rms_norm,         \
        .layer_norm = ctk_body_layer_norm,     \
        .add = ctk_body_add,                   \
        .silu_multiply = ctk_body_silu_multiply, \
        .gelu_multiply = ctk_body_gelu_multiply, \
        .gelu_erf = ctk_body_gelu_erf,         \
        .gelu_erf_backward = ctk_body_gelu_erf_backward, \
        .layer_norm_backward = ctk_body_layer_norm_backward, \
        .rope_pairs = ctk_body_rope_pairs,     \
        .rope_halves = ctk_body_rope_halves,   \
        .store_halves = ctk_body_store_halves, \
        .store_floats = ctk_body_store_floats, \
        .store_quants = ctk_body_store_quants, \
        .attention = ctk_body_attention,       \
        .maximum = ctk_body_maximum,           \
        .sum_exp = ctk_body_sum_exp,           \
        .softmax = ctk_body_softmax,           \
        .softcap = ctk_body_softcap,           \
        .adamw = ctk_body_adamw,               \
        .gemm_rows = CTK_GEMM_ROWS,            \
        .gemm_columns = CTK_GEMM_COLUMNS,      \
        .gemm_block = CTK_GEMM_BLOCK,          \
        .gemm_pack = ctk_body_gemm_pack,       \
        .gemm_multiply = ctk_body_gemm_multiply, \
        .gemm_few = ctk_body_gemm_few,         \
        .gemm16_pack = pack16,                 \
        .gemm16_multiply = multiply16,         \
    }

#include "ctk_attention_body.h"
