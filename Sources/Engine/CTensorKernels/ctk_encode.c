// SPDX-License-Identifier: Apache-2.0
//
// From floats to rows of a model file.

#include "ctk_file_blocks.h"
#include "ctk_fit.h"

#pragma STDC FP_CONTRACT OFF

static void write_nibbles(const uint8_t *quants, uint8_t *bytes) {
    for (size_t j = 0; j < 16; j++) bytes[j] = (uint8_t)((quants[j] & 15) | quants[16 + j] << 4);
}

static void write_fifth_bits(const uint8_t *quants, uint8_t *high) {
    uint32_t bits = 0;
    for (size_t j = 0; j < 32; j++) bits |= (uint32_t)(quants[j] >> 4 & 1) << j;
    memcpy(high, &bits, sizeof bits);
}

/// Integers as quants: `zero` more than they are, or their places in the table.
static void to_quants(ctk_type type, const ctk_v *integers, size_t count, uint8_t *quants) {
    static const int8_t table[16] = {CTK_IQ4_VALUES};
    const ctk_layout layout = ctk_layout_of(type);
    for (size_t i = 0; i < 16 * count; i++) {
        const int integer = (int)integers[i / 16][i % 16];
        quants[i] = (uint8_t)(integer + layout.zero);
        for (uint8_t place = 0; layout.coding == CTK_TABULATED && place < 16; place++)
            if (table[place] == integer) quants[i] = place;
    }
}

static ctk_grid grid_of(ctk_type type) {
    const ctk_layout layout = ctk_layout_of(type);
    const float low = layout.coding == CTK_BIASED ? -(float)layout.zero : -127;
    const float high = layout.coding == CTK_BIASED ? low + (float)((1 << layout.bits) - 1) : 127;
    return (ctk_grid){low, layout.coding == CTK_TABULATED ? 113 : high, layout.coding == CTK_TABULATED};
}

static float half_rounded(float value) { return ctk_half_to_float(ctk_float_to_half(value)); }

/// Finds the scale (and minimum) of 32 numbers, and their quants.
static ctk_fit fit_block(ctk_type type, const ctk_v *x, uint8_t *quants) {
    const ctk_grid grid = grid_of(type);
    ctk_fit fit = {0, 0};
    if (ctk_layout_of(type).minima) fit = ctk_fit_range(grid.high, false, x, 2);
    else fit.scale = ctk_fit_scale(grid, x, 2);
    fit = (ctk_fit){half_rounded(fit.scale), half_rounded(fit.minimum)};
    ctk_v integers[2];
    ctk_integers(grid, fit, x, 2, integers);
    to_quants(type, integers, 2, quants);
    return fit;
}

static bool encode_block(ctk_type type, const ctk_v *x, void *row, size_t index) {
    uint8_t quants[CTK_BLOCK_COLUMNS];
    const ctk_fit fit = fit_block(type, x, quants);
    const uint16_t scale = ctk_float_to_half(fit.scale), minimum = ctk_float_to_half(fit.minimum);
    switch (type) {
        case CTK_Q4_1: {
            file_q4_1 *block = (file_q4_1 *)row + index;
            block->scale = scale, block->minimum = minimum;
            write_nibbles(quants, block->quants);
            break;
        }
        case CTK_Q5_0: {
            file_q5_0 *block = (file_q5_0 *)row + index;
            block->scale = scale;
            write_nibbles(quants, block->quants), write_fifth_bits(quants, block->high);
            break;
        }
        case CTK_Q5_1: {
            file_q5_1 *block = (file_q5_1 *)row + index;
            block->scale = scale, block->minimum = minimum;
            write_nibbles(quants, block->quants), write_fifth_bits(quants, block->high);
            break;
        }
        case CTK_Q8_0: {
            file_q8_0 *block = (file_q8_0 *)row + index;
            block->scale = scale;
            memcpy(block->quants, quants, sizeof quants);
            break;
        }
        default: {
            file_q4_0 *block = (file_q4_0 *)row + index;
            block->scale = scale;
            write_nibbles(quants, block->quants);
        }
    }
    return isfinite(fit.scale) && isfinite(fit.minimum);
}

/// Eight 6-bit scales and minima in 12 bytes.
static void write_sixes(const ctk_nested_fit *fit, uint8_t *packed) {
    for (size_t j = 0; j < 4; j++) {
        const int scale = fit->scales[j + 4], minimum = fit->minima[j + 4];
        packed[j] = (uint8_t)(fit->scales[j] | scale >> 4 << 6);
        packed[j + 4] = (uint8_t)(fit->minima[j] | minimum >> 4 << 6);
        packed[j + 8] = (uint8_t)((scale & 15) | (minimum & 15) << 4);
    }
}

static void write_q2_k(const ctk_nested_fit *fit, const uint8_t *quants, file_q2_k *block) {
    *block = (file_q2_k){.scale = fit->scale, .minimum = fit->minimum};
    for (size_t i = 0; i < 16; i++) block->nested[i] = (uint8_t)(fit->scales[i] | fit->minima[i] << 4);
    for (size_t i = 0; i < 256; i++) block->quants[i / 128 * 32 + i % 32] |= (uint8_t)(quants[i] << (i % 128 / 32 * 2));
}

