// SPDX-License-Identifier: Apache-2.0
//
// Attention over a paged cache with an online softmax (Milakov and Gimelshein 2018; Dao et al. 2022): each page's scores
// are turned into weights relative to the largest score so far, and what was summed before is scaled down when a larger
// one comes. Included by ctk_vector_body.h.

/// Running softmax of one query row.
typedef struct {
    float maximum, total;
} ctk_softmax_state;

#define CTK_PAGE_BLOCKS (CTK_PAGE_POSITIONS / 16)

_Static_assert(CTK_CACHE_BLOCK == 16, "a block is a vector");

/// 16 elements of a page from the `index`-th on, without their scale.
CTK_INLINE ctk_vf ctk_load_cached(ctk_cache_type type, const void *elements, size_t index) {
    if (type == CTK_CACHE_F16) return ctk_load_half((const uint16_t *)elements + index);
    return __builtin_convertvector(*(const ctk_vb_at *)((const int8_t *)elements + index), ctk_vf);
}

/// The scales of a page's keys or values, for elements from `d` on and positions from `position` on.
CTK_INLINE const float *ctk_page_scales(const ctk_attention *call, const uint8_t *elements, size_t d, size_t position) {
    const float *scales = (const float *)(elements + CTK_PAGE_POSITIONS * call->head_size);
    return scales + d / CTK_CACHE_BLOCK * CTK_PAGE_POSITIONS + position;
}

/// scores[row][position] for the first `blocks` blocks of 16 positions of a page.
CTK_INLINE void ctk_page_scores(const ctk_attention *call, ctk_cache_type type, size_t rows, const uint8_t *keys,
                                size_t blocks, float scores[][CTK_PAGE_POSITIONS]) {
    for (size_t block = 0; block < blocks; block++) {
        const size_t begin = block * call->head_size * 16;
        ctk_vf even[CTK_ATTENTION_ROWS] = {}, odd[CTK_ATTENTION_ROWS] = {};
        for (size_t d = 0; d < call->head_size; d += 2) {
            ctk_vf first = ctk_load_cached(type, keys, begin + d * 16);
            ctk_vf second = ctk_load_cached(type, keys, begin + d * 16 + 16);
            if (type == CTK_CACHE_Q8) {
                const ctk_vf scale = ctk_load(ctk_page_scales(call, keys, d, block * 16));
                first *= scale, second *= scale;
            }
            CTK_UNROLL for (size_t r = 0; r < rows; r++) {
                even[r] += first * call->queries[r][d];
                odd[r] += second * call->queries[r][d + 1];
            }
        }
        CTK_UNROLL for (size_t r = 0; r < rows; r++)
            ctk_store(&scores[r][block * 16], (even[r] + odd[r]) * call->scale);
    }
}

/// Turns a row's scores into weights (0 beyond `limit`); returns the factor for what was summed before.
CTK_INLINE float ctk_page_weights(ctk_softmax_state *state, float *scores, size_t limit, size_t blocks) {
    for (size_t i = limit; i < blocks * 16; i++) scores[i] = -INFINITY;
    ctk_vf largest = ctk_load(scores);
    for (size_t block = 1; block < blocks; block++)
        largest = __builtin_elementwise_max(largest, ctk_load(scores + block * 16));
    const float previous = state->maximum;
    state->maximum = fmaxf(previous, ctk_reduce_max(largest));
    ctk_vf sum = {};
    for (size_t block = 0; block < blocks; block++) {
        const ctk_vf weights = ctk_exp(ctk_load(scores + block * 16) - state->maximum);
        ctk_store(scores + block * 16, weights);
        sum += weights;
    }
    // ctk_exp never gives exactly 0, so masked positions are cleared by hand.
    for (size_t i = limit; i < blocks * 16; i++) {
        sum[i % 16] -= scores[i];
        scores[i] = 0;
    }
    const float factor = previous == state->maximum ? 1 : expf(previous - state->maximum);
    state->total = state->total * factor + ctk_reduce_add(sum);
    return factor;
}

