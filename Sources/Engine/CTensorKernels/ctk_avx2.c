// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "ctk_avx2_body.h"

/// Two products of at most 128 * 127 fit the 16 bits that the first instruction adds pairs in.
CTK_INLINE ctk_ints ctk_dot_unsigned(ctk_ints sum, ctk_word weights, ctk_word inputs) {
    const __m256i pairs = _mm256_maddubs_epi16((__m256i)weights, (__m256i)inputs);
    return sum + (ctk_ints)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

const ctk_kernels_table ctk_table_avx2 = CTK_BODY_TABLE("avx2", ctk_body_gemm16_pack, ctk_body_gemm16_multiply);

#pragma clang attribute pop

#endif
