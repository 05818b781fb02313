// SPDX-License-Identifier: Apache-2.0
//
// From the rows of a model file to packed groups and to floats.

#include "ctk_internal.h"

typedef struct { uint16_t scale; uint8_t quants[16]; } file_q4_0;
typedef struct { uint16_t scale, minimum; uint8_t quants[16]; } file_q4_1;
typedef struct { uint16_t scale; int8_t quants[32]; } file_q8_0;

float ctk_half_to_float(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    const uint32_t exponent = half >> 10 & 0x1f, mantissa = half & 0x3ff;
    uint32_t bits;
    if (exponent == 0x1f) {
        bits = sign | 0x7f800000 | mantissa << 13;
    } else if (exponent != 0) {
        bits = sign | (exponent + 112) << 23 | mantissa << 13;
    } else {
        const float tiny = (float)mantissa * 0x1p-24f;
        return sign ? -tiny : tiny;
    }
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint16_t ctk_float_to_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    bits &= 0x7fffffff;
    if (bits > 0x7f800000) return sign | 0x7e00;
    if (bits >= 0x477ff000) return sign | 0x7c00;
    if (bits < 0x38800000) {  // Subnormal: let the adder round to a multiple of 2^-24.
        float magnitude;
        memcpy(&magnitude, &bits, sizeof magnitude);
        magnitude += 0.5f;
        memcpy(&bits, &magnitude, sizeof bits);
        return sign | (uint16_t)(bits - 0x3f000000);
    }
    const uint32_t odd = bits >> 13 & 1;
    return sign | (uint16_t)((bits - 0x38000000 + 0xfff + odd) >> 13);
}

