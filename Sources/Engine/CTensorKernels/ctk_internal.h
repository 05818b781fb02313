// SPDX-License-Identifier: Apache-2.0
#ifndef CTK_INTERNAL_H
#define CTK_INTERNAL_H

#include "CTensorKernels.h"
#include "ctk_packed.h"

#include <math.h>
#include <string.h>

#define CTK_HALF_SIGN 0x8000
#define CTK_HIDDEN __attribute__((visibility("hidden")))

extern CTK_HIDDEN const ctk_kernels_table ctk_table_scalar;
#if defined(__x86_64__)
extern CTK_HIDDEN const ctk_kernels_table ctk_table_avx2;
extern CTK_HIDDEN const ctk_kernels_table ctk_table_avxvnni;
extern CTK_HIDDEN const ctk_kernels_table ctk_table_avx512vnni;
extern CTK_HIDDEN const ctk_kernels_table ctk_table_avx512bf16;
#elif defined(__aarch64__)
extern CTK_HIDDEN const ctk_kernels_table ctk_table_neon;
#endif

/// Calls a macro with the name and number of every type of weights.
#define CTK_EACH_TYPE(X)                                                                                         \
    X(f32, CTK_F32) X(f16, CTK_F16) X(bf16, CTK_BF16) X(q4_0, CTK_Q4_0) X(q4_1, CTK_Q4_1) X(q5_0, CTK_Q5_0)      \
    X(q5_1, CTK_Q5_1) X(q8_0, CTK_Q8_0) X(iq4_nl, CTK_IQ4_NL) X(q2_k, CTK_Q2_K) X(q3_k, CTK_Q3_K)                \
    X(q4_k, CTK_Q4_K) X(q5_k, CTK_Q5_K) X(q6_k, CTK_Q6_K)

/// The square of the scale beyond which the blocks of a row are refined.
static inline float ctk_refinement_bound(const float *scales, size_t blocks, float threshold) {
    float sums[4] = {0};  // Four additions need not wait for each other.
    for (size_t block = 0; block < blocks; block++) sums[block % 4] += scales[block] * scales[block];
    return threshold * ((sums[0] + sums[1]) + (sums[2] + sums[3])) / (float)blocks;
}

/// Writes what depends on a block's integers, given the sums of its halves.
static inline void ctk_finish_block(const ctk_activations *x, size_t token, size_t block, bool refined,
                                    const int32_t coarse[2], const int32_t fine[2]) {
    const size_t at = token * (x->columns / CTK_BLOCK_COLUMNS) + block;
    x->refined[block * x->token_stride + token] = refined;
    for (size_t half = 0; half < 2; half++) {
        const float rest = refined ? (float)fine[half] * 0x1p-8f : 0;
        x->half_sums[2 * at + half] = x->scales[at] * ((float)coarse[half] + rest);
        x->half_offsets[2 * at + half] = -8 * coarse[half];
        x->fine_half_offsets[2 * at + half] = -8 * fine[half];
    }
    const int32_t coarse_sum = coarse[0] + coarse[1], fine_sum = fine[0] + fine[1];
    x->sums[at] = x->scales[at] * (refined ? (float)coarse_sum + (float)fine_sum * 0x1p-8f : (float)coarse_sum);
    x->offsets[at] = -8 * coarse_sum;
    x->fine_offsets[at] = -8 * fine_sum;
}

/// The bits of a float as bfloat16, rounded to the nearest, of two equally near to the even one.
static inline uint32_t ctk_round16(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

/// The float that a bfloat16 of these bits is.
static inline float ctk_float16(uint32_t bits) {
    bits <<= 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/// What 1 / scale is for quantising; scales too small to divide by make zeros.
static inline float ctk_inverse_scale(float scale) { return scale >= 0x1p-126f ? 1 / scale : 0; }

/// GELU as most models mean it when they say so: Hendrycks and Gimpel's approximation by tanh.
static inline float ctk_gelu_tanh(float x) {
    return x / 2 * (1 + tanhf(0.797884561f * (x + 0.044715f * x * x * x)));
}

/// GELU by its definition.
static inline float ctk_gelu_erf(float x) { return x / 2 * (1 + erff(x * 0.707106781f)); }

/// The derivative of GELU: the normal distribution's share up to x, and x times its density there.
static inline float ctk_gelu_erf_slope(float x) {
    return (1 + erff(x * 0.707106781f)) / 2 + x * 0.398942280f * expf(-x * x / 2);
}

/// Keeps a number between -cap and cap, smoothly.
static inline float ctk_softcap(float x, float cap) { return cap * tanhf(x / cap); }

/// Rotates a point by the angle whose cosine and sine are given.
static inline void ctk_rotate(float *x, float *y, const float *angle) {
    const float a = *x, b = *y;
    *x = a * angle[0] - b * angle[1];
    *y = a * angle[1] + b * angle[0];
}

/// The factor of a refined block's 16-bit integers 256 * quants + fine.
static const float ctk_fine_unit = 0x1p-8f;

/// The floats of a block.
void ctk_block_floats(ctk_type type, const ctk_block *block, float *out);

#endif
