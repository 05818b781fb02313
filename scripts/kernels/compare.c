// SPDX-License-Identifier: Apache-2.0
//
// Compares every implementation of the kernels that runs on this processor with the plain one. The Swift tests do that
// where Swift runs; this does it where only a C cross compiler and an emulator are at hand (scripts/check-aarch64.sh).

#include "CTensorKernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 40, COLUMNS = 512, TOKENS = 11, HEAD = 64, POSITIONS = 150 };

static unsigned long long state = 1;
static int failures;

static float number(void) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (float)((double)(state >> 33) / 4294967296.0 * 2 - 0.5);
}

static void *zeros(size_t bytes) {
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (memory == NULL) abort();
    return memset(memory, 0, (bytes + 63) / 64 * 64);
}

static void expect_near(const char *name, const char *what, const float *a, const float *b, size_t count, float bound) {
    float scale = 1e-20f, worst = 0;
    for (size_t i = 0; i < count; i++) scale = fmaxf(scale, fabsf(b[i]));
    for (size_t i = 0; i < count; i++) worst = a[i] == a[i] ? fmaxf(worst, fabsf(a[i] - b[i]) / scale) : INFINITY;
    const int bad = !(worst <= bound);
    printf("%s %-10s %-14s largest relative error %.2e\n", bad ? "FAIL" : "ok  ", name, what, (double)worst);
    failures += bad;
}

static ctk_activations activations(const ctk_kernels_table *table) {
    const size_t blocks = TOKENS * COLUMNS / CTK_BLOCK_COLUMNS;
    const size_t stride = TOKENS + 63;
    ctk_activations x = {
        zeros(4 * TOKENS * COLUMNS), zeros(TOKENS * COLUMNS), zeros(TOKENS * COLUMNS), zeros(COLUMNS / 32 * stride),
        zeros(4 * blocks), zeros(4 * blocks), zeros(4 * blocks), zeros(4 * blocks), zeros(8 * blocks), zeros(8 * blocks),
        zeros(8 * blocks), COLUMNS, stride,
    };
    state = 1;
    for (size_t i = 0; i < TOKENS * COLUMNS; i++) x.values[i] = number() * (i % 96 < 32 ? 9 : 1);
    for (size_t token = 0; token < TOKENS; token++) table->quantize(&x, token, 0.5f);
    return x;
}

static void compare_products(const ctk_kernels_table *table, const ctk_kernels_table *plain) {
    // Where a type's blocks have half floats: `count` of them from `at` on, in blocks of `bytes`.
    static const struct { ctk_type type; const char *name; size_t at, count, bytes; } types[] = {
        {CTK_F32, "F32", 0, 0, 4}, {CTK_F16, "F16", 0, 1, 2}, {CTK_BF16, "BF16", 0, 0, 2}, {CTK_Q8_0, "Q8_0", 0, 1, 34},
        {CTK_Q4_0, "Q4_0", 0, 1, 18}, {CTK_Q4_1, "Q4_1", 0, 2, 20}, {CTK_Q5_0, "Q5_0", 0, 1, 22},
        {CTK_Q5_1, "Q5_1", 0, 2, 24}, {CTK_IQ4_NL, "IQ4_NL", 0, 1, 18}, {CTK_Q2_K, "Q2_K", 80, 2, 84},
        {CTK_Q3_K, "Q3_K", 108, 1, 110}, {CTK_Q4_K, "Q4_K", 0, 2, 144}, {CTK_Q5_K, "Q5_K", 0, 2, 176},
        {CTK_Q6_K, "Q6_K", 208, 1, 210},
    };
    const size_t groups = (ROWS + CTK_GROUP_ROWS - 1) / CTK_GROUP_ROWS, stride = groups * CTK_GROUP_ROWS;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        const ctk_type type = types[t].type;
        const size_t row_bytes = ctk_row_bytes(type, COLUMNS), group_bytes = ctk_group_bytes(type, COLUMNS);
        uint8_t *source = zeros(ROWS * row_bytes), *packed = zeros(groups * group_bytes);
        for (size_t i = 0; i < ROWS * row_bytes; i++) source[i] = (uint8_t)((number() + 0.5f) * 255);
        // Random bytes are no sensible floats or scales.
        for (size_t block = 0; block < ROWS * row_bytes; block += types[t].bytes) {
            const float value = number();
            if (type == CTK_F32) memcpy(source + block, &value, 4);
            if (type == CTK_BF16) memcpy(source + block, (const uint8_t *)&value + 2, 2);
            for (size_t i = 0; i < types[t].count; i++) {
                const uint16_t half = ctk_float_to_half(number());
                memcpy(source + block + types[t].at + 2 * i, &half, 2);
            }
        }
        for (size_t group = 0; group < groups; group++) {
            const size_t first = group * CTK_GROUP_ROWS, rows = ROWS - first < CTK_GROUP_ROWS ? ROWS - first : CTK_GROUP_ROWS;
            ctk_pack_group(type, source + first * row_bytes, rows, COLUMNS, packed + group * group_bytes);
        }
        const ctk_matrix matrix = {packed, COLUMNS, group_bytes};
        ctk_activations x = activations(plain);
        float *a = zeros(4 * TOKENS * stride), *b = zeros(4 * TOKENS * stride);
        ctk_matmul(table, type)(&matrix, 0, groups, &x, TOKENS, a, stride);
        ctk_matmul(plain, type)(&matrix, 0, groups, &x, TOKENS, b, stride);
        expect_near(table->name, types[t].name, a, b, TOKENS * stride, 2e-5f);
    }
}