static float bfloat_to_float(uint16_t half) {
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool ctk_type_supported(ctk_type type) { return ctk_row_bytes(type, CTK_BLOCK_COLUMNS) != 0; }

size_t ctk_row_bytes(ctk_type type, size_t columns) {
    const size_t blocks = columns / CTK_BLOCK_COLUMNS;
    switch (type) {
        case CTK_F32: return columns * 4;
        case CTK_F16:
        case CTK_BF16: return columns * 2;
        case CTK_Q4_0: return blocks * sizeof(file_q4_0);
        case CTK_Q4_1: return blocks * sizeof(file_q4_1);
        case CTK_Q8_0: return blocks * sizeof(file_q8_0);
    }
    return 0;
}

size_t ctk_group_bytes(ctk_type type, size_t columns) {
    const size_t scale_bytes = ctk_scale_bytes(columns);
    switch (type) {
        case CTK_F32: return columns * CTK_GROUP_ROWS * 4;
        case CTK_F16:
        case CTK_BF16: return ctk_align64(columns * CTK_GROUP_ROWS * 2);
        case CTK_Q4_0: return scale_bytes + columns * CTK_GROUP_ROWS / 2;
        case CTK_Q4_1: return 2 * scale_bytes + columns * CTK_GROUP_ROWS / 2;
        case CTK_Q8_0: return scale_bytes + columns * CTK_GROUP_ROWS;
    }
    return 0;
}

void ctk_dequantize_row(ctk_type type, const void *row, float *out, size_t columns) {
    const size_t blocks = columns / CTK_BLOCK_COLUMNS;
    switch (type) {
        case CTK_F32: memcpy(out, row, columns * sizeof(float)); break;
        case CTK_F16:
            for (size_t i = 0; i < columns; i++) out[i] = ctk_half_to_float(((const uint16_t *)row)[i]);
            break;
        case CTK_BF16:
            for (size_t i = 0; i < columns; i++) out[i] = bfloat_to_float(((const uint16_t *)row)[i]);
            break;
        case CTK_Q4_0:
            for (size_t block = 0; block < blocks; block++) {
                const file_q4_0 *source = (const file_q4_0 *)row + block;
                const float scale = ctk_half_to_float(source->scale);
                for (size_t j = 0; j < 16; j++) {
                    out[32 * block + j] = scale * (float)((source->quants[j] & 15) - 8);
                    out[32 * block + 16 + j] = scale * (float)((source->quants[j] >> 4) - 8);
                }
            }
            break;
        case CTK_Q4_1:
            for (size_t block = 0; block < blocks; block++) {
                const file_q4_1 *source = (const file_q4_1 *)row + block;
                const float scale = ctk_half_to_float(source->scale), minimum = ctk_half_to_float(source->minimum);
                for (size_t j = 0; j < 16; j++) {
                    out[32 * block + j] = scale * (float)(source->quants[j] & 15) + minimum;
                    out[32 * block + 16 + j] = scale * (float)(source->quants[j] >> 4) + minimum;
                }
            }
            break;
        case CTK_Q8_0:
            for (size_t block = 0; block < blocks; block++) {
                const file_q8_0 *source = (const file_q8_0 *)row + block;
                const float scale = ctk_half_to_float(source->scale);
                for (size_t j = 0; j < 32; j++) out[32 * block + j] = scale * (float)source->quants[j];
            }
            break;
    }
}

/// Where a group's parts are while it is written.
typedef struct {
    uint16_t *scales, *minima;
    uint8_t *quants;
} writable_group;

static void pack_block(ctk_type type, const uint8_t *row, size_t block, size_t lane, writable_group group) {
    const uint8_t *quants;
    size_t words;
    const size_t scale_index = block * CTK_GROUP_ROWS + lane;
    if (type == CTK_Q4_0) {
        const file_q4_0 *source = (const file_q4_0 *)row + block;
        group.scales[scale_index] = source->scale;
        quants = source->quants, words = 4;
    } else if (type == CTK_Q4_1) {
        const file_q4_1 *source = (const file_q4_1 *)row + block;
        group.scales[scale_index] = source->scale;
        group.minima[scale_index] = source->minimum;
        quants = source->quants, words = 4;
    } else {
        const file_q8_0 *source = (const file_q8_0 *)row + block;
        group.scales[scale_index] = source->scale;
        quants = (const uint8_t *)source->quants, words = 8;
    }
    uint8_t *out = group.quants + block * words * CTK_GROUP_ROWS * 4 + lane * 4;
    for (size_t word = 0; word < words; word++) memcpy(out + word * CTK_GROUP_ROWS * 4, quants + word * 4, 4);
}

static void pack_floats(size_t size, const uint8_t *source, size_t rows, size_t columns, uint8_t *group) {
    for (size_t lane = 0; lane < rows; lane++) {
        const uint8_t *row = source + lane * columns * size;
        for (size_t column = 0; column < columns; column++) {
            memcpy(group + (column * CTK_GROUP_ROWS + lane) * size, row + column * size, size);
        }
    }
}

void ctk_pack_group(ctk_type type, const void *source, size_t rows, size_t columns, void *group) {
    if (rows < CTK_GROUP_ROWS) memset(group, 0, ctk_group_bytes(type, columns));
    if (type == CTK_F32 || type == CTK_F16 || type == CTK_BF16) {
        pack_floats(type == CTK_F32 ? 4 : 2, source, rows, columns, group);
        return;
    }
    const size_t scale_bytes = ctk_scale_bytes(columns), row_bytes = ctk_row_bytes(type, columns);
    const writable_group parts = {
        .scales = group,
        .minima = (uint16_t *)((uint8_t *)group + scale_bytes),
        .quants = (uint8_t *)group + scale_bytes * (type == CTK_Q4_1 ? 2 : 1),
    };
    for (size_t lane = 0; lane < rows; lane++) {
        const uint8_t *row = (const uint8_t *)source + lane * row_bytes;
        for (size_t block = 0; block < columns / CTK_BLOCK_COLUMNS; block++) pack_block(type, row, block, lane, parts);
    }
}
