// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#include "ctk_avx2_body.h"

CTK_INLINE __m256i dot_unsigned(__m256i sum, __m256i weights, __m256i x) {
    return _mm256_dpbusd_avx_epi32(sum, weights, x);
}

const ctk_kernels_table ctk_table_avxvnni = CTK_BODY_TABLE("avxvnni");

#pragma clang attribute pop

#endif