/// out[row] = out[row] * factors[row] + sum over positions of weight * value, for CTK_CHUNK * 16 elements from `d` on.
CTK_INLINE void ctk_page_values(const ctk_attention *call, ctk_cache_type type, size_t rows, const uint8_t *values,
                                size_t positions, size_t chunk, size_t d, const float *factors,
                                float scores[][CTK_PAGE_POSITIONS]) {
    ctk_vf sums[CTK_ATTENTION_ROWS][CTK_CHUNK];
    CTK_UNROLL for (size_t r = 0; r < rows; r++)
        CTK_UNROLL for (size_t c = 0; c < chunk; c++)
            sums[r][c] = ctk_load(call->outputs[r] + d + c * 16) * factors[r];
    for (size_t position = 0; position < positions; position++) {
        const size_t begin = position * call->head_size + d;
        CTK_UNROLL for (size_t c = 0; c < chunk; c++) {
            ctk_vf v = ctk_load_cached(type, values, begin + c * 16);
            if (type == CTK_CACHE_Q8) v *= *ctk_page_scales(call, values, d + c * 16, position);
            CTK_UNROLL for (size_t r = 0; r < rows; r++) sums[r][c] += v * scores[r][position];
        }
    }
    CTK_UNROLL for (size_t r = 0; r < rows; r++)
        CTK_UNROLL for (size_t c = 0; c < chunk; c++) ctk_store(call->outputs[r] + d + c * 16, sums[r][c]);
}

CTK_INLINE void ctk_attention_rows(const ctk_attention *call, ctk_cache_type type, size_t rows) {
    ctk_softmax_state states[CTK_ATTENTION_ROWS];
    size_t longest = 0;
    for (size_t r = 0; r < rows; r++) {
        states[r] = (ctk_softmax_state){.maximum = -INFINITY, .total = 0};
        memset(call->outputs[r], 0, call->head_size * sizeof(float));
        longest = call->limits[r] > longest ? call->limits[r] : longest;
    }
    float scores[CTK_ATTENTION_ROWS][CTK_PAGE_POSITIONS];
    for (size_t start = 0; start < longest; start += CTK_PAGE_POSITIONS) {
        const uint8_t *page = call->pages[start / CTK_PAGE_POSITIONS];
        const size_t positions = longest - start < CTK_PAGE_POSITIONS ? longest - start : CTK_PAGE_POSITIONS;
        const size_t blocks = (positions + 15) / 16;
        ctk_page_scores(call, type, rows, page + call->key_offset, blocks, scores);
        float factors[CTK_ATTENTION_ROWS];
        for (size_t r = 0; r < rows; r++) {
            const size_t seen = call->limits[r] > start ? call->limits[r] - start : 0;
            if (seen == 0) {  // Only a row whose limit ends before this page.
                memset(scores[r], 0, sizeof scores[r]);
                factors[r] = 1;
            } else {
                factors[r] = ctk_page_weights(&states[r], scores[r], seen < positions ? seen : positions, blocks);
            }
        }
        const uint8_t *values = page + call->value_offset;
        size_t d = 0;
        for (; d + CTK_CHUNK * 16 <= call->head_size; d += CTK_CHUNK * 16)
            ctk_page_values(call, type, rows, values, positions, CTK_CHUNK, d, factors, scores);
        for (; d < call->head_size; d += 16)
            ctk_page_values(call, type, rows, values, positions, 1, d, factors, scores);
    }
    for (size_t r = 0; r < rows; r++) {
        const float inverse = 1 / states[r].total;
        for (size_t d = 0; d < call->head_size; d += 16)
            ctk_store(call->outputs[r] + d, ctk_load(call->outputs[r] + d) * inverse);
    }
}

CTK_INLINE void ctk_attention_of_type(const ctk_attention *call, ctk_cache_type type) {
    switch (call->rows) {
        case 4: ctk_attention_rows(call, type, 4); break;
        case 3: ctk_attention_rows(call, type, 3); break;
        case 2: ctk_attention_rows(call, type, 2); break;
        default: ctk_attention_rows(call, type, 1); break;
    }
}

static void ctk_body_attention(const ctk_attention *call) {
    if (call->cache == CTK_CACHE_Q8) ctk_attention_of_type(call, CTK_CACHE_Q8);
    else ctk_attention_of_type(call, CTK_CACHE_F16);
}

static void ctk_body_store_quants(int8_t *out, float *scales, const float *x, size_t count, size_t stride) {
    for (size_t i = 0; i + 16 <= count; i += 16) {
        const ctk_vf v = ctk_load(x + i);
        const float scale = ctk_reduce_max(__builtin_elementwise_abs(v)) / 127, inverse = scale > 0 ? 1 / scale : 0;
        const ctk_vf rounded = __builtin_elementwise_roundeven(v * inverse);
        const ctk_vf clamped = __builtin_elementwise_max(ctk_splat(-127), __builtin_elementwise_min(ctk_splat(127), rounded));
        const ctk_vb quants = __builtin_convertvector(__builtin_convertvector(clamped, ctk_vi), ctk_vb);
        scales[i / 16 * CTK_PAGE_POSITIONS] = scale;
        if (stride == 1) *(ctk_vb_at *)(out + i) = quants;
        else CTK_UNROLL for (size_t j = 0; j < 16; j++) out[(i + j) * stride] = quants[j];
    }
}
