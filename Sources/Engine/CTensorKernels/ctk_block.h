// SPDX-License-Identifier: Apache-2.0
#ifndef CTK_BLOCK_H
#define CTK_BLOCK_H

#include "CTensorKernels.h"

/// What a quant means as an integer.
typedef enum {
    CTK_BIASED,    ///< `zero` less than what is stored.
    CTK_SIGNED,    ///< A byte in two's complement.
    CTK_TABULATED, ///< A place in ctk_iq4_values.
} ctk_coding;

/// How a quantised type's weights are made and packed. A block of 32 columns of a row has 32 quants; a weight is
/// scale * integer + minimum.
///
/// Without nesting, a block has its own scale (and minimum), a half float. Nested scales are products: of a half float for
/// each 256 columns and a small integer for each block, or for each half of a block.
typedef struct {
    uint8_t bits;       ///< Of a quant.
    uint8_t zero;       ///< The quant that means 0, when biased.
    ctk_coding coding;
    bool minima;        ///< Whether there are minima.
    bool nested;        ///< Whether scales are nested.
    bool halves;        ///< Whether scales belong to 16 columns.
} ctk_layout;

/// A type's layout; known when compiled where the type is. Types of floats have 0 bits.
static inline __attribute__((always_inline)) ctk_layout ctk_layout_of(ctk_type type) {
    switch (type) {
        case CTK_Q4_0: return (ctk_layout){.bits = 4, .zero = 8};
        case CTK_Q4_1: return (ctk_layout){.bits = 4, .minima = true};
        case CTK_Q5_0: return (ctk_layout){.bits = 5, .zero = 16};
        case CTK_Q5_1: return (ctk_layout){.bits = 5, .minima = true};
        case CTK_Q8_0: return (ctk_layout){.bits = 8, .coding = CTK_SIGNED};
        case CTK_IQ4_NL: return (ctk_layout){.bits = 4, .coding = CTK_TABULATED};
        case CTK_Q2_K: return (ctk_layout){.bits = 2, .nested = true, .halves = true, .minima = true};
        case CTK_Q3_K: return (ctk_layout){.bits = 3, .zero = 4, .nested = true, .halves = true};
        case CTK_Q4_K: return (ctk_layout){.bits = 4, .nested = true, .minima = true};
        case CTK_Q5_K: return (ctk_layout){.bits = 5, .nested = true, .minima = true};
        case CTK_Q6_K: return (ctk_layout){.bits = 6, .zero = 32, .nested = true, .halves = true};
        case CTK_F32:
        case CTK_F16:
        case CTK_BF16: break;
    }
    return (ctk_layout){.bits = 0};
}

/// The integers that IQ4_NL's quants stand for.
#define CTK_IQ4_VALUES -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113

/// A block of one row, read from a file or from a packed group.
typedef struct {
    uint8_t quants[CTK_BLOCK_COLUMNS];  ///< As they are stored.
    uint16_t scale, minimum;            ///< Halves: the block's, or the superblock's.
    uint8_t nested[2];  ///< Scale and minimum, or both halves' scales (with minima: scale and minimum in 4 bits each).
} ctk_block;

/// Reads block `index` of a row as a file stores it.
void ctk_read_block(ctk_type type, const void *row, size_t index, ctk_block *block);

/// What the quants of a block mean: weight i is scales[i / 16] * integers[i] + minima[i / 16].
typedef struct {
    int8_t integers[CTK_BLOCK_COLUMNS];
    float scales[2], minima[2];
} ctk_block_values;

void ctk_decode_block(ctk_type type, const ctk_block *block, ctk_block_values *values);

#endif
