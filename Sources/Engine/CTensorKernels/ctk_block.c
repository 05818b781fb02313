// SPDX-License-Identifier: Apache-2.0
//
// Blocks of the quantised types as model files store them. The layouts are those of GGUF.

#include "ctk_file_blocks.h"
#include "ctk_internal.h"

// Floats must come out as the definition of the format says, so nothing is contracted to one rounding.
#pragma STDC FP_CONTRACT OFF

/// 4-bit quants of 32 columns in 16 bytes: column j in the low half of byte j, column 16 + j in the high one.
static void read_nibbles(const uint8_t *bytes, uint8_t *quants) {
    for (size_t j = 0; j < 16; j++) {
        quants[j] = bytes[j] & 15;
        quants[16 + j] = bytes[j] >> 4;
    }
}

/// The same with a fifth bit each.
static void read_fives(const uint8_t *bytes, const uint8_t *high, uint8_t *quants) {
    uint32_t bits;
    memcpy(&bits, high, sizeof bits);
    read_nibbles(bytes, quants);
    for (size_t j = 0; j < 32; j++) quants[j] |= (uint8_t)((bits >> j & 1) << 4);
}

/// The j-th 6-bit scale and minimum of eight.
static void read_sixes(const uint8_t *packed, size_t j, uint8_t *nested) {
    if (j < 4) {
        nested[0] = packed[j] & 63;
        nested[1] = packed[j + 4] & 63;
    } else {
        nested[0] = (uint8_t)((packed[j + 4] & 15) | packed[j - 4] >> 6 << 4);
        nested[1] = (uint8_t)(packed[j + 4] >> 4 | packed[j] >> 6 << 4);
    }
}

/// The i-th 6-bit scale of Q3_K, of sixteen.
static uint8_t read_signed_six(const uint8_t *packed, size_t i) {
    const int low = packed[i % 8] >> (4 * (i / 8)) & 15, high = packed[8 + i % 4] >> (2 * (i / 4)) & 3;
    return (uint8_t)((low | high << 4) - 32);
}

static void read_q2_k(const file_q2_k *source, size_t part, ctk_block *block) {
    const uint8_t *quants = source->quants + part / 4 * 32;
    for (size_t j = 0; j < 32; j++) block->quants[j] = quants[j] >> (2 * (part % 4)) & 3;
    block->scale = source->scale;
    block->minimum = source->minimum ^ CTK_HALF_SIGN;
    memcpy(block->nested, source->nested + 2 * part, 2);
}

static void read_q3_k(const file_q3_k *source, size_t part, ctk_block *block) {
    const uint8_t *quants = source->quants + part / 4 * 32;
    for (size_t j = 0; j < 32; j++) {
        const int high = source->high[j] >> part & 1;
        block->quants[j] = (uint8_t)((quants[j] >> (2 * (part % 4)) & 3) | high << 2);
    }
    block->scale = source->scale;
    for (size_t half = 0; half < 2; half++) block->nested[half] = read_signed_six(source->nested, 2 * part + half);
}

static void read_q4_k(const file_q4_k *source, size_t part, ctk_block *block) {
    const uint8_t *quants = source->quants + part / 2 * 32;
    for (size_t j = 0; j < 32; j++) block->quants[j] = quants[j] >> (4 * (part % 2)) & 15;
    block->scale = source->scale;
    block->minimum = source->minimum ^ CTK_HALF_SIGN;
    read_sixes(source->nested, part, block->nested);
}

static void read_q5_k(const file_q5_k *source, size_t part, ctk_block *block) {
    const uint8_t *quants = source->quants + part / 2 * 32;
    for (size_t j = 0; j < 32; j++) {
        const int high = source->high[j] >> part & 1;
        block->quants[j] = (uint8_t)((quants[j] >> (4 * (part % 2)) & 15) | high << 4);
    }
    block->scale = source->scale;
    block->minimum = source->minimum ^ CTK_HALF_SIGN;
    read_sixes(source->nested, part, block->nested);
}

static void read_q6_k(const file_q6_k *source, size_t part, ctk_block *block) {
    const uint8_t *low = source->low + part / 4 * 64 + part % 2 * 32, *high = source->high + part / 4 * 32;
    for (size_t j = 0; j < 32; j++) {
        const int top = high[j] >> (2 * (part % 4)) & 3;
        block->quants[j] = (uint8_t)((low[j] >> (4 * (part % 4 / 2)) & 15) | top << 4);
    }
    block->scale = source->scale;
    memcpy(block->nested, source->nested + 2 * part, 2);
}

