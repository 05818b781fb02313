// SPDX-License-Identifier: Apache-2.0
//
// Reads packed quantised weights. Included by the product of each instruction set, which defines before: CTK_WORD_BYTES
// (bytes of a word that a register holds), CTK_ZERO_128 (1 where bytes of both signs are read as 128 more), and after
// ctk_look_up.

typedef uint8_t ctk_word __attribute__((vector_size(CTK_WORD_BYTES)));
typedef uint8_t ctk_word_at __attribute__((vector_size(CTK_WORD_BYTES), aligned(1), may_alias));
typedef uint8_t ctk_wide_bytes __attribute__((vector_size(16), aligned(1), may_alias));
typedef int8_t ctk_wide_signed __attribute__((vector_size(16)));

/// The bytes of a table of 16 at the places that `index` holds, which are below 16.
CTK_INLINE ctk_word ctk_look_up(const uint8_t table[16], ctk_word index);

CTK_INLINE ctk_word ctk_load_word(const uint8_t *p) { return *(const ctk_word_at *)p; }

/// Bits `from`... of each byte moved to `to`..., where the mask keeps them.
CTK_INLINE ctk_word ctk_move_bits(ctk_word bytes, size_t from, size_t to, uint8_t mask) {
    // Shifts of 16 bits are what the processors have; bits that come from the neighbour are masked out.
    typedef uint16_t halves __attribute__((vector_size(CTK_WORD_BYTES)));
    const halves all = (halves)bytes;
    return (ctk_word)(from > to ? all >> (uint16_t)(from - to) : all << (uint16_t)(to - from)) & mask;
}

/// Word 0...7 of a block: four columns of some rows, as bytes. `planes` are the block's, at the first of these rows.
CTK_INLINE ctk_word ctk_weights(ctk_type type, const uint8_t *planes, size_t word) {
    const ctk_layout layout = ctk_layout_of(type);
    if (layout.bits == 8) return ctk_load_word(planes + 64 * word) ^ (uint8_t)(CTK_ZERO_128 ? 0x80 : 0);
    ctk_word result = {};
    if (ctk_has_nibbles(layout)) result = ctk_move_bits(ctk_load_word(planes + 64 * (word % 4)), word / 4 * 4, 0, 15);
    if (ctk_has_pairs(layout)) {
        const ctk_word pairs = ctk_load_word(planes + ctk_pairs_offset(layout) + 64 * (word / 4));
        const size_t to = layout.bits == 6 ? 4 : 0;
        result |= ctk_move_bits(pairs, word % 4 * 2, to, (uint8_t)(3 << to));
    }
    if (ctk_has_ones(layout)) {
        const size_t to = layout.bits - 1;
        result |= ctk_move_bits(ctk_load_word(planes + ctk_ones_offset(layout)), word, to, (uint8_t)(1 << to));
    }
    if (layout.coding != CTK_TABULATED) return result;
    static const int8_t signed_values[16] = {CTK_IQ4_VALUES};
#define CTK_ABOVE(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)                                                     \
    a + 128, b + 128, c + 128, d + 128, e + 128, f + 128, g + 128, h + 128, i + 128, j + 128, k + 128, l + 128,      \
        m + 128, n + 128, o + 128, p + 128
#define CTK_ABOVE_ALL(values) CTK_ABOVE(values)
    static const uint8_t biased_values[16] = {CTK_ABOVE_ALL(CTK_IQ4_VALUES)};
    return ctk_look_up(CTK_ZERO_128 ? biased_values : (const uint8_t *)signed_values, result);
}

/// Which quant means 0 in what ctk_weights gives, as a power of two times 8.
CTK_INLINE int ctk_zero_shift(ctk_layout layout) {
    if (layout.coding != CTK_BIASED) return 4;
    return layout.zero == 4 ? -1 : layout.zero == 8 ? 0 : layout.zero == 16 ? 1 : 2;
}

/// Whether what ctk_weights gives has a bias that products must be freed from.
CTK_INLINE bool ctk_is_biased(ctk_layout layout) {
    return layout.coding == CTK_BIASED ? layout.zero != 0 : CTK_ZERO_128;
}

/// 16 bytes as floats.
CTK_INLINE ctk_vf ctk_float_bytes(const uint8_t *bytes, bool is_signed) {
    const ctk_wide_bytes all = *(const ctk_wide_bytes *)bytes;
    if (is_signed) return __builtin_convertvector((ctk_wide_signed)all, ctk_vf);
    return __builtin_convertvector(__builtin_convertvector(all, ctk_vi), ctk_vf);
}

/// The low or high four bits of 16 bytes as floats.
CTK_INLINE ctk_vf ctk_float_nibbles(const uint8_t *bytes, bool high) {
    const ctk_vi all = __builtin_convertvector(*(const ctk_wide_bytes *)bytes, ctk_vi);
    return __builtin_convertvector(high ? all >> 4 : all & 15, ctk_vf);
}

/// The scales of a block (or of its half `part`) of 16 rows.
CTK_INLINE ctk_vf ctk_block_scales(ctk_type type, const ctk_group_view *view, size_t block, size_t part) {
    const ctk_layout layout = ctk_layout_of(type);
    if (!layout.nested) return ctk_load_half(view->scales + block * CTK_GROUP_ROWS);
    const ctk_vf outer = ctk_load_half(view->scales + block / CTK_SUPERBLOCK_PARTS * CTK_GROUP_ROWS);
    const uint8_t *inner = view->nested + (2 * block + part) * CTK_GROUP_ROWS;
    if (layout.halves && layout.minima) return outer * ctk_float_nibbles(inner, false);
    return outer * ctk_float_bytes(inner, layout.halves);
}

/// The minima, where there are any.
CTK_INLINE ctk_vf ctk_block_minima(ctk_type type, const ctk_group_view *view, size_t block, size_t part) {
    const ctk_layout layout = ctk_layout_of(type);
    if (!layout.nested) return ctk_load_half(view->minima + block * CTK_GROUP_ROWS);
    const ctk_vf outer = ctk_load_half(view->minima + block / CTK_SUPERBLOCK_PARTS * CTK_GROUP_ROWS);
    const uint8_t *inner = view->nested + (2 * block + part) * CTK_GROUP_ROWS;
    if (layout.halves) return outer * ctk_float_nibbles(inner, true);
    return outer * ctk_float_bytes(inner + CTK_GROUP_ROWS, false);
}

/// Parts of a block that have scales of their own, and the words of each.
CTK_INLINE size_t ctk_parts(ctk_layout layout) { return layout.halves ? 2 : 1; }
CTK_INLINE size_t ctk_part_words(ctk_layout layout) { return layout.halves ? 4 : 8; }

/// Where a token's number for part `part` of a block is: an array's, or its twin's for halves.
CTK_INLINE size_t ctk_part_index(ctk_layout layout, size_t at, size_t part) { return layout.halves ? 2 * at + part : at; }
