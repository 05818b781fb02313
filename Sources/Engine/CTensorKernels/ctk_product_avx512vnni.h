// SPDX-License-Identifier: Apache-2.0
//
// Products of quantised weights with vpdpbusd. A register holds four columns of a group's 16 rows; inputs are broadcast
// four bytes at a time and serve both groups of a pair, so that the multipliers, not the loads, are what limits.
//
// A token's result is the sum over its blocks in order, and apart from that the sum over the fine parts of its refined
// blocks in order. Every path below adds up in this way, so that it does not matter which one a token takes.

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

/// Four columns of 16 rows as unsigned bytes: word 0...7 of a block.
CTK_INLINE __m512i weights_word(ctk_type type, const uint8_t *quants, size_t block, size_t word) {
    if (type == CTK_Q8_0) {
        const __m512i packed = _mm512_loadu_si512(quants + block * 512 + 64 * word);
        return _mm512_xor_si512(packed, _mm512_set1_epi8((char)0x80));
    }
    const __m512i packed = _mm512_loadu_si512(quants + block * 256 + 64 * (word & 3));
    return _mm512_and_si512(word < 4 ? packed : _mm512_srli_epi16(packed, 4), _mm512_set1_epi8(15));
}

CTK_INLINE __m512i four_columns(const int8_t *quants) {
    int32_t four;
    memcpy(&four, quants, sizeof four);
    return _mm512_set1_epi32(four);
}

/// Where a block's dot products begin, so that the bias of the weights (8, or 128 = 16 * 8) is undone.
CTK_INLINE __m512i first_dot(ctk_type type, const int32_t *offset) {
    if (type == CTK_Q4_1) return _mm512_setzero_si512();
    const __m512i eight = _mm512_set1_epi32(*offset);
    return type == CTK_Q8_0 ? _mm512_slli_epi32(eight, 4) : eight;
}

/// sum + dot * scale * unit
CTK_INLINE __m512 add_scaled(__m512 sum, __m512i dot, __m512 scale, __m512 unit) {
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), _mm512_mul_ps(scale, unit), sum);
}

CTK_INLINE __m512 load_scales(const uint16_t *halves, size_t block) {
    return (__m512)ctk_load_half(halves + block * CTK_GROUP_ROWS);
}

/// Adds one block's products for some groups and tokens to their sums.
CTK_INLINE void add_block(ctk_type type, size_t groups, size_t tokens, const ctk_group_view *views, size_t block,
                          const ctk_activations *x, size_t token, __m512 sums[PAIR][MOST_TOKENS]) {
    const size_t columns = x->columns, blocks = columns / CTK_BLOCK_COLUMNS;
    const int8_t *quants = x->quants + token * columns + block * CTK_BLOCK_COLUMNS;
    __m512i dots[PAIR][MOST_TOKENS];
    CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
        const __m512i first = first_dot(type, x->offsets + (token + t) * blocks + block);
        CTK_UNROLL for (size_t g = 0; g < groups; g++) dots[g][t] = first;
    }
    // Both halves of a packed byte, 16 columns apart, are used while it is in a register.
    const size_t steps = type == CTK_Q8_0 ? 1 : 2;
    CTK_UNROLL for (size_t word = 0; word < 8 / steps; word++) {
        __m512i weights[2][PAIR];
        CTK_UNROLL for (size_t g = 0; g < groups; g++)
            CTK_UNROLL for (size_t step = 0; step < steps; step++)
                weights[step][g] = weights_word(type, views[g].quants, block, word + 4 * step);
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
            CTK_UNROLL for (size_t step = 0; step < steps; step++) {
                const __m512i inputs = four_columns(quants + t * columns + 4 * word + 16 * step);
                CTK_UNROLL for (size_t g = 0; g < groups; g++)
                    dots[g][t] = _mm512_dpbusd_epi32(dots[g][t], weights[step][g], inputs);
            }
        }
    }
    CTK_UNROLL for (size_t g = 0; g < groups; g++) {
        const __m512 scale = load_scales(views[g].scales, block);
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) {
            const size_t at = (token + t) * blocks + block;
            sums[g][t] = add_scaled(sums[g][t], dots[g][t], scale, _mm512_set1_ps(x->scales[at]));
            if (type == CTK_Q4_1)
                sums[g][t] =
                    _mm512_fmadd_ps(load_scales(views[g].minima, block), _mm512_set1_ps(x->sums[at]), sums[g][t]);
        }
    }
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

