// SPDX-License-Identifier: Apache-2.0
//
// From the rows of a model file to packed groups, and from a packed group back to the floats of one of its rows.

#include "ctk_internal.h"

/// Rows of a word: four neighbouring columns of a group's rows.
enum { WORD = CTK_GROUP_ROWS * 4 };

size_t ctk_group_bytes(ctk_type type, size_t columns) {
    if (type == CTK_F32) return columns * CTK_GROUP_ROWS * 4;
    if (type == CTK_F16 || type == CTK_BF16) return ctk_align64(columns * CTK_GROUP_ROWS * 2);
    const ctk_layout layout = ctk_layout_of(type);
    return ctk_quants_offset(layout, columns) + columns / CTK_BLOCK_COLUMNS * ctk_packed_block_bytes(layout);
}

// Quants are moved four columns at a time, as bytes of a number; `out` and `in` are the lane's first bytes of a plane.

static void put(uint8_t *out, size_t word, uint32_t bytes) { memcpy(out + word * WORD, &bytes, 4); }

static uint32_t get(const uint8_t *in, size_t word) {
    uint32_t bytes;
    memcpy(&bytes, in + word * WORD, 4);
    return bytes;
}

static void pack_quants(ctk_layout layout, const uint8_t *quants, uint8_t *out) {
    uint32_t words[8];
    memcpy(words, quants, sizeof words);
    if (layout.bits == 8) {
        for (size_t word = 0; word < 8; word++) put(out, word, words[word]);
        return;
    }
    if (ctk_has_nibbles(layout)) {
        for (size_t word = 0; word < 4; word++)
            put(out, word, (words[word] & 0x0f0f0f0f) | (words[word + 4] & 0x0f0f0f0f) << 4);
    }
    if (ctk_has_pairs(layout)) {
        const int from = layout.bits == 6 ? 4 : 0;
        for (size_t half = 0; half < 2; half++) {
            uint32_t bytes = 0;
            for (size_t i = 0; i < 4; i++) bytes |= (words[4 * half + i] >> from & 0x03030303) << (2 * i);
            put(out + ctk_pairs_offset(layout), half, bytes);
        }
    }
    if (ctk_has_ones(layout)) {
        uint32_t bytes = 0;
        for (size_t word = 0; word < 8; word++) bytes |= (words[word] >> (layout.bits - 1) & 0x01010101) << word;
        put(out + ctk_ones_offset(layout), 0, bytes);
    }
}

static void unpack_quants(ctk_layout layout, const uint8_t *in, uint8_t *quants) {
    uint32_t words[8];
    for (size_t word = 0; word < 8; word++) {
        words[word] = 0;
        if (layout.bits == 8) words[word] = get(in, word);
        if (ctk_has_nibbles(layout)) words[word] = get(in, word % 4) >> (4 * (word / 4)) & 0x0f0f0f0f;
        if (ctk_has_pairs(layout)) {
            const uint32_t pairs = get(in + ctk_pairs_offset(layout), word / 4) >> (2 * (word % 4)) & 0x03030303;
            words[word] |= layout.bits == 6 ? pairs << 4 : pairs;
        }
        if (ctk_has_ones(layout)) {
            const uint32_t ones = get(in + ctk_ones_offset(layout), 0) >> word & 0x01010101;
            words[word] |= ones << (layout.bits - 1);
        }
    }
    memcpy(quants, words, sizeof words);
}

static void pack_block(ctk_layout layout, const ctk_block *block, size_t index, size_t lane, const ctk_group_view *group) {
    const size_t scale = (layout.nested ? index / CTK_SUPERBLOCK_PARTS : index) * CTK_GROUP_ROWS + lane;
    ((uint16_t *)group->scales)[scale] = block->scale;
    if (layout.minima) ((uint16_t *)group->minima)[scale] = block->minimum;
    for (size_t i = 0; layout.nested && i < 2; i++)
        ((uint8_t *)group->nested)[(2 * index + i) * CTK_GROUP_ROWS + lane] = block->nested[i];
    pack_quants(layout, block->quants, (uint8_t *)group->quants + index * ctk_packed_block_bytes(layout) + lane * 4);
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
    const ctk_layout layout = ctk_layout_of(type);
    if (layout.bits == 0) {
        pack_floats(type == CTK_F32 ? 4 : 2, source, rows, columns, group);
        return;
    }
    const ctk_group_view view = ctk_view_group(layout, group, columns);
    const size_t row_bytes = ctk_row_bytes(type, columns);
    for (size_t lane = 0; lane < rows; lane++) {
        const uint8_t *row = (const uint8_t *)source + lane * row_bytes;
        for (size_t index = 0; index < columns / CTK_BLOCK_COLUMNS; index++) {
            ctk_block block;
            ctk_read_block(type, row, index, &block);
            pack_block(layout, &block, index, lane, &view);
        }
    }
}

void ctk_read_packed_block(ctk_type type, const ctk_group_view *group, size_t index, size_t lane, ctk_block *block) {
    const ctk_layout layout = ctk_layout_of(type);
    const size_t scale = (layout.nested ? index / CTK_SUPERBLOCK_PARTS : index) * CTK_GROUP_ROWS + lane;
    block->scale = group->scales[scale];
    if (layout.minima) block->minimum = group->minima[scale];
    for (size_t i = 0; layout.nested && i < 2; i++)
        block->nested[i] = group->nested[(2 * index + i) * CTK_GROUP_ROWS + lane];
    unpack_quants(layout, group->quants + index * ctk_packed_block_bytes(layout) + lane * 4, block->quants);
}

static void dequantize_lane_of_values(ctk_type type, const uint8_t *group, size_t lane, float *out, size_t columns) {
    const size_t size = type == CTK_F32 ? 4 : 2;
    for (size_t column = 0; column < columns; column++)
        ctk_dequantize_row(type, group + (column * CTK_GROUP_ROWS + lane) * size, out + column, 1);
}

void ctk_dequantize_lane(ctk_type type, const ctk_matrix *weights, size_t row, float *out) {
    const size_t group = row / CTK_GROUP_ROWS, lane = row % CTK_GROUP_ROWS;
    if (ctk_layout_of(type).bits == 0) {
        dequantize_lane_of_values(type, weights->groups + group * weights->group_bytes, lane, out, weights->columns);
        return;
    }
    const ctk_group_view view = ctk_view(type, weights, group);
    for (size_t index = 0; index < weights->columns / CTK_BLOCK_COLUMNS; index++) {
        ctk_block block;
        ctk_read_packed_block(type, &view, index, lane, &block);
        ctk_block_floats(type, &block, out + index * CTK_BLOCK_COLUMNS);
    }
}
