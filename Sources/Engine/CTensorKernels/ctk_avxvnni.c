// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#include "ctk_avx2_body.h"

CTK_INLINE ctk_ints ctk_dot_unsigned(ctk_ints sum, ctk_word weights, ctk_word inputs) {
    return (ctk_ints)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)weights, (__m256i)inputs);
}

const ctk_kernels_table ctk_table_avxvnni = CTK_BODY_TABLE("avxvnni", ctk_body_gemm16_pack, ctk_body_gemm16_multiply);

#pragma clang attribute pop

#endif