static void compare_attention(const ctk_kernels_table *table, const ctk_kernels_table *plain) {
    const uint8_t *pages[(POSITIONS + CTK_PAGE_POSITIONS - 1) / CTK_PAGE_POSITIONS];
    const size_t halves = 2 * CTK_PAGE_POSITIONS * HEAD;
    for (size_t page = 0; page < sizeof pages / sizeof *pages; page++) {
        uint16_t *memory = zeros(2 * halves);
        for (size_t i = 0; i < halves; i++) memory[i] = ctk_float_to_half(number());
        pages[page] = (const uint8_t *)memory;
    }
    for (size_t rows = 1; rows <= CTK_ATTENTION_ROWS; rows++) {
        ctk_attention call = {.rows = rows, .pages = pages, .value_offset = halves, .head_size = HEAD, .scale = 0.125f};
        float *query = zeros(4 * HEAD * CTK_ATTENTION_ROWS), *a = zeros(4 * HEAD * rows), *b = zeros(4 * HEAD * rows);
        for (size_t i = 0; i < HEAD * CTK_ATTENTION_ROWS; i++) query[i] = number();
        for (size_t row = 0; row < rows; row++) call.queries[row] = query + row * HEAD, call.limits[row] = POSITIONS - 29 * row;
        for (size_t row = 0; row < rows; row++) call.outputs[row] = a + row * HEAD;
        call.softcap = rows % 2 == 0 ? 2 : 0;
        for (size_t row = 0; row < rows; row++) call.starts[row] = rows > 3 ? call.limits[row] * row / 6 : 0;
        table->attention(&call);
        for (size_t row = 0; row < rows; row++) call.outputs[row] = b + row * HEAD;
        plain->attention(&call);
        expect_near(table->name, "attention", a, b, rows * HEAD, 2e-5f);
    }
}

static void compare_vectors(const ctk_kernels_table *table, const ctk_kernels_table *plain) {
    enum { COUNT = 101 };
    float x[COUNT], y[COUNT], a[COUNT], b[COUNT];
    for (size_t i = 0; i < COUNT; i++) x[i] = number() * 8, y[i] = number();
    table->rms_norm(a, x, y, COUNT, 1e-5f), plain->rms_norm(b, x, y, COUNT, 1e-5f);
    expect_near(table->name, "rms_norm", a, b, COUNT, 1e-5f);
    table->silu_multiply(a, x, y, COUNT), plain->silu_multiply(b, x, y, COUNT);
    expect_near(table->name, "silu_multiply", a, b, COUNT, 1e-6f);
    table->gelu_multiply(a, x, y, COUNT), plain->gelu_multiply(b, x, y, COUNT);
    expect_near(table->name, "gelu_multiply", a, b, COUNT, 1e-6f);
    table->gelu_erf(a, x, COUNT), plain->gelu_erf(b, x, COUNT);
    expect_near(table->name, "gelu_erf", a, b, COUNT, 1e-6f);
    table->layer_norm(a, x, y, x, COUNT, 1e-5f), plain->layer_norm(b, x, y, x, COUNT, 1e-5f);
    expect_near(table->name, "layer_norm", a, b, COUNT, 1e-5f);
    memcpy(a, y, sizeof y), memcpy(b, y, sizeof y);
    table->rope_halves(a, x, COUNT / 2), plain->rope_halves(b, x, COUNT / 2);
    expect_near(table->name, "rope_halves", a, b, COUNT, 1e-6f);
    memcpy(a, x, sizeof x), memcpy(b, x, sizeof x);
    table->rope_pairs(a, y, COUNT / 2), plain->rope_pairs(b, y, COUNT / 2);
    expect_near(table->name, "rope_pairs", a, b, COUNT, 1e-6f);
    memcpy(a, x, sizeof x), memcpy(b, x, sizeof x);
    table->softmax(a, COUNT, 0.5f), plain->softmax(b, COUNT, 0.5f);
    expect_near(table->name, "softmax", a, b, COUNT, 1e-6f);
    memcpy(a, x, sizeof x), memcpy(b, x, sizeof x);
    table->softcap(a, COUNT, 3), plain->softcap(b, COUNT, 3);
    expect_near(table->name, "softcap", a, b, COUNT, 1e-6f);
    uint16_t halves[2][COUNT];
    table->store_halves(halves[0], x, COUNT, 1), plain->store_halves(halves[1], x, COUNT, 1);
    for (size_t i = 0; i < COUNT; i++) a[i] = ctk_half_to_float(halves[0][i]), b[i] = ctk_half_to_float(halves[1][i]);
    expect_near(table->name, "store_halves", a, b, COUNT, 0);
    a[0] = (float)table->sum_exp(x, COUNT, 8, 0.5f), b[0] = (float)plain->sum_exp(x, COUNT, 8, 0.5f);
    a[1] = table->maximum(x, COUNT), b[1] = plain->maximum(x, COUNT);
    expect_near(table->name, "softmax parts", a, b, 2, 1e-5f);
    const ctk_activations p = activations(table), q = activations(plain);
    for (size_t i = 0; i < COUNT; i++) a[i] = p.quants[i], b[i] = q.quants[i];
    expect_near(table->name, "quantize", a, b, COUNT, 0);
}

int main(void) {
    const ctk_kernels_table *tables[8];
    const size_t count = ctk_available_kernels(tables, 8);
    for (size_t i = 1; i < count; i++) {
        compare_products(tables[i], tables[0]);
        compare_attention(tables[i], tables[0]);
        compare_vectors(tables[i], tables[0]);
    }
    printf("%zu implementations compared with the plain one, %d failures\n", count - 1, failures);
    return failures == 0 && count > 1 ? 0 : 1;
}
