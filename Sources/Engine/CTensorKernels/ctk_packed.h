// SPDX-License-Identifier: Apache-2.0
#ifndef CTK_PACKED_H
#define CTK_PACKED_H

#include "ctk_block.h"

enum {
    CTK_SUPERBLOCK_PARTS = 8,  ///< Blocks of the 256 columns that share the outer part of nested scales.
};

/// The parts of a packed group of quantised rows, all starting on cache lines:
///
/// * [blocks][16 rows] scales, half floats; nested: one for each superblock
/// * the same of minima, if there are any (negative where the file's are subtracted)
/// * nested: [blocks][2][16 rows] bytes, the inner parts of scales and minima
/// * the quants, block by block, each block in up to three planes
///
/// A plane consists of words of [16 rows][4 bytes]; word w of a block is columns 4w...4w + 3, four bytes of each row. 8-bit
/// quants are eight words. Others are cut into 4, 2 and 1 bits (6 = 4 + 2, 5 = 4 + 1, 3 = 2 + 1, the low bits first named):
///
/// * nibbles: 4 words; word w in the low, word w + 4 in the high half of the bytes of the w-th
/// * pairs: 2 words; word w in bits 2 * (w % 4) and up of the bytes of the (w / 4)-th
/// * ones: 1 word; word w in bit w of its bytes
typedef struct {
    const uint16_t *scales;
    const uint16_t *minima;
    const uint8_t *nested;
    const uint8_t *quants;
} ctk_group_view;

#define CTK_PLAIN_INLINE static inline __attribute__((always_inline))

CTK_PLAIN_INLINE bool ctk_has_nibbles(ctk_layout layout) { return layout.bits >= 4 && layout.bits < 8; }
CTK_PLAIN_INLINE bool ctk_has_pairs(ctk_layout layout) { return layout.bits == 2 || layout.bits == 3 || layout.bits == 6; }
CTK_PLAIN_INLINE bool ctk_has_ones(ctk_layout layout) { return layout.bits == 3 || layout.bits == 5; }

/// Where the planes of a block begin, in bytes.
CTK_PLAIN_INLINE size_t ctk_pairs_offset(ctk_layout layout) { return ctk_has_nibbles(layout) ? 256 : 0; }
CTK_PLAIN_INLINE size_t ctk_ones_offset(ctk_layout layout) { return layout.bits == 3 ? 128 : 256; }

/// Bytes of the quants of a block of 16 rows.
CTK_PLAIN_INLINE size_t ctk_packed_block_bytes(ctk_layout layout) {
    return layout.bits * (size_t)(CTK_GROUP_ROWS * CTK_BLOCK_COLUMNS / 8);
}

CTK_PLAIN_INLINE size_t ctk_align64(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

CTK_PLAIN_INLINE size_t ctk_scale_bytes(ctk_layout layout, size_t columns) {
    const size_t count = columns / CTK_BLOCK_COLUMNS / (layout.nested ? CTK_SUPERBLOCK_PARTS : 1);
    return ctk_align64(count * CTK_GROUP_ROWS * sizeof(uint16_t));
}

/// Where the nested parts begin, or would.
CTK_PLAIN_INLINE size_t ctk_nested_offset(ctk_layout layout, size_t columns) {
    return ctk_scale_bytes(layout, columns) * (layout.minima ? 2 : 1);
}

CTK_PLAIN_INLINE size_t ctk_quants_offset(ctk_layout layout, size_t columns) {
    const size_t nested = layout.nested ? columns / CTK_BLOCK_COLUMNS * 2 * CTK_GROUP_ROWS : 0;
    return ctk_nested_offset(layout, columns) + ctk_align64(nested);
}

CTK_PLAIN_INLINE ctk_group_view ctk_view_group(ctk_layout layout, const uint8_t *group, size_t columns) {
    return (ctk_group_view){
        .scales = (const uint16_t *)group,
        .minima = (const uint16_t *)(group + ctk_scale_bytes(layout, columns)),
        .nested = group + ctk_nested_offset(layout, columns),
        .quants = group + ctk_quants_offset(layout, columns),
    };
}

CTK_PLAIN_INLINE ctk_group_view ctk_view(ctk_type type, const ctk_matrix *weights, size_t group) {
    return ctk_view_group(ctk_layout_of(type), weights->groups + group * weights->group_bytes, weights->columns);
}

/// Reads block `index` of a group's row.
void ctk_read_packed_block(ctk_type type, const ctk_group_view *group, size_t index, size_t lane, ctk_block *block);

#endif
