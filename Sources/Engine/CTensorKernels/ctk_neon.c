// SPDX-License-Identifier: Apache-2.0
#if defined(__aarch64__)

#include "ctk_internal.h"

#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define CTK_TILE 4
#define CTK_ROWS 4
#define CTK_VECTORS 4
#define CTK_GEMM_ROWS 6
#define CTK_GEMM_VECTORS 1
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

#define CTK_LANES 4
#include "ctk_product_narrow.h"

CTK_INLINE ctk_word ctk_look_up(const uint8_t table[16], ctk_word index) {
    return (ctk_word)vqtbl1q_u8(vld1q_u8(table), (uint8x16_t)index);
}

CTK_INLINE ctk_ints ctk_dot_signed(ctk_ints sum, ctk_word weights, ctk_word inputs) {
    return (ctk_ints)vdotq_s32((int32x4_t)sum, (int8x16_t)weights, (int8x16_t)inputs);
}

CTK_INLINE ctk_ints ctk_dot_unsigned(ctk_ints sum, ctk_word weights, ctk_word inputs) {
    return ctk_dot_signed(sum, weights, inputs);  // At most 127: the same numbers.
}

const ctk_kernels_table ctk_table_neon = CTK_BODY_TABLE("neon", ctk_body_gemm16_pack, ctk_body_gemm16_multiply);

#pragma clang attribute pop

#endif
