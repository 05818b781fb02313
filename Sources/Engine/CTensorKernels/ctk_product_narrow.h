// SPDX-License-Identifier: Apache-2.0
//
// Products of quantised weights with registers narrower than a word of 16 rows. Included by an instruction set, which
// defines before: CTK_LANES (rows that a register holds: 4 or 8), and after: ctk_dot_unsigned and ctk_dot_signed.

#define CTK_WORD_BYTES (4 * CTK_LANES)
#define CTK_ZERO_128 0
#include "ctk_weights_body.h"

typedef int32_t ctk_ints __attribute__((vector_size(4 * CTK_LANES)));
typedef float ctk_floats __attribute__((vector_size(4 * CTK_LANES)));
typedef float ctk_floats_at __attribute__((vector_size(4 * CTK_LANES), aligned(4), may_alias));

/// sum + dot products of four unsigned weights (at most 128) with four signed inputs each.
CTK_INLINE ctk_ints ctk_dot_unsigned(ctk_ints sum, ctk_word weights, ctk_word inputs);
/// The same for signed weights.
CTK_INLINE ctk_ints ctk_dot_signed(ctk_ints sum, ctk_word weights, ctk_word inputs);

CTK_INLINE ctk_word ctk_four_columns(const int8_t *inputs) {
    int32_t four;
    memcpy(&four, inputs, sizeof four);
    return (ctk_word)((ctk_ints){} + four);
}

/// The share of 16 rows' numbers that a register holds, from row `lane` on.
CTK_INLINE ctk_floats ctk_share(ctk_vf all, size_t lane) {
    float numbers[CTK_GROUP_ROWS];
    ctk_store(numbers, all);
    return *(const ctk_floats_at *)(numbers + lane);
}

/// Adds a part of a block to the integer sums of some tokens.
CTK_INLINE void ctk_dot_part(ctk_type type, const uint8_t *planes, size_t part, const int8_t *inputs, size_t columns,
                             size_t tokens, ctk_ints dots[CTK_TILE]) {
    const ctk_layout layout = ctk_layout_of(type);
    CTK_UNROLL for (size_t i = 0; i < ctk_part_words(layout); i++) {
        const size_t word = part * 4 + i;
        const ctk_word weights = ctk_weights(type, planes, word);
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
            const ctk_word four = ctk_four_columns(inputs + t * columns + 4 * word);
            dots[t] = layout.coding == CTK_BIASED ? ctk_dot_unsigned(dots[t], weights, four)
                                                  : ctk_dot_signed(dots[t], weights, four);
        }
    }
}

/// What a biased weight's products have too much.
CTK_INLINE int32_t ctk_offset(ctk_layout layout, const int32_t *offset) {
    const int shift = ctk_zero_shift(layout);
    return shift < 0 ? *offset / 2 : *offset << shift;
}

/// Adds a part of a block to the sums of some tokens, for the rows from `lane` on.
CTK_INLINE void ctk_add_part(ctk_type type, const ctk_group_view *group, size_t block, size_t part, size_t lane,
                             const ctk_activations *x, size_t token, size_t tokens, ctk_floats sums[CTK_TILE]) {
    const ctk_layout layout = ctk_layout_of(type);
    const size_t columns = x->columns, blocks = columns / CTK_BLOCK_COLUMNS;
    const size_t first = token * columns + block * CTK_BLOCK_COLUMNS;
    const uint8_t *planes = group->quants + block * ctk_packed_block_bytes(layout) + 4 * lane;
    const int32_t *offsets = layout.halves ? x->half_offsets : x->offsets;
    const int32_t *fine_offsets = layout.halves ? x->fine_half_offsets : x->fine_offsets;
    const float *input_sums = layout.halves ? x->half_sums : x->sums;
    const ctk_floats scales = ctk_share(ctk_block_scales(type, group, block, part), lane);
    ctk_ints dots[CTK_TILE] = {};
    ctk_dot_part(type, planes, part, x->quants + first, columns, tokens, dots);
    CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
        const size_t at = (token + t) * blocks + block, own = ctk_part_index(layout, at, part);
        const bool refined = x->refined[block * x->token_stride + token + t];
        if (ctk_is_biased(layout)) dots[t] += ctk_offset(layout, offsets + own);
        if (refined) {
            dots[t] = dots[t] << 8;
            ctk_dot_part(type, planes, part, x->fine + first + t * columns, columns, 1, dots + t);
            if (ctk_is_biased(layout)) dots[t] += ctk_offset(layout, fine_offsets + own);
        }
        const float unit = refined ? x->scales[at] * ctk_fine_unit : x->scales[at];
        const ctk_floats product = __builtin_convertvector(dots[t], ctk_floats);
        sums[t] = __builtin_elementwise_fma(product, scales * unit, sums[t]);
        if (layout.minima) {
            const ctk_floats minima = ctk_share(ctk_block_minima(type, group, block, part), lane);
            sums[t] = __builtin_elementwise_fma(minima, input_sums[own] - (ctk_floats){}, sums[t]);
        }
    }
}

CTK_INLINE void ctk_tile_quants(ctk_type type, const ctk_matrix *w, size_t index, const ctk_activations *x, size_t token,
                                size_t tokens, float *out, size_t out_stride) {
    const ctk_group_view group = ctk_view(type, w, index);
    for (size_t lane = 0; lane < CTK_GROUP_ROWS; lane += CTK_LANES) {
        ctk_floats sums[CTK_TILE] = {};
        for (size_t block = 0; block < x->columns / CTK_BLOCK_COLUMNS; block++) {
            CTK_UNROLL for (size_t part = 0; part < ctk_parts(ctk_layout_of(type)); part++)
                ctk_add_part(type, &group, block, part, lane, x, token, tokens, sums);
        }
        CTK_UNROLL for (size_t t = 0; t < tokens; t++)
            *(ctk_floats_at *)(out + (token + t) * out_stride + lane) = sums[t];
    }
}

CTK_INLINE void ctk_product_quants(ctk_type type, const ctk_matrix *w, size_t begin, size_t end,
                                   const ctk_activations *x, size_t tokens, float *out, size_t out_stride) {
    ctk_each_tile(ctk_tile_quants, type, w, begin, end, x, tokens, out, out_stride);
}
