// SPDX-License-Identifier: Apache-2.0
//
// Products of quantised weights with vpdpbusd. A register holds four columns of a group's 16 rows; inputs are broadcast
// four bytes at a time and serve both groups of a pair, so that the multipliers, not the loads, are what limits.
//
// A token's result is the sum over its blocks in order, and apart from that the sum over the fine parts of its refined
// blocks in order. Every path below adds up in this way, so that it does not matter which one a token takes.

#define CTK_WORD_BYTES 64
#define CTK_ZERO_128 1
#include "ctk_weights_body.h"

enum {
    PAIR = 2,           ///< Groups whose rows are computed together.
    MOST_TOKENS = 8,    ///< Tokens of the largest tile.
    CHUNK_TOKENS = 64,  ///< Tokens whose fine parts are computed together, one bit each.
    FEW_TOKENS = 4,     ///< Fewer tokens than this are computed in one pass over the weights.
    PREFETCH_BYTES = 8192,  ///< How far ahead of their use weights are asked for: memory's rate times its latency, and more.
};

/// Asks for weights that are read a while later: they come from memory in one stream, which the processor alone follows
/// at three quarters of the speed.
CTK_INLINE void prefetch(const uint8_t *from, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 64) _mm_prefetch((const char *)from + i, _MM_HINT_T0);
}

CTK_INLINE ctk_word ctk_look_up(const uint8_t table[16], ctk_word index) {
    const __m512i everywhere = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table));
    return (ctk_word)_mm512_shuffle_epi8(everywhere, (__m512i)index);
}

/// Four columns of 16 rows as unsigned bytes: word 0...7 of a block.
CTK_INLINE __m512i weights_word(ctk_type type, const ctk_group_view *view, size_t block, size_t word) {
    return (__m512i)ctk_weights(type, view->quants + block * ctk_packed_block_bytes(ctk_layout_of(type)), word);
}

CTK_INLINE __m512i four_columns(const int8_t *quants) {
    int32_t four;
    memcpy(&four, quants, sizeof four);
    return _mm512_set1_epi32(four);
}

/// Where dot products begin, so that the bias of the weights is undone: 8, or another power of two.
CTK_INLINE __m512i first_dot(ctk_layout layout, const int32_t *offset) {
    if (!ctk_is_biased(layout)) return _mm512_setzero_si512();
    const __m512i eight = _mm512_set1_epi32(*offset);
    const int shift = ctk_zero_shift(layout);
    return shift < 0 ? _mm512_srai_epi32(eight, 1) : shift > 0 ? _mm512_slli_epi32(eight, (unsigned)shift) : eight;
}

/// sum + dot * scale * unit
CTK_INLINE __m512 add_scaled(__m512 sum, __m512i dot, __m512 scale, __m512 unit) {
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), _mm512_mul_ps(scale, unit), sum);
}

