// SPDX-License-Identifier: Apache-2.0
//
// Kernels of 256-bit registers. Included by one file an instruction set, which sets the target before and defines
// dot_unsigned and its table after.

#include "ctk_internal.h"

#include <immintrin.h>

#define CTK_TILE 4
#define CTK_ROWS 4
#define CTK_VECTORS 4
#include "ctk_vector_body.h"

CTK_INLINE ctk_vf ctk_load_half(const uint16_t *p) {
    const __m256 low = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
    const __m256 high = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 8)));
    return (ctk_vf)__builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

CTK_INLINE void ctk_store_half(uint16_t *p, ctk_vf v) {
    const __m256 low = (__m256)__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7);
    const __m256 high = (__m256)__builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(low, _MM_FROUND_TO_NEAREST_INT));
    _mm_storeu_si128((__m128i *)(p + 8), _mm256_cvtps_ph(high, _MM_FROUND_TO_NEAREST_INT));
}

typedef union {
    ctk_vf whole;
    __m256 half[2];
} two_halves;

CTK_INLINE ctk_vf ctk_max(ctk_vf a, ctk_vf b) {
    const two_halves x = {a}, y = {b};
    return (two_halves){.half = {_mm256_max_ps(x.half[0], y.half[0]), _mm256_max_ps(x.half[1], y.half[1])}}.whole;
}

CTK_INLINE ctk_vf ctk_min(ctk_vf a, ctk_vf b) {
    const two_halves x = {a}, y = {b};
    return (two_halves){.half = {_mm256_min_ps(x.half[0], y.half[0]), _mm256_min_ps(x.half[1], y.half[1])}}.whole;
}

/// sum + dot products of four unsigned weights (at most 128) with four signed activations each, in 8 rows.
CTK_INLINE __m256i dot_unsigned(__m256i sum, __m256i weights, __m256i x);

/// The same for signed weights.
CTK_INLINE __m256i dot_signed(__m256i sum, __m256i weights, __m256i x) {
    return dot_unsigned(sum, _mm256_abs_epi8(weights), _mm256_sign_epi8(x, weights));
}

CTK_INLINE __m256i four_columns(const int8_t *quants, size_t column) {
    int32_t four;
    memcpy(&four, quants + column, sizeof four);
    return _mm256_set1_epi32(four);
}

/// Adds one block's products, for 8 of the group's rows (`half` 0 or 1), to the integer sums of each token.
CTK_INLINE void dot_block(ctk_type type, const uint8_t *group_quants, size_t block, size_t half, const int8_t *quants,
                          size_t columns, size_t tokens, __m256i dots[CTK_TILE]) {
    const size_t words = type == CTK_Q8_0 ? 8 : 4;
    const uint8_t *p = group_quants + block * words * 64 + half * 32;
    CTK_UNROLL for (size_t q = 0; q < words; q++) {
        const __m256i packed = _mm256_loadu_si256((const __m256i *)(p + 64 * q));
        const __m256i low = _mm256_and_si256(packed, _mm256_set1_epi8(15));
        const __m256i high = _mm256_and_si256(_mm256_srli_epi16(packed, 4), _mm256_set1_epi8(15));
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
            const int8_t *x = quants + t * columns;
            if (type == CTK_Q8_0) {
                dots[t] = dot_signed(dots[t], packed, four_columns(x, 4 * q));
            } else {
                dots[t] = dot_unsigned(dots[t], low, four_columns(x, 4 * q));
                dots[t] = dot_unsigned(dots[t], high, four_columns(x, 16 + 4 * q));
            }
        }
    }
}

CTK_INLINE __m256 eight_halves(const uint16_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }

CTK_INLINE void tile_quants(ctk_type type, const ctk_matrix *w, size_t index, const ctk_activations *x, size_t token,
                            size_t tokens, float *out, size_t out_stride) {
    const ctk_group_view group = ctk_view(w, index, type == CTK_Q4_1);
    const size_t columns = x->columns, blocks = columns / CTK_BLOCK_COLUMNS;
    for (size_t half = 0; half < 2; half++) {
        __m256 sums[CTK_TILE];
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) sums[t] = _mm256_setzero_ps();
        for (size_t block = 0; block < blocks; block++) {
            __m256i dots[CTK_TILE];
            CTK_UNROLL for (size_t t = 0; t < tokens; t++) dots[t] = _mm256_setzero_si256();
            const size_t first = token * columns + block * CTK_BLOCK_COLUMNS;
            dot_block(type, group.quants, block, half, x->quants + first, columns, tokens, dots);
            const size_t lane = block * CTK_GROUP_ROWS + half * 8;
            const __m256 scale = eight_halves(group.scales + lane);
            CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
                const size_t at = (token + t) * blocks + block;
                const bool refined = x->refined[block * x->token_stride + token + t];
                if (type == CTK_Q4_0) dots[t] = _mm256_add_epi32(dots[t], _mm256_set1_epi32(x->offsets[at]));
                if (refined) {
                    dots[t] = _mm256_slli_epi32(dots[t], 8);
                    dot_block(type, group.quants, block, half, x->fine + first + t * columns, columns, 1, dots + t);
                    if (type == CTK_Q4_0) dots[t] = _mm256_add_epi32(dots[t], _mm256_set1_epi32(x->fine_offsets[at]));
                }
                const float unit = refined ? x->scales[at] * ctk_fine_unit : x->scales[at];
                const __m256 both = _mm256_mul_ps(scale, _mm256_set1_ps(unit));
                sums[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots[t]), both, sums[t]);
                if (type == CTK_Q4_1)
                    sums[t] = _mm256_fmadd_ps(eight_halves(group.minima + lane), _mm256_set1_ps(x->sums[at]), sums[t]);
            }
        }
        CTK_UNROLL for (size_t t = 0; t < tokens; t++)
            _mm256_storeu_ps(out + (token + t) * out_stride + half * 8, sums[t]);
    }
}

CTK_INLINE void ctk_product_quants(ctk_type type, const ctk_matrix *w, size_t begin, size_t end,
                                   const ctk_activations *x, size_t tokens, float *out, size_t out_stride) {
    ctk_each_tile(tile_quants, type, w, begin, end, x, tokens, out, out_stride);
}
