// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include "ctk_internal.h"

#include <immintrin.h>

#pragma clang attribute push(                                                                                    \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)

#define CTK_TILE 8
#define CTK_CHUNK 4
#include "ctk_vector_body.h"

CTK_INLINE ctk_vf ctk_load_half(const uint16_t *p) {
    return (ctk_vf)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}

CTK_INLINE void ctk_store_half(uint16_t *p, ctk_vf v) {
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph((__m512)v, _MM_FROUND_TO_NEAREST_INT));
}

/// The weights of a block as 8 vectors of unsigned bytes: vector q has columns 4q ... 4q+3 of 16 rows.
CTK_INLINE void load_block(ctk_type type, const uint8_t *quants, size_t block, __m512i weights[8]) {
    if (type == CTK_Q8_0) {
        const uint8_t *p = quants + block * 512;
        CTK_UNROLL for (size_t q = 0; q < 8; q++)
            weights[q] = _mm512_xor_si512(_mm512_loadu_si512(p + 64 * q), _mm512_set1_epi8((char)0x80));
        return;
    }
    const uint8_t *p = quants + block * 256;
    const __m512i low = _mm512_set1_epi8(15);
    CTK_UNROLL for (size_t q = 0; q < 4; q++) {
        const __m512i packed = _mm512_loadu_si512(p + 64 * q);
        weights[q] = _mm512_and_si512(packed, low);
        weights[q + 4] = _mm512_and_si512(_mm512_srli_epi16(packed, 4), low);
    }
}

/// dot + products of a block's weights, 16 rows at a time, with 32 inputs.
CTK_INLINE __m512i dot_block(__m512i dot, const __m512i weights[8], const int8_t *quants) {
    CTK_UNROLL for (size_t q = 0; q < 8; q++) {
        int32_t four;
        memcpy(&four, quants + 4 * q, sizeof four);
        dot = _mm512_dpbusd_epi32(dot, weights[q], _mm512_set1_epi32(four));
    }
    return dot;
}

CTK_INLINE void ctk_tile_quants(ctk_type type, ctk_group_view group, const ctk_activations *x, size_t token,
                                size_t tokens, float *out, size_t out_stride) {
    const size_t columns = x->columns, blocks = columns / CTK_BLOCK_COLUMNS;
    const int32_t *offsets = type == CTK_Q8_0 ? x->offsets128 : x->offsets8;
    __m512 sums[CTK_TILE];
    CTK_UNROLL for (size_t t = 0; t < tokens; t++) sums[t] = _mm512_setzero_ps();
    for (size_t block = 0; block < blocks; block++) {
        __m512i weights[8];
        load_block(type, group.quants, block, weights);
        const __m512 scale = (__m512)ctk_load_half(group.scales + block * CTK_GROUP_ROWS);
        const __m512 minimum =
            type == CTK_Q4_1 ? (__m512)ctk_load_half(group.minima + block * CTK_GROUP_ROWS) : _mm512_setzero_ps();
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
            const size_t at = (token + t) * blocks + block;
            const size_t first = (token + t) * columns + block * CTK_BLOCK_COLUMNS;
            __m512i dot = dot_block(_mm512_setzero_si512(), weights, x->quants + first);
            if (x->refined[at]) dot = dot_block(_mm512_slli_epi32(dot, 8), weights, x->fine + first);
            if (type != CTK_Q4_1) dot = _mm512_add_epi32(dot, _mm512_set1_epi32(offsets[at]));
            const __m512 both = _mm512_mul_ps(scale, _mm512_set1_ps(x->scales[at]));
            sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), both, sums[t]);
            if (type == CTK_Q4_1) sums[t] = _mm512_fmadd_ps(minimum, _mm512_set1_ps(x->sums[at]), sums[t]);
        }
    }
    CTK_UNROLL for (size_t t = 0; t < tokens; t++) _mm512_storeu_ps(out + (token + t) * out_stride, sums[t]);
}

const ctk_kernels_table ctk_table_avx512vnni = CTK_BODY_TABLE("avx512vnni");

#pragma clang attribute pop

#endif
