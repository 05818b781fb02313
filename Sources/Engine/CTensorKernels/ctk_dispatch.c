// SPDX-License-Identifier: Apache-2.0
//
// Finds out what the processor can do, once, and picks the kernels.

#include "ctk_internal.h"

#include <pthread.h>
#include <stdlib.h>

enum { MOST_TABLES = 5 };

static const ctk_kernels_table *available[MOST_TABLES];
static size_t available_count;
static const ctk_kernels_table *chosen;
static pthread_once_t once = PTHREAD_ONCE_INIT;

#if defined(__x86_64__)
#include <cpuid.h>

/// The register sets that the operating system saves (XCR0).
static uint64_t saved_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static void find_available(void) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    const bool xsave = c & bit_OSXSAVE, fma = c & bit_FMA, f16c = c & bit_F16C;
    if (!xsave || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    const uint64_t saved = saved_registers();
    const bool ymm = (saved & 0x6) == 0x6, zmm = (saved & 0xe6) == 0xe6;
    if (!(ymm && fma && f16c && (b & bit_AVX2))) return;
    available[available_count++] = &ctk_table_avx2;
    uint32_t a1 = 0, b1, c1, d1;
    const uint32_t avx_vnni = 1u << 4, avx512_bf16 = 1u << 5;
    if (!__get_cpuid_count(7, 1, &a1, &b1, &c1, &d1)) a1 = 0;
    if (a1 & avx_vnni) available[available_count++] = &ctk_table_avxvnni;
    const uint32_t wide = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    if (!(zmm && (b & wide) == wide && (c & bit_AVX512VNNI))) return;
    available[available_count++] = &ctk_table_avx512vnni;
    if (a1 & avx512_bf16) available[available_count++] = &ctk_table_avx512bf16;
}
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

static void find_available(void) {
    const unsigned long dot_products = 1UL << 20;  // HWCAP_ASIMDDP
    if (getauxval(AT_HWCAP) & dot_products) available[available_count++] = &ctk_table_neon;
}
#elif defined(__aarch64__)
static void find_available(void) { available[available_count++] = &ctk_table_neon; }
#else
static void find_available(void) {}
#endif

static void choose(void) {
    available[available_count++] = &ctk_table_scalar;
    find_available();
    chosen = available[available_count - 1];
    const char *wanted = getenv("CTK_ISA");
    for (size_t i = 0; wanted != NULL && i < available_count; i++) {
        if (strcmp(available[i]->name, wanted) == 0) chosen = available[i];
    }
}

const ctk_kernels_table *ctk_kernels(void) {
    pthread_once(&once, choose);
    return chosen;
}

size_t ctk_available_kernels(const ctk_kernels_table **tables, size_t capacity) {
    pthread_once(&once, choose);
    for (size_t i = 0; i < available_count && i < capacity; i++) tables[i] = available[i];
    return available_count;
}

ctk_matmul_fn ctk_matmul(const ctk_kernels_table *table, ctk_type type) {
    return (size_t)type < CTK_TYPES ? table->matmul[type] : NULL;
}
