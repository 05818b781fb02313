// SPDX-License-Identifier: Apache-2.0
//
// Matrix products: those of float weights, written once, and the entries of the table. Included by ctk_vector_body.h.

/// Computes quantised rows of groups [begin, end) times tokens [0, tokens); each instruction set has its own.
CTK_INLINE void ctk_product_quants(ctk_type type, const ctk_matrix *w, size_t begin, size_t end,
                                   const ctk_activations *x, size_t tokens, float *out, size_t out_stride);

/// One group times `tokens` (1...CTK_TILE, known when inlined) tokens from `token` on.
typedef void (*ctk_tile_fn)(ctk_type type, const ctk_matrix *w, size_t group, const ctk_activations *x, size_t token,
                            size_t tokens, float *out, size_t out_stride);

/// Covers groups [begin, end) and all tokens with tiles.
CTK_INLINE void ctk_each_tile(ctk_tile_fn tile, ctk_type type, const ctk_matrix *w, size_t begin, size_t end,
                              const ctk_activations *x, size_t tokens, float *out, size_t out_stride) {
    for (size_t group = begin; group < end; group++) {
        float *target = out + group * CTK_GROUP_ROWS;
        size_t token = 0;
        for (; token + CTK_TILE <= tokens; token += CTK_TILE)
            tile(type, w, group, x, token, CTK_TILE, target, out_stride);
        if (CTK_TILE > 4 && token + 4 <= tokens) {
            tile(type, w, group, x, token, 4, target, out_stride);
            token += 4;
        }
        if (token + 2 <= tokens) {
            tile(type, w, group, x, token, 2, target, out_stride);
            token += 2;
        }
        if (token < tokens) tile(type, w, group, x, token, 1, target, out_stride);
    }
}

CTK_INLINE ctk_vf ctk_load_weights(ctk_type type, const uint8_t *group, size_t column) {
    if (type == CTK_F32) return ctk_load((const float *)group + column * CTK_GROUP_ROWS);
    const uint16_t *halves = (const uint16_t *)group + column * CTK_GROUP_ROWS;
    if (type == CTK_F16) return ctk_load_half(halves);
    typedef uint16_t vh __attribute__((vector_size(32), aligned(2), may_alias));
    typedef uint32_t vu __attribute__((vector_size(64)));
    return (ctk_vf)(__builtin_convertvector(*(const vh *)halves, vu) << 16);
}

CTK_INLINE void ctk_tile_values(ctk_type type, const ctk_matrix *w, size_t group, const ctk_activations *x,
                                size_t token, size_t tokens, float *out, size_t out_stride) {
    const uint8_t *weights = w->groups + group * w->group_bytes;
    const float *values = x->values + token * x->columns;
    ctk_vf sums[CTK_TILE] = {};
    for (size_t column = 0; column < x->columns; column++) {
        const ctk_vf one = ctk_load_weights(type, weights, column);
        CTK_UNROLL for (size_t t = 0; t < tokens; t++) sums[t] += one * values[t * x->columns + column];
    }
    CTK_UNROLL for (size_t t = 0; t < tokens; t++) ctk_store(out + (token + t) * out_stride, sums[t]);
}

#define CTK_MATMUL(name, type)                                                                                       \
    static void ctk_body_matmul_##name(const ctk_matrix *w, size_t begin, size_t end, const ctk_activations *x,      \
                                       size_t tokens, float *out, size_t out_stride) {                               \
        if (type == CTK_F32 || type == CTK_F16 || type == CTK_BF16)                                                  \
            ctk_each_tile(ctk_tile_values, type, w, begin, end, x, tokens, out, out_stride);                         \
        else                                                                                                         \
            ctk_product_quants(type, w, begin, end, x, tokens, out, out_stride);                                     \
    }

CTK_EACH_TYPE(CTK_MATMUL)

#define CTK_BODY_MATMUL_ENTRY(name, type) [type] = ctk_body_matmul_##name,
