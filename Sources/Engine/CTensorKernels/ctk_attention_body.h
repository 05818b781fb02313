// SPDX-License-Identifier: Apache-2.0
//
// Attention over a paged cache with an online softmax (Milakov and Gimelshein 2018; Dao et al. 2022): each page's scores
// are turned into weights relative to the largest score so far, and what was summed before is scaled down when a larger
// one comes. Included by ctk_vector_body.h.

// Query rows are computed together, at most CTK_ROWS, so that each key and value is loaded and converted once for all of
// them. How many there are never changes what a row computes.

/// What a tile of query rows works on; results are scaled at the end.
typedef struct {
    float queries[CTK_ROWS][CTK_MAX_HEAD_SIZE];
    float scores[CTK_ROWS][CTK_PAGE_POSITIONS];
    float outputs[CTK_ROWS][CTK_MAX_HEAD_SIZE];
    ctk_vf totals[CTK_ROWS];  ///< Sums of weights, in 16 parts.
    float maxima[16];         ///< The largest score so far of each row.
    float factors[16];        ///< What each row's sums so far are multiplied with.
} ctk_attention_tile;

_Static_assert(CTK_CACHE_BLOCK == 16, "a block is a vector");

/// 16 elements of a page from the `index`-th on, without their scale.
CTK_INLINE ctk_vf ctk_load_cached(ctk_cache_type type, const void *elements, size_t index) {
    if (type == CTK_CACHE_F16) return ctk_load_half((const uint16_t *)elements + index);
    if (type == CTK_CACHE_F32) return ctk_load((const float *)elements + index);
    return __builtin_convertvector(*(const ctk_vb_at *)((const int8_t *)elements + index), ctk_vf);
}

/// The scales of a page's keys or values, for elements from `d` on and positions from `position` on.
CTK_INLINE const float *ctk_page_scales(const ctk_attention *call, const uint8_t *elements, size_t d, size_t position) {
    const float *scales = (const float *)(elements + CTK_PAGE_POSITIONS * call->head_size);
    return scales + d / CTK_CACHE_BLOCK * CTK_PAGE_POSITIONS + position;
}

/// Vectors that each of `rows` rows adds up at a time: 1, 2 or 4, so many that additions need not wait for each other.
CTK_INLINE size_t ctk_vectors(size_t rows) { return rows * 4 <= CTK_VECTORS ? 4 : rows * 2 <= CTK_VECTORS ? 2 : 1; }

/// scores[row][position] for `count` blocks of 16 positions from `position` on.
CTK_INLINE void ctk_block_scores(const ctk_attention *call, ctk_cache_type type, size_t rows, const uint8_t *keys,
                                 size_t count, size_t position, ctk_attention_tile *tile) {
    ctk_vf sums[CTK_ROWS][4] = {};
    for (size_t d = 0; d < call->head_size; d++) {
        ctk_vf key[4];
        CTK_UNROLL for (size_t i = 0; i < count; i++) {
            key[i] = ctk_load_cached(type, keys, (position + i * 16) * call->head_size + d * 16);
            if (type == CTK_CACHE_Q8) key[i] *= ctk_load(ctk_page_scales(call, keys, d, position + i * 16));
        }
        CTK_UNROLL for (size_t r = 0; r < rows; r++)
            CTK_UNROLL for (size_t i = 0; i < count; i++) sums[r][i] += key[i] * tile->queries[r][d];
    }
    CTK_UNROLL for (size_t r = 0; r < rows; r++)
        CTK_UNROLL for (size_t i = 0; i < count; i++)
            ctk_store(&tile->scores[r][position + i * 16], sums[r][i] * call->scale);
}

/// scores[row][position] for the first `blocks` blocks of 16 positions of a page.
CTK_INLINE void ctk_page_scores(const ctk_attention *call, ctk_cache_type type, size_t rows, const uint8_t *keys,
                                size_t blocks, ctk_attention_tile *tile) {
    const size_t most = ctk_vectors(rows);
    size_t block = 0;
    for (; block + most <= blocks; block += most) ctk_block_scores(call, type, rows, keys, most, block * 16, tile);
    for (; most > 2 && block + 2 <= blocks; block += 2) ctk_block_scores(call, type, rows, keys, 2, block * 16, tile);
    for (; block < blocks; block++) ctk_block_scores(call, type, rows, keys, 1, block * 16, tile);
    if (call->softcap == 0) return;
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < blocks * 16; i += 16) {
            float *scores = &tile->scores[r][i];
            ctk_store(scores, ctk_capped(ctk_load(scores), call->softcap, 1 / call->softcap));
        }
    }
}