/// Adds the products of one part of a block (all of it, or the half that has a scale of its own) for some groups and
/// tokens to their sums.
CTK_INLINE void add_part(ctk_type type, size_t groups, size_t tokens, const ctk_group_view *views, size_t block,
                         size_t part, const ctk_activations *x, size_t token, __m512 sums[PAIR][MOST_TOKENS]) {
    const ctk_layout layout = ctk_layout_of(type);
    const size_t columns = x->columns, blocks = columns / CTK_BLOCK_COLUMNS;
    const int8_t *quants = x->quants + token * columns + block * CTK_BLOCK_COLUMNS;
    const int32_t *offsets = layout.halves ? x->half_offsets : x->offsets;
    const float *input_sums = layout.halves ? x->half_sums : x->sums;
    __m512i dots[PAIR][MOST_TOKENS];
    CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
        const size_t at = (token + t) * blocks + block;
        const __m512i first = first_dot(layout, offsets + ctk_part_index(layout, at, part));
        CTK_UNROLL for (size_t g = 0; g < groups; g++) dots[g][t] = first;
    }
    // Where a byte holds two columns that are 16 apart, both are used while it is in a register.
    const size_t steps = ctk_has_nibbles(layout) && !layout.halves ? 2 : 1;
    CTK_UNROLL for (size_t i = 0; i < ctk_part_words(layout) / steps; i++) {
        const size_t word = 4 * part + i;
        __m512i weights[2][PAIR];
        CTK_UNROLL for (size_t g = 0; g < groups; g++)
            CTK_UNROLL for (size_t step = 0; step < steps; step++)
                weights[step][g] = weights_word(type, &views[g], block, word + 4 * step);
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
            CTK_UNROLL for (size_t step = 0; step < steps; step++) {
                const __m512i inputs = four_columns(quants + t * columns + 4 * word + 16 * step);
                CTK_UNROLL for (size_t g = 0; g < groups; g++)
                    dots[g][t] = _mm512_dpbusd_epi32(dots[g][t], weights[step][g], inputs);
            }
        }
    }
    CTK_UNROLL for (size_t g = 0; g < groups; g++) {
        const __m512 scale = (__m512)ctk_block_scales(type, &views[g], block, part);
        const __m512 minimum = layout.minima ? (__m512)ctk_block_minima(type, &views[g], block, part) : scale;
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
            const size_t at = (token + t) * blocks + block;
            sums[g][t] = add_scaled(sums[g][t], dots[g][t], scale, _mm512_set1_ps(x->scales[at]));
            if (layout.minima) {
                const float input_sum = input_sums[ctk_part_index(layout, at, part)];
                sums[g][t] = _mm512_fmadd_ps(minimum, _mm512_set1_ps(input_sum), sums[g][t]);
            }
        }
    }
}

/// Adds one block's products for some groups and tokens to their sums.
CTK_INLINE void add_block(ctk_type type, size_t groups, size_t tokens, const ctk_group_view *views, size_t block,
                          const ctk_activations *x, size_t token, __m512 sums[PAIR][MOST_TOKENS]) {
    CTK_UNROLL for (size_t part = 0; part < ctk_parts(ctk_layout_of(type)); part++)
        add_part(type, groups, tokens, views, block, part, x, token, sums);
}

/// One or two groups times a tile of tokens; `fine` has the sums of the fine parts, a row of each group's 16 a token.
CTK_INLINE void tile(ctk_type type, size_t groups, size_t tokens, const ctk_group_view *views,
                     const ctk_activations *x, size_t token, const float *fine, float *out, size_t out_stride) {
    __m512 sums[PAIR][MOST_TOKENS];
    CTK_UNROLL for (size_t g = 0; g < groups; g++)
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) sums[g][t] = _mm512_setzero_ps();
    for (size_t block = 0; block < x->columns / CTK_BLOCK_COLUMNS; block++)
        add_block(type, groups, tokens, views, block, x, token, sums);
    CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
        CTK_UNROLL for (size_t g = 0; g < groups; g++) {
            const __m512 rest = _mm512_loadu_ps(fine + (t * groups + g) * CTK_GROUP_ROWS);
            _mm512_storeu_ps(out + (token + t) * out_stride + g * CTK_GROUP_ROWS, _mm512_add_ps(sums[g][t], rest));
        }
    }
}

/// What the fine parts of a block meet: its weights, and the scales of its parts.
typedef struct {
    __m512i words[PAIR][8];
    __m512 scales[PAIR][2];
} fine_weights;

CTK_INLINE fine_weights load_fine_weights(ctk_type type, size_t groups, const ctk_group_view *views, size_t block) {
    fine_weights result;
    CTK_UNROLL for (size_t g = 0; g < groups; g++) {
        CTK_UNROLL for (size_t part = 0; part < ctk_parts(ctk_layout_of(type)); part++)
            result.scales[g][part] = (__m512)ctk_block_scales(type, &views[g], block, part);
        CTK_UNROLL for (size_t word = 0; word < 8; word++)
            result.words[g][word] = weights_word(type, &views[g], block, word);
    }
    return result;
}