/// The fine parts of one block for `count` tokens (the same one twice does no harm: it goes to another row of `fine`).
CTK_INLINE void add_fine(ctk_type type, size_t groups, size_t count, __m512i weights[][8], const __m512 *scales,
                         size_t block, const ctk_activations *x, const size_t *tokens, float *const *fine) {
    const size_t columns = x->columns, blocks = columns / CTK_BLOCK_COLUMNS;
    __m512i dots[2][PAIR];
    CTK_UNROLL for (size_t i = 0; i < count; i++) {
        const __m512i first = first_dot(type, x->fine_offsets + tokens[i] * blocks + block);
        CTK_UNROLL for (size_t g = 0; g < groups; g++) dots[i][g] = first;
    }
    CTK_UNROLL for (size_t word = 0; word < 8; word++) {
        CTK_UNROLL for (size_t i = 0; i < count; i++) {
            const __m512i inputs = four_columns(x->fine + tokens[i] * columns + block * CTK_BLOCK_COLUMNS + 4 * word);
            CTK_UNROLL for (size_t g = 0; g < groups; g++)
                dots[i][g] = _mm512_dpbusd_epi32(dots[i][g], weights[g][word], inputs);
        }
    }
    CTK_UNROLL for (size_t i = 0; i < count; i++) {
        const __m512 unit = _mm512_set1_ps(x->scales[tokens[i] * blocks + block] * ctk_fine_unit);
        CTK_UNROLL for (size_t g = 0; g < groups; g++) {
            float *sum = fine[i] + g * CTK_GROUP_ROWS;
            _mm512_storeu_ps(sum, add_scaled(_mm512_loadu_ps(sum), dots[i][g], scales[g], unit));
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
        __m512i weights[PAIR][8];
        __m512 scales[PAIR];
        CTK_UNROLL for (size_t g = 0; g < groups; g++) {
            scales[g] = load_scales(views[g].scales, block);
            CTK_UNROLL for (size_t word = 0; word < 8; word++)
                weights[g][word] = weights_word(type, views[g].quants, block, word);
        }
        while (mask != 0) {
            const size_t first = (size_t)__builtin_ctzll(mask);
            mask &= mask - 1;
            const size_t second = mask != 0 ? (size_t)__builtin_ctzll(mask) : CHUNK_TOKENS;
            mask &= mask - 1;
            const size_t pair[] = {token + first, token + (second < CHUNK_TOKENS ? second : first)};
            float *const rows[] = {fine + first * width, fine + second * width};
            add_fine(type, groups, 2, weights, scales, block, x, pair, rows);
        }
    }
}

/// Some groups times up to CHUNK_TOKENS tokens.
CTK_INLINE void chunk(ctk_type type, const ctk_matrix *w, size_t group, size_t groups, const ctk_activations *x,
                      size_t token, size_t tokens, float *out, size_t out_stride) {
    ctk_group_view views[PAIR];
    CTK_UNROLL for (size_t g = 0; g < groups; g++) views[g] = ctk_view(w, group + g, type == CTK_Q4_1);
    const size_t width = groups * CTK_GROUP_ROWS;
    const size_t block_bytes = groups * w->group_bytes / (w->columns / CTK_BLOCK_COLUMNS);
    float fine[(CHUNK_TOKENS + 1) * PAIR * CTK_GROUP_ROWS];
    out += group * CTK_GROUP_ROWS;
    sum_fine(type, groups, views, x, token, tokens, w->groups + (group + groups) * w->group_bytes, block_bytes, fine);
    // What was fastest: with 4-bit weights, the sums and dot products of 6 tokens leave just enough registers.
    const size_t most = type == CTK_Q8_0 ? 8 : 6;
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
    const ctk_group_view view = ctk_view(w, group, type == CTK_Q4_1);
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
            __m512i weights[1][8];
            CTK_UNROLL for (size_t word = 0; word < 8; word++)
                weights[0][word] = weights_word(type, view.quants, block, word);
            const __m512 scale = load_scales(view.scales, block);
            const size_t at = token + t;
            float *const row = fine[t];
            add_fine(type, 1, 1, weights, &scale, block, x, &at, &row);
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