static void write_q3_k(const ctk_nested_fit *fit, const uint8_t *quants, file_q3_k *block) {
    *block = (file_q3_k){.scale = fit->scale};
    for (size_t i = 0; i < 16; i++) {
        const int scale = fit->scales[i] + 32;
        block->nested[i % 8] |= (uint8_t)((scale & 15) << (4 * (i / 8)));
        block->nested[8 + i % 4] |= (uint8_t)(scale >> 4 << (2 * (i / 4)));
    }
    for (size_t i = 0; i < 256; i++) {
        block->quants[i / 128 * 32 + i % 32] |= (uint8_t)((quants[i] & 3) << (i % 128 / 32 * 2));
        block->high[i % 32] |= (uint8_t)(quants[i] >> 2 << (i / 32));
    }
}

static void write_q4_k(const ctk_nested_fit *fit, const uint8_t *quants, file_q4_k *block) {
    *block = (file_q4_k){.scale = fit->scale, .minimum = fit->minimum};
    write_sixes(fit, block->nested);
    for (size_t i = 0; i < 256; i++) block->quants[i / 64 * 32 + i % 32] |= (uint8_t)(quants[i] << (i % 64 / 32 * 4));
}

static void write_q5_k(const ctk_nested_fit *fit, const uint8_t *quants, file_q5_k *block) {
    *block = (file_q5_k){.scale = fit->scale, .minimum = fit->minimum};
    write_sixes(fit, block->nested);
    for (size_t i = 0; i < 256; i++) {
        block->quants[i / 64 * 32 + i % 32] |= (uint8_t)((quants[i] & 15) << (i % 64 / 32 * 4));
        block->high[i % 32] |= (uint8_t)(quants[i] >> 4 << (i / 32));
    }
}

static void write_q6_k(const ctk_nested_fit *fit, const uint8_t *quants, file_q6_k *block) {
    *block = (file_q6_k){.scale = fit->scale};
    for (size_t i = 0; i < 16; i++) block->nested[i] = (int8_t)fit->scales[i];
    for (size_t i = 0; i < 256; i++) {
        const size_t part = i % 128 / 32;
        block->low[i / 128 * 64 + part % 2 * 32 + i % 32] |= (uint8_t)((quants[i] & 15) << (4 * (part / 2)));
        block->high[i / 128 * 32 + i % 32] |= (uint8_t)(quants[i] >> 4 << (2 * part));
    }
}

static ctk_nesting nesting_of(ctk_type type) {
    switch (type) {
        case CTK_Q2_K: return (ctk_nesting){grid_of(type), 1, 0, 15};
        case CTK_Q3_K: return (ctk_nesting){grid_of(type), 1, -32, 31};
        case CTK_Q6_K: return (ctk_nesting){grid_of(type), 1, -128, 127};
        default: return (ctk_nesting){grid_of(type), 2, 0, 63};
    }
}

static bool encode_superblock(ctk_type type, const ctk_v *x, void *row, size_t index) {
    ctk_nested_fit fit;
    ctk_fit_nested(nesting_of(type), x, &fit);
    uint8_t quants[256];
    to_quants(type, fit.integers, CTK_SUPER_VECTORS, quants);
    switch (type) {
        case CTK_Q2_K: write_q2_k(&fit, quants, (file_q2_k *)row + index); break;
        case CTK_Q3_K: write_q3_k(&fit, quants, (file_q3_k *)row + index); break;
        case CTK_Q4_K: write_q4_k(&fit, quants, (file_q4_k *)row + index); break;
        case CTK_Q5_K: write_q5_k(&fit, quants, (file_q5_k *)row + index); break;
        default: write_q6_k(&fit, quants, (file_q6_k *)row + index);
    }
    return isfinite(ctk_half_to_float(fit.scale)) && isfinite(ctk_half_to_float(fit.minimum));
}

static uint16_t float_to_bfloat(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static bool encode_floats(ctk_type type, const float *values, void *row, size_t columns) {
    bool finite = true;
    if (type == CTK_F32) memcpy(row, values, columns * sizeof *values);
    for (size_t i = 0; type == CTK_BF16 && i < columns; i++) {
        const uint16_t half = float_to_bfloat(values[i]);
        memcpy((uint16_t *)row + i, &half, sizeof half);
        finite = finite && (half & 0x7f80) != 0x7f80;
    }
    for (size_t i = 0; type == CTK_F16 && i < columns; i++) {
        const uint16_t half = ctk_float_to_half(values[i]);
        memcpy((uint16_t *)row + i, &half, sizeof half);
        finite = finite && (half & 0x7c00) != 0x7c00;
    }
    return finite;
}

bool ctk_encode_row(ctk_type type, const float *values, void *row, size_t columns) {
    for (size_t i = 0; i < columns; i++)
        if (!isfinite(values[i])) return false;
    const ctk_layout layout = ctk_layout_of(type);
    if (layout.bits == 0) return encode_floats(type, values, row, columns);
    const size_t vectors = layout.nested ? CTK_SUPER_VECTORS : 2;
    bool finite = true;
    for (size_t index = 0; index < columns / (16 * vectors); index++) {
        ctk_v x[CTK_SUPER_VECTORS];
        memcpy(x, values + index * 16 * vectors, vectors * sizeof *x);
        finite = (layout.nested ? encode_superblock : encode_block)(type, x, row, index) && finite;
    }
    return finite;
}
