// SPDX-License-Identifier: Apache-2.0
#ifndef CTK_INTERNAL_H
#define CTK_INTERNAL_H

#include "CTensorKernels.h"

#include <math.h>
#include <string.h>

#define CTK_HIDDEN __attribute__((visibility("hidden")))

extern CTK_HIDDEN const ctk_kernels_table ctk_table_scalar;
#if defined(__x86_64__)
extern CTK_HIDDEN const ctk_kernels_table ctk_table_avx2;
extern CTK_HIDDEN const ctk_kernels_table ctk_table_avxvnni;
extern CTK_HIDDEN const ctk_kernels_table ctk_table_avx512vnni;
#elif defined(__aarch64__)
extern CTK_HIDDEN const ctk_kernels_table ctk_table_neon;
#endif

/// The parts of a packed group of quantised rows, all starting on cache lines:
/// [blocks][16] half scales, then [blocks][16] half minima (Q4_1 only), then the quants.
///
/// Quants of a 4-bit block: [4][16 rows][4 bytes], a byte holding column 4q + b in its low and 16 + 4q + b in its high half.
/// Quants of an 8-bit block: [8][16 rows][4 bytes], column 4q + b.
typedef struct {
    const uint16_t *scales;
    const uint16_t *minima;
    const uint8_t *quants;
} ctk_group_view;

/// The square of the scale beyond which the blocks of a row are refined.
static inline float ctk_refinement_bound(const float *scales, size_t blocks, float threshold) {
    float sums[4] = {0};  // Four additions need not wait for each other.
    for (size_t block = 0; block < blocks; block++) sums[block % 4] += scales[block] * scales[block];
    return threshold * ((sums[0] + sums[1]) + (sums[2] + sums[3])) / (float)blocks;
}

/// Writes what depends on a block's integers, given their sums.
static inline void ctk_finish_block(const ctk_activations *x, size_t token, size_t block, bool refined, int32_t coarse,
                                    int32_t fine) {
    const size_t at = token * (x->columns / CTK_BLOCK_COLUMNS) + block;
    x->refined[block * x->token_stride + token] = refined;
    x->sums[at] = x->scales[at] * (refined ? (float)coarse + (float)fine * 0x1p-8f : (float)coarse);
    x->offsets[at] = -8 * coarse;
    x->fine_offsets[at] = -8 * fine;
}

/// What 1 / scale is for quantising; scales too small to divide by make zeros.
static inline float ctk_inverse_scale(float scale) { return scale >= 0x1p-126f ? 1 / scale : 0; }

/// GELU as most models mean it when they say so: Hendrycks and Gimpel's approximation by tanh.
static inline float ctk_gelu_tanh(float x) {
    return x / 2 * (1 + tanhf(0.797884561f * (x + 0.044715f * x * x * x)));
}

/// GELU by its definition.
static inline float ctk_gelu_erf(float x) { return x / 2 * (1 + erff(x * 0.707106781f)); }

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

static inline size_t ctk_align64(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

static inline size_t ctk_scale_bytes(size_t columns) {
    return ctk_align64(columns / CTK_BLOCK_COLUMNS * CTK_GROUP_ROWS * sizeof(uint16_t));
}

static inline ctk_group_view ctk_view(const ctk_matrix *weights, size_t group, bool has_minima) {
    const uint8_t *base = weights->groups + group * weights->group_bytes;
    const size_t scale_bytes = ctk_scale_bytes(weights->columns);
    return (ctk_group_view){
        .scales = (const uint16_t *)base,
        .minima = (const uint16_t *)(base + scale_bytes),
        .quants = base + scale_bytes * (has_minima ? 2 : 1),
    };
}

#endif