void ctk_read_block(ctk_type type, const void *row, size_t index, ctk_block *block) {
    const size_t super = index / CTK_SUPERBLOCK_PARTS, part = index % CTK_SUPERBLOCK_PARTS;
    switch (type) {
        case CTK_Q4_0:
        case CTK_IQ4_NL: {
            const file_q4_0 *source = (const file_q4_0 *)row + index;
            block->scale = source->scale;
            read_nibbles(source->quants, block->quants);
            break;
        }
        case CTK_Q4_1: {
            const file_q4_1 *source = (const file_q4_1 *)row + index;
            block->scale = source->scale, block->minimum = source->minimum;
            read_nibbles(source->quants, block->quants);
            break;
        }
        case CTK_Q5_0: {
            const file_q5_0 *source = (const file_q5_0 *)row + index;
            block->scale = source->scale;
            read_fives(source->quants, source->high, block->quants);
            break;
        }
        case CTK_Q5_1: {
            const file_q5_1 *source = (const file_q5_1 *)row + index;
            block->scale = source->scale, block->minimum = source->minimum;
            read_fives(source->quants, source->high, block->quants);
            break;
        }
        case CTK_Q8_0: {
            const file_q8_0 *source = (const file_q8_0 *)row + index;
            block->scale = source->scale;
            memcpy(block->quants, source->quants, sizeof block->quants);
            break;
        }
        case CTK_Q2_K: read_q2_k((const file_q2_k *)row + super, part, block); break;
        case CTK_Q3_K: read_q3_k((const file_q3_k *)row + super, part, block); break;
        case CTK_Q4_K: read_q4_k((const file_q4_k *)row + super, part, block); break;
        case CTK_Q5_K: read_q5_k((const file_q5_k *)row + super, part, block); break;
        case CTK_Q6_K: read_q6_k((const file_q6_k *)row + super, part, block); break;
        case CTK_F32:
        case CTK_F16:
        case CTK_BF16: break;
    }
}

static void decode_scales(ctk_layout layout, const ctk_block *block, ctk_block_values *values) {
    const float scale = ctk_half_to_float(block->scale);
    const float minimum = layout.minima ? ctk_half_to_float(block->minimum) : 0;
    for (size_t half = 0; half < 2; half++) {
        const uint8_t own = block->nested[half];
        if (!layout.nested) values->scales[half] = scale, values->minima[half] = minimum;
        else if (!layout.halves) values->scales[half] = scale * block->nested[0], values->minima[half] = minimum * block->nested[1];
        else if (layout.minima) values->scales[half] = scale * (own & 15), values->minima[half] = minimum * (own >> 4);
        else values->scales[half] = scale * (int8_t)own, values->minima[half] = 0;
    }
}

void ctk_decode_block(ctk_type type, const ctk_block *block, ctk_block_values *values) {
    static const int8_t table[16] = {CTK_IQ4_VALUES};
    const ctk_layout layout = ctk_layout_of(type);
    decode_scales(layout, block, values);
    switch (layout.coding) {
        case CTK_BIASED:
            for (size_t j = 0; j < 32; j++) values->integers[j] = (int8_t)(block->quants[j] - layout.zero);
            break;
        case CTK_SIGNED: memcpy(values->integers, block->quants, sizeof values->integers); break;
        case CTK_TABULATED:
            for (size_t j = 0; j < 32; j++) values->integers[j] = table[block->quants[j]];
            break;
    }
}

void ctk_block_floats(ctk_type type, const ctk_block *block, float *out) {
    ctk_block_values values;
    ctk_decode_block(type, block, &values);
    const bool minima = ctk_layout_of(type).minima;
    for (size_t j = 0; j < CTK_BLOCK_COLUMNS; j++) {
        const float product = values.scales[j / 16] * (float)values.integers[j];
        out[j] = minima ? product + values.minima[j / 16] : product;
    }
}

static float bfloat_to_float(uint16_t half) {
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void ctk_dequantize_row(ctk_type type, const void *row, float *out, size_t columns) {
    switch (type) {
        case CTK_F32: memcpy(out, row, columns * sizeof(float)); break;
        case CTK_F16:
            for (size_t i = 0; i < columns; i++) out[i] = ctk_half_to_float(((const uint16_t *)row)[i]);
            break;
        case CTK_BF16:
            for (size_t i = 0; i < columns; i++) out[i] = bfloat_to_float(((const uint16_t *)row)[i]);
            break;
        default:
            for (size_t index = 0; index < columns / CTK_BLOCK_COLUMNS; index++) {
                ctk_block block;
                ctk_read_block(type, row, index, &block);
                ctk_block_floats(type, &block, out + index * CTK_BLOCK_COLUMNS);
            }
    }
}

bool ctk_type_supported(ctk_type type) { return ctk_file_block(type).bytes != 0; }

size_t ctk_block_columns(ctk_type type) { return ctk_file_block(type).columns; }

size_t ctk_row_bytes(ctk_type type, size_t columns) {
    const ctk_file_block_size block = ctk_file_block(type);
    return block.bytes == 0 ? 0 : columns / block.columns * block.bytes;
}