/// What is left of `position` behind `start`.
CTK_INLINE size_t ctk_beyond(size_t position, size_t start) { return position > start ? position - start : 0; }

/// The largest score of a row in a page, of which it sees positions [begin, end), perhaps none; hides the others.
CTK_INLINE float ctk_hide_unseen(float *scores, size_t begin, size_t end, size_t blocks) {
    for (size_t i = 0; i < begin && i < blocks * 16; i++) scores[i] = -INFINITY;
    for (size_t i = end; i < blocks * 16; i++) scores[i] = -INFINITY;
    ctk_vf largest = ctk_load(scores);
    for (size_t block = 1; block < blocks; block++) largest = ctk_max(largest, ctk_load(scores + block * 16));
    return ctk_reduce_max(largest);
}

/// Turns the scores of a page into weights, which are 0 at positions that a row does not see, and adds them up.
CTK_INLINE void ctk_page_weights(const ctk_attention *call, size_t first, size_t rows, size_t start, size_t blocks,
                                 ctk_attention_tile *tile) {
    float maxima[16] = {0};
    for (size_t r = 0; r < rows; r++) {
        const size_t begin = ctk_beyond(call->starts[first + r], start), end = ctk_beyond(call->limits[first + r], start);
        maxima[r] = fmaxf(tile->maxima[r], ctk_hide_unseen(tile->scores[r], begin, end, blocks));
    }
    // All factors at once; exactly 1 where the maximum stays. A row that has seen nothing yet keeps -infinity and zeros.
    ctk_store(tile->factors, ctk_exp(ctk_load(tile->maxima) - ctk_load(maxima)));
    memcpy(tile->maxima, maxima, sizeof maxima);
    for (size_t r = 0; r < rows; r++) {
        ctk_vf sum = tile->totals[r] * tile->factors[r];
        for (size_t block = 0; block < blocks; block++) {
            const ctk_vf below = ctk_load(&tile->scores[r][block * 16]) - maxima[r];
            // The smallest that ctk_exp gives is not 0.
            const ctk_vi seen = below > ctk_splat(-87);
            const ctk_vf weights = (ctk_vf)((ctk_vi)ctk_exp(below) & seen);
            ctk_store(&tile->scores[r][block * 16], weights);
            sum += weights;
        }
        tile->totals[r] = sum;
    }
}

/// outputs[row] = outputs[row] * factors[row] + sum over positions of weight * value, for `count` * 16 elements from `d` on.
CTK_INLINE void ctk_page_values(const ctk_attention *call, ctk_cache_type type, size_t rows, const uint8_t *values,
                                size_t begin, size_t end, size_t count, size_t d, ctk_attention_tile *tile) {
    ctk_vf sums[CTK_ROWS][4];
    CTK_UNROLL for (size_t r = 0; r < rows; r++)
        CTK_UNROLL for (size_t i = 0; i < count; i++)
            sums[r][i] = ctk_load(&tile->outputs[r][d + i * 16]) * tile->factors[r];
    for (size_t position = begin; position < end; position++) {
        CTK_UNROLL for (size_t i = 0; i < count; i++) {
            ctk_vf v = ctk_load_cached(type, values, position * call->head_size + d + i * 16);
            if (type == CTK_CACHE_Q8) v *= *ctk_page_scales(call, values, d + i * 16, position);
            CTK_UNROLL for (size_t r = 0; r < rows; r++) sums[r][i] += v * tile->scores[r][position];
        }
    }
    CTK_UNROLL for (size_t r = 0; r < rows; r++)
        CTK_UNROLL for (size_t i = 0; i < count; i++) ctk_store(&tile->outputs[r][d + i * 16], sums[r][i]);
}