/// The fine parts of one block for `count` tokens (the same one twice does no harm: it goes to another row of `fine`).
CTK_INLINE void add_fine(ctk_type type, size_t groups, size_t count, const fine_weights *weights, size_t block,
                         const ctk_activations *x, const size_t *tokens, float *const *fine) {
    const ctk_layout layout = ctk_layout_of(type);
    const size_t columns = x->columns, blocks = columns / CTK_BLOCK_COLUMNS, parts = ctk_parts(layout);
    const int32_t *offsets = layout.halves ? x->fine_half_offsets : x->fine_offsets;
    __m512i dots[2][PAIR][2];
    CTK_UNROLL for (size_t i = 0; i < count; i++) {
        CTK_UNROLL for (size_t part = 0; part < parts; part++) {
            const size_t at = ctk_part_index(layout, tokens[i] * blocks + block, part);
            const __m512i first = first_dot(layout, offsets + at);
            CTK_UNROLL for (size_t g = 0; g < groups; g++) dots[i][g][part] = first;
        }
    }
    CTK_UNROLL for (size_t word = 0; word < 8; word++) {
        const size_t part = word / ctk_part_words(layout);
        CTK_UNROLL for (size_t i = 0; i < count; i++) {
            const __m512i inputs = four_columns(x->fine + tokens[i] * columns + block * CTK_BLOCK_COLUMNS + 4 * word);
            CTK_UNROLL for (size_t g = 0; g < groups; g++)
                dots[i][g][part] = _mm512_dpbusd_epi32(dots[i][g][part], weights->words[g][word], inputs);
        }
    }
    CTK_UNROLL for (size_t i = 0; i < count; i++) {
        const __m512 unit = _mm512_set1_ps(x->scales[tokens[i] * blocks + block] * ctk_fine_unit);
        CTK_UNROLL for (size_t g = 0; g < groups; g++) {
            __m512 sum = _mm512_loadu_ps(fine[i] + g * CTK_GROUP_ROWS);
            CTK_UNROLL for (size_t part = 0; part < parts; part++)
                sum = add_scaled(sum, dots[i][g][part], weights->scales[g][part], unit);
            _mm512_storeu_ps(fine[i] + g * CTK_GROUP_ROWS, sum);
        }
    }
}

/// Sums the fine parts of up to CHUNK_TOKENS tokens. Going by blocks, a block's weights stay in registers for all tokens
/// that refine it, two tokens at a time; `fine` has one row more than tokens, for the second of an odd last pair. On the
/// way it asks for the `next` groups, `block_bytes` a block.
CTK_INLINE void sum_fine(ctk_type type, size_t groups, const ctk_group_view *views, const ctk_activations *x,
                         size_t token, size_t tokens, const uint8_t *next, size_t block_bytes, float *fine) {
    const size_t width = groups * CTK_GROUP_ROWS;
    const uint64_t valid = ~(uint64_t)0 >> (CHUNK_TOKENS - tokens);
    memset(fine, 0, tokens * width * sizeof(float));
    for (size_t block = 0; block < x->columns / CTK_BLOCK_COLUMNS; block++) {
        prefetch(next + block * block_bytes, block_bytes);
        const __m512i refined = _mm512_loadu_si512(x->refined + block * x->token_stride + token);
        uint64_t mask = _mm512_test_epi8_mask(refined, refined) & valid;
        if (mask == 0) continue;
        const fine_weights weights = load_fine_weights(type, groups, views, block);
        while (mask != 0) {
            const size_t first = (size_t)__builtin_ctzll(mask);
            mask &= mask - 1;
            const size_t second = mask != 0 ? (size_t)__builtin_ctzll(mask) : CHUNK_TOKENS;
            mask &= mask - 1;
            const size_t pair[] = {token + first, token + (second < CHUNK_TOKENS ? second : first)};
            float *const rows[] = {fine + first * width, fine + second * width};
            add_fine(type, groups, 2, &weights, block, x, pair, rows);
        }
    }
}

