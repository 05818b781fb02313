// SPDX-License-Identifier: Apache-2.0
#if defined(__aarch64__)

#include "ctk_internal.h"

#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define CTK_TILE 4
#define CTK_ROWS 4
#define CTK_VECTORS 4
#include "ctk_vector_body.h"

CTK_INLINE float32x4_t four_halves(const uint16_t *p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }

CTK_INLINE ctk_vf ctk_load_half(const uint16_t *p) {
    float out[16];
    CTK_UNROLL for (size_t i = 0; i < 4; i++) vst1q_f32(out + 4 * i, four_halves(p + 4 * i));
    return ctk_load(out);
}

CTK_INLINE void ctk_store_half(uint16_t *p, ctk_vf v) {
    float in[16];
    ctk_store(in, v);
    CTK_UNROLL for (size_t i = 0; i < 4; i++)
        vst1_u16(p + 4 * i, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(in + 4 * i))));
}

CTK_INLINE ctk_vf ctk_max(ctk_vf a, ctk_vf b) { return __builtin_elementwise_max(a, b); }
CTK_INLINE ctk_vf ctk_min(ctk_vf a, ctk_vf b) { return __builtin_elementwise_min(a, b); }

CTK_INLINE int8x16_t four_columns(const int8_t *quants, size_t column) {
    int32_t four;
    memcpy(&four, quants + column, sizeof four);
    return vreinterpretq_s8_s32(vdupq_n_s32(four));
}

/// Adds one block's products, for 4 of the group's rows, to the integer sums of each token.
CTK_INLINE void dot_block(ctk_type type, const uint8_t *group_quants, size_t block, size_t quarter,
                          const int8_t *quants, size_t columns, size_t tokens, int32x4_t dots[CTK_TILE]) {
    const size_t words = type == CTK_Q8_0 ? 8 : 4;
    const uint8_t *p = group_quants + block * words * 64 + quarter * 16;
    CTK_UNROLL for (size_t q = 0; q < words; q++) {
        const uint8x16_t packed = vld1q_u8(p + 64 * q);
        const int8x16_t low = vreinterpretq_s8_u8(vandq_u8(packed, vdupq_n_u8(15)));
        const int8x16_t high = vreinterpretq_s8_u8(vshrq_n_u8(packed, 4));
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
            const int8_t *x = quants + t * columns;
            if (type == CTK_Q8_0) {
                dots[t] = vdotq_s32(dots[t], vreinterpretq_s8_u8(packed), four_columns(x, 4 * q));
            } else {
                dots[t] = vdotq_s32(dots[t], low, four_columns(x, 4 * q));
                dots[t] = vdotq_s32(dots[t], high, four_columns(x, 16 + 4 * q));
            }
        }
    }
}

CTK_INLINE void tile_quants(ctk_type type, const ctk_matrix *w, size_t index, const ctk_activations *x, size_t token,
                            size_t tokens, float *out, size_t out_stride) {
    const ctk_group_view group = ctk_view(w, index, type == CTK_Q4_1);
    const size_t columns = x->columns, blocks = columns / CTK_BLOCK_COLUMNS;
    for (size_t quarter = 0; quarter < 4; quarter++) {
        float32x4_t sums[CTK_TILE];
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) sums[t] = vdupq_n_f32(0);
        for (size_t block = 0; block < blocks; block++) {
            int32x4_t dots[CTK_TILE];
            CTK_UNROLL for (size_t t = 0; t < tokens; t++) dots[t] = vdupq_n_s32(0);
            const size_t first = token * columns + block * CTK_BLOCK_COLUMNS;
            dot_block(type, group.quants, block, quarter, x->quants + first, columns, tokens, dots);
            const size_t lane = block * CTK_GROUP_ROWS + quarter * 4;
            const float32x4_t scale = four_halves(group.scales + lane);
            CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
                const size_t at = (token + t) * blocks + block;
                const bool refined = x->refined[block * x->token_stride + token + t];
                if (type == CTK_Q4_0) dots[t] = vaddq_s32(dots[t], vdupq_n_s32(x->offsets[at]));
                if (refined) {
                    dots[t] = vshlq_n_s32(dots[t], 8);
                    dot_block(type, group.quants, block, quarter, x->fine + first + t * columns, columns, 1, dots + t);
                    if (type == CTK_Q4_0) dots[t] = vaddq_s32(dots[t], vdupq_n_s32(x->fine_offsets[at]));
                }
                const float unit = refined ? x->scales[at] * ctk_fine_unit : x->scales[at];
                sums[t] = vfmaq_f32(sums[t], vcvtq_f32_s32(dots[t]), vmulq_n_f32(scale, unit));
                if (type == CTK_Q4_1) sums[t] = vfmaq_n_f32(sums[t], four_halves(group.minima + lane), x->sums[at]);
            }
        }
        CTK_UNROLL for (size_t t = 0; t < tokens; t++)
            vst1q_f32(out + (token + t) * out_stride + quarter * 4, sums[t]);
    }
}

CTK_INLINE void ctk_product_quants(ctk_type type, const ctk_matrix *w, size_t begin, size_t end,
                                   const ctk_activations *x, size_t tokens, float *out, size_t out_stride) {
    ctk_each_tile(tile_quants, type, w, begin, end, x, tokens, out, out_stride);
}

const ctk_kernels_table ctk_table_neon = CTK_BODY_TABLE("neon");

#pragma clang attribute pop

#endif
