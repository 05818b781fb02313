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

/// scores[row][position] for the first `blocks` blocks of 16 positions of a page.
CTK_INLINE void ctk_page_scores(const ctk_attention *call, size_t rows, const uint16_t *keys, size_t blocks,
                                float scores[][CTK_PAGE_POSITIONS]) {
    for (size_t block = 0; block < blocks; block++) {
        const uint16_t *block_keys = keys + block * call->head_size * 16;
        ctk_vf even[CTK_ATTENTION_ROWS] = {}, odd[CTK_ATTENTION_ROWS] = {};
        for (size_t d = 0; d < call->head_size; d += 2) {
            const ctk_vf first = ctk_load_half(block_keys + d * 16), second = ctk_load_half(block_keys + d * 16 + 16);
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
CTK_INLINE void ctk_page_values(const ctk_attention *call, size_t rows, const uint16_t *values, size_t positions,
                                size_t chunk, size_t d, const float *factors, float scores[][CTK_PAGE_POSITIONS]) {
    ctk_vf sums[CTK_ATTENTION_ROWS][CTK_CHUNK];
    CTK_UNROLL for (size_t r = 0; r < rows; r++)
        CTK_UNROLL for (size_t c = 0; c < chunk; c++)
            sums[r][c] = ctk_load(call->outputs[r] + d + c * 16) * factors[r];
    for (size_t position = 0; position < positions; position++) {
        const uint16_t *value = values + position * call->head_size + d;
        CTK_UNROLL for (size_t c = 0; c < chunk; c++) {
            const ctk_vf v = ctk_load_half(value + c * 16);
            CTK_UNROLL for (size_t r = 0; r < rows; r++) sums[r][c] += v * scores[r][position];
        }
    }
    CTK_UNROLL for (size_t r = 0; r < rows; r++)
        CTK_UNROLL for (size_t c = 0; c < chunk; c++) ctk_store(call->outputs[r] + d + c * 16, sums[r][c]);
}

CTK_INLINE void ctk_attention_rows(const ctk_attention *call, size_t rows) {
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
        ctk_page_scores(call, rows, (const uint16_t *)(page + call->key_offset), blocks, scores);
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
        const uint16_t *values = (const uint16_t *)(page + call->value_offset);
        size_t d = 0;
        for (; d + CTK_CHUNK * 16 <= call->head_size; d += CTK_CHUNK * 16)
            ctk_page_values(call, rows, values, positions, CTK_CHUNK, d, factors, scores);
        for (; d < call->head_size; d += 16) ctk_page_values(call, rows, values, positions, 1, d, factors, scores);
    }
    for (size_t r = 0; r < rows; r++) {
        const float inverse = 1 / states[r].total;
        for (size_t d = 0; d < call->head_size; d += 16)
            ctk_store(call->outputs[r] + d, ctk_load(call->outputs[r] + d) * inverse);
    }
}

static void ctk_body_attention(const ctk_attention *call) {
    switch (call->rows) {
        case 4: ctk_attention_rows(call, 4); break;
        case 3: ctk_attention_rows(call, 3); break;
        case 2: ctk_attention_rows(call, 2); break;
        default: ctk_attention_rows(call, 1); break;
    }
}