/// Scores, weights and values of one page, which begins at position `start`, for positions [earliest, longest).
CTK_INLINE void ctk_attend_page(const ctk_attention *call, ctk_cache_type type, size_t first, size_t rows,
                                size_t start, size_t earliest, size_t longest, ctk_attention_tile *tile) {
    const uint8_t *page = call->pages[start / CTK_PAGE_POSITIONS];
    const size_t positions = longest - start < CTK_PAGE_POSITIONS ? longest - start : CTK_PAGE_POSITIONS;
    const size_t blocks = (positions + 15) / 16, begin = ctk_beyond(earliest, start);
    ctk_page_scores(call, type, rows, page + call->key_offset, blocks, tile);
    ctk_page_weights(call, first, rows, start, blocks, tile);
    const uint8_t *values = page + call->value_offset;
    const size_t most = ctk_vectors(rows);
    size_t d = 0;
    for (; d + most * 16 <= call->head_size; d += most * 16)
        ctk_page_values(call, type, rows, values, begin, positions, most, d, tile);
    for (; d < call->head_size; d += 16) ctk_page_values(call, type, rows, values, begin, positions, 1, d, tile);
}

CTK_INLINE void ctk_attention_rows(const ctk_attention *call, ctk_cache_type type, size_t first, size_t rows) {
    ctk_attention_tile tile;
    ctk_store(tile.maxima, ctk_splat(-INFINITY));
    size_t earliest = SIZE_MAX, longest = 0;
    for (size_t r = 0; r < rows; r++) {
        const size_t start = call->starts[first + r], limit = call->limits[first + r];
        tile.totals[r] = ctk_splat(0);
        memcpy(tile.queries[r], call->queries[first + r], call->head_size * sizeof(float));
        memset(tile.outputs[r], 0, call->head_size * sizeof(float));
        earliest = start < earliest ? start : earliest;
        longest = limit > longest ? limit : longest;
    }
    size_t start = earliest / CTK_PAGE_POSITIONS * CTK_PAGE_POSITIONS;
    for (; start < longest; start += CTK_PAGE_POSITIONS)
        ctk_attend_page(call, type, first, rows, start, earliest, longest, &tile);
    for (size_t r = 0; r < rows; r++) {
        const float inverse = 1 / ctk_reduce_add(tile.totals[r]);
        for (size_t d = 0; d < call->head_size; d += 16)
            ctk_store(call->outputs[first + r] + d, ctk_load(&tile.outputs[r][d]) * inverse);
    }
}

CTK_INLINE void ctk_attention_of_type(const ctk_attention *call, ctk_cache_type type) {
    size_t row = 0;
    for (; row + CTK_ROWS <= call->rows; row += CTK_ROWS) ctk_attention_rows(call, type, row, CTK_ROWS);
    if (CTK_ROWS > 4 && row + 4 <= call->rows) {
        ctk_attention_rows(call, type, row, 4);
        row += 4;
    }
    switch (call->rows - row) {
        case 3: ctk_attention_rows(call, type, row, 3); break;
        case 2: ctk_attention_rows(call, type, row, 2); break;
        case 1: ctk_attention_rows(call, type, row, 1); break;
    }
}

static void ctk_body_attention(const ctk_attention *call) {
    switch (call->cache) {
        case CTK_CACHE_F16: ctk_attention_of_type(call, CTK_CACHE_F16); break;
        case CTK_CACHE_Q8: ctk_attention_of_type(call, CTK_CACHE_Q8); break;
        case CTK_CACHE_F32: ctk_attention_of_type(call, CTK_CACHE_F32); break;
    }
}

static void ctk_body_store_quants(int8_t *out, float *scales, const float *x, size_t count, size_t stride) {
    for (size_t i = 0; i + 16 <= count; i += 16) {
        const ctk_vf v = ctk_load(x + i);
        const float scale = ctk_reduce_max(__builtin_elementwise_abs(v)) / 127, inverse = scale > 0 ? 1 / scale : 0;
        const ctk_vf rounded = __builtin_elementwise_roundeven(v * inverse);
        const ctk_vf clamped = ctk_max(ctk_splat(-127), ctk_min(ctk_splat(127), rounded));
        const ctk_vb quants = __builtin_convertvector(__builtin_convertvector(clamped, ctk_vi), ctk_vb);
        scales[i / 16 * CTK_PAGE_POSITIONS] = scale;
        if (stride == 1) *(ctk_vb_at *)(out + i) = quants;
        else CTK_UNROLL for (size_t j = 0; j < 16; j++) out[(i + j) * stride] = quants[j];
    }
}