/// Some groups times up to CHUNK_TOKENS tokens.
CTK_INLINE void chunk(ctk_type type, const ctk_matrix *w, size_t group, size_t groups, const ctk_activations *x,
                      size_t token, size_t tokens, float *out, size_t out_stride) {
    ctk_group_view views[PAIR];
    CTK_UNROLL for (size_t g = 0; g < groups; g++) views[g] = ctk_view(type, w, group + g);
    const size_t width = groups * CTK_GROUP_ROWS;
    const size_t block_bytes = groups * w->group_bytes / (w->columns / CTK_BLOCK_COLUMNS);
    float fine[(CHUNK_TOKENS + 1) * PAIR * CTK_GROUP_ROWS];
    out += group * CTK_GROUP_ROWS;
    sum_fine(type, groups, views, x, token, tokens, w->groups + (group + groups) * w->group_bytes, block_bytes, fine);
    // What was fastest: with 4-bit weights, the sums and dot products of 6 tokens leave just enough registers.
    const size_t most = ctk_layout_of(type).bits == 8 ? 8 : 6;
    size_t t = 0;
    for (; t + most <= tokens; t += most)
        tile(type, groups, most, views, x, token + t, fine + t * width, out, out_stride);
    if (t + 4 <= tokens) {
        tile(type, groups, 4, views, x, token + t, fine + t * width, out, out_stride);
        t += 4;
    }
    if (t + 2 <= tokens) {
        tile(type, groups, 2, views, x, token + t, fine + t * width, out, out_stride);
        t += 2;
    }
    if (t < tokens) tile(type, groups, 1, views, x, token + t, fine + t * width, out, out_stride);
}

/// One group times a few tokens, where memory is what limits: the weights are gone through once.
CTK_INLINE void few(ctk_type type, const ctk_matrix *w, size_t group, const ctk_activations *x, size_t token,
                    size_t tokens, float *out, size_t out_stride) {
    const ctk_group_view view = ctk_view(type, w, group);
    const uint8_t *ahead = w->groups + group * w->group_bytes + PREFETCH_BYTES;
    const size_t block_bytes = w->group_bytes / (w->columns / CTK_BLOCK_COLUMNS);
    __m512 sums[PAIR][MOST_TOKENS];
    float fine[MOST_TOKENS][CTK_GROUP_ROWS] = {};
    CTK_UNROLL for (size_t t = 0; t < tokens; t++) sums[0][t] = _mm512_setzero_ps();
    for (size_t block = 0; block < x->columns / CTK_BLOCK_COLUMNS; block++) {
        prefetch(ahead + block * block_bytes, block_bytes);
        add_block(type, 1, tokens, &view, block, x, token, sums);
        const uint8_t *refined = x->refined + block * x->token_stride + token;
        for (size_t t = 0; t < tokens; t++) {
            if (!refined[t]) continue;
            const fine_weights weights = load_fine_weights(type, 1, &view, block);
            const size_t at = token + t;
            float *const row = fine[t];
            add_fine(type, 1, 1, &weights, block, x, &at, &row);
        }
    }
    CTK_UNROLL for (size_t t = 0; t < tokens; t++)
        _mm512_storeu_ps(out + (token + t) * out_stride, _mm512_add_ps(sums[0][t], _mm512_loadu_ps(fine[t])));
}

CTK_INLINE void ctk_product_quants(ctk_type type, const ctk_matrix *w, size_t begin, size_t end,
                                   const ctk_activations *x, size_t tokens, float *out, size_t out_stride) {
    if (tokens < FEW_TOKENS) {
        for (size_t group = begin; group < end; group++) {
            float *target = out + group * CTK_GROUP_ROWS;
            switch (tokens) {
                case 3: few(type, w, group, x, 0, 3, target, out_stride); break;
                case 2: few(type, w, group, x, 0, 2, target, out_stride); break;
                case 1: few(type, w, group, x, 0, 1, target, out_stride); break;
            }
        }
        return;
    }
    for (size_t token = 0; token < tokens; token += CHUNK_TOKENS) {
        const size_t count = tokens - token < CHUNK_TOKENS ? tokens - token : CHUNK_TOKENS;
        size_t group = begin;
        for (; group + PAIR <= end; group += PAIR) chunk(type, w, group, PAIR, x, token, count, out, out_stride);
        if (group < end) chunk(type, w, group, 1, x, token, count, out, out_stride);
    }
}
