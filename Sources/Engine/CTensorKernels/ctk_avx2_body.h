// SPDX-License-Identifier: Apache-2.0
//
// Kernels of 256-bit registers. Included by one file an instruction set, which sets the target before and defines
// ctk_dot_unsigned and its table after.

#include "ctk_internal.h"

#include <immintrin.h>

#define CTK_TILE 4
#define CTK_ROWS 4
#define CTK_VECTORS 4
#define CTK_GEMM_ROWS 6
#define CTK_GEMM_VECTORS 1
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

#define CTK_LANES 8
#include "ctk_product_narrow.h"

CTK_INLINE ctk_word ctk_look_up(const uint8_t table[16], ctk_word index) {
    const __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
    return (ctk_word)_mm256_shuffle_epi8(both, (__m256i)index);
}

CTK_INLINE ctk_ints ctk_dot_signed(ctk_ints sum, ctk_word weights, ctk_word inputs) {
    const __m256i w = (__m256i)weights;
    return ctk_dot_unsigned(sum, (ctk_word)_mm256_abs_epi8(w), (ctk_word)_mm256_sign_epi8((__m256i)inputs, w));
}
