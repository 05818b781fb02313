// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include "ctk_internal.h"

#include <immintrin.h>

#pragma clang attribute push(                                                                                    \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)

#define CTK_TILE 8
#define CTK_ROWS 6
#define CTK_VECTORS 24
#define CTK_GEMM_ROWS 14
#define CTK_GEMM_VECTORS 2
#include "ctk_vector_body.h"

CTK_INLINE ctk_vf ctk_load_half(const uint16_t *p) {
    return (ctk_vf)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}

CTK_INLINE void ctk_store_half(uint16_t *p, ctk_vf v) {
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph((__m512)v, _MM_FROUND_TO_NEAREST_INT));
}

CTK_INLINE ctk_vf ctk_max(ctk_vf a, ctk_vf b) { return (ctk_vf)_mm512_max_ps((__m512)a, (__m512)b); }
CTK_INLINE ctk_vf ctk_min(ctk_vf a, ctk_vf b) { return (ctk_vf)_mm512_min_ps((__m512)a, (__m512)b); }

#include "ctk_product_avx512vnni.h"

const ctk_kernels_table ctk_table_avx512vnni = CTK_BODY_TABLE("avx512vnni", ctk_body_gemm16_pack, ctk_body_gemm16_multiply);

#pragma clang attribute pop
#pragma clang attribute push(                                                                                    \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16"))), apply_to = function)

/// One sum of products of pairs, by the processor's own instruction.
CTK_INLINE ctk_vf ctk_dot16_native(ctk_vf sum, ctk_vi a, ctk_vi b) {
    return (ctk_vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
}

#include "ctk_gemm16_native.h"

#pragma clang attribute pop

const ctk_kernels_table ctk_table_avx512bf16 = CTK_BODY_TABLE("avx512bf16", ctk_native_gemm16_pack, ctk_native_gemm16_multiply);

#endif
