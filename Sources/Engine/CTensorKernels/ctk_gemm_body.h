// SPDX-License-Identifier: Apache-2.0
//
// Products of float matrices, as training needs them: left x right in tiles of CTK_GEMM_ROWS x CTK_GEMM_COLUMNS that stay in
// registers, from panels that are copied together first (Goto and van de Geijn, 2008). Included by ctk_vector_body.h.

#define CTK_GEMM_COLUMNS (16 * CTK_GEMM_VECTORS)
/// Rows that are packed at a time: with 384 steps, what a core's second cache holds with room to spare.
#define CTK_GEMM_BLOCK (8 * CTK_GEMM_ROWS)

/// Floats rounded to bfloat16, to the nearest, of two equally near the even one; the low halves are what is lost.
CTK_INLINE ctk_vi ctk_rounded16(ctk_vf values) {
    const ctk_vi bits = (ctk_vi)values;
    return bits + 0x7fff + ((bits >> 16) & 1);
}

/// Rounds a panel to bfloat16, whose numbers are floats as well.
CTK_INLINE void ctk_gemm_round(float *panel, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) ctk_store(panel + i, (ctk_vf)(ctk_rounded16(ctk_load(panel + i)) & ~0xffff));
    for (; i < count; i++) panel[i] = ctk_float16(ctk_round16(panel[i]));
}

/// Copies a panel of `width` (at most `full`) rows of left, or columns of right, for `depth` steps: panel[step * full + lane].
CTK_INLINE void ctk_gemm_panel(float *panel, const float *from, size_t lane_stride, size_t step_stride, size_t width,
                               size_t full, size_t depth) {
    if (lane_stride == 1 && width == full) {
        for (size_t step = 0; step < depth; step++)
            memcpy(panel + step * full, from + step * step_stride, full * sizeof(float));
        return;
    }
    if (width < full) memset(panel, 0, depth * full * sizeof(float));
    // A few steps at a time, so that the lines that are written stay near.
    for (size_t start = 0; start < depth; start += 16) {
        const size_t end = start + 16 < depth ? start + 16 : depth;
        for (size_t lane = 0; lane < width; lane++)
            for (size_t step = start; step < end; step++)
                panel[step * full + lane] = from[lane * lane_stride + step * step_stride];
    }
}

CTK_INLINE void ctk_gemm_pack(const ctk_gemm *call, size_t first_step, size_t depth, size_t first_panel, size_t end_panel,
                              const bool rounds) {
    for (size_t panel = first_panel; panel < end_panel; panel++) {
        const size_t column = panel * CTK_GEMM_COLUMNS;
        const size_t rest = call->columns - column;
        float *packed = call->packed + panel * CTK_GEMM_COLUMNS * depth;
        ctk_gemm_panel(packed, call->right.values + column * call->right.column + first_step * call->right.row,
                       call->right.column, call->right.row, rest < CTK_GEMM_COLUMNS ? rest : CTK_GEMM_COLUMNS,
                       CTK_GEMM_COLUMNS, depth);
        if (rounds) ctk_gemm_round(packed, CTK_GEMM_COLUMNS * depth);
    }
}

static void ctk_body_gemm_pack(const ctk_gemm *call, size_t first_step, size_t depth, size_t first_panel, size_t end_panel) {
    ctk_gemm_pack(call, first_step, depth, first_panel, end_panel, false);
}

static void ctk_body_gemm16_pack(const ctk_gemm *call, size_t first_step, size_t depth, size_t first_panel, size_t end_panel) {
    ctk_gemm_pack(call, first_step, depth, first_panel, end_panel, true);
}

/// One tile: out = left panel x right panel, or out += that.
CTK_INLINE void ctk_gemm_tile(const float *left, const float *right, size_t depth, float *out, size_t stride, bool adds) {
    ctk_vf sums[CTK_GEMM_ROWS][CTK_GEMM_VECTORS] = {};
    for (size_t step = 0; step < depth; step++) {
        ctk_vf values[CTK_GEMM_VECTORS];
        CTK_UNROLL for (size_t v = 0; v < CTK_GEMM_VECTORS; v++)
            values[v] = ctk_load(right + step * CTK_GEMM_COLUMNS + 16 * v);
        CTK_UNROLL for (size_t row = 0; row < CTK_GEMM_ROWS; row++) {
            const ctk_vf factor = ctk_splat(left[step * CTK_GEMM_ROWS + row]);
            CTK_UNROLL for (size_t v = 0; v < CTK_GEMM_VECTORS; v++) sums[row][v] += factor * values[v];
        }
    }
    CTK_UNROLL for (size_t row = 0; row < CTK_GEMM_ROWS; row++)
        CTK_UNROLL for (size_t v = 0; v < CTK_GEMM_VECTORS; v++) {
            float *at = out + row * stride + 16 * v;
            ctk_store(at, adds ? ctk_load(at) + sums[row][v] : sums[row][v]);
        }
}

/// Copies what of a tile is within the product.
CTK_INLINE void ctk_gemm_edge(const ctk_gemm *call, const float *edge, float *out, size_t height, size_t width) {
    for (size_t i = 0; i < height; i++) {
        float *to = out + i * call->out_stride;
        for (size_t j = 0; j < width; j++) to[j] = edge[i * CTK_GEMM_COLUMNS + j] + (call->adds ? to[j] : 0);
    }
}

CTK_INLINE void ctk_gemm_multiply(const ctk_gemm *call, size_t first_step, size_t depth, size_t first_row, size_t end_row,
                                  float *scratch, const bool rounds) {
    float edge[CTK_GEMM_ROWS * CTK_GEMM_COLUMNS];
    for (size_t block = first_row; block < end_row; block += CTK_GEMM_BLOCK) {
        const size_t block_end = block + CTK_GEMM_BLOCK < end_row ? block + CTK_GEMM_BLOCK : end_row;
        for (size_t row = block; row < block_end; row += CTK_GEMM_ROWS) {
            const size_t height = block_end - row < CTK_GEMM_ROWS ? block_end - row : CTK_GEMM_ROWS;
            ctk_gemm_panel(scratch + (row - block) * depth, call->left.values + row * call->left.row + first_step * call->left.column,
                           call->left.row, call->left.column, height, CTK_GEMM_ROWS, depth);
            if (rounds) ctk_gemm_round(scratch + (row - block) * depth, CTK_GEMM_ROWS * depth);
        }
        for (size_t column = 0; column < call->columns; column += CTK_GEMM_COLUMNS) {
            const size_t width = call->columns - column < CTK_GEMM_COLUMNS ? call->columns - column : CTK_GEMM_COLUMNS;
            const float *right = call->packed + column * depth;
            for (size_t row = block; row < block_end; row += CTK_GEMM_ROWS) {
                const size_t height = block_end - row < CTK_GEMM_ROWS ? block_end - row : CTK_GEMM_ROWS;
                const float *left = scratch + (row - block) * depth;
                float *out = call->out + row * call->out_stride + column;
                if (height == CTK_GEMM_ROWS && width == CTK_GEMM_COLUMNS) {
                    ctk_gemm_tile(left, right, depth, out, call->out_stride, call->adds);
                    continue;
                }
                ctk_gemm_tile(left, right, depth, edge, CTK_GEMM_COLUMNS, false);
                ctk_gemm_edge(call, edge, out, height, width);
            }
        }
    }
}

static void ctk_body_gemm_multiply(const ctk_gemm *call, size_t first_step, size_t depth, size_t first_row, size_t end_row,
                                   float *scratch) {
    ctk_gemm_multiply(call, first_step, depth, first_row, end_row, scratch, false);
}

/// Where no instruction multiplies pairs of bfloat16, floats that are rounded are multiplied as others.
static void ctk_body_gemm16_multiply(const ctk_gemm *call, size_t first_step, size_t depth, size_t first_row, size_t end_row,
                                     float *scratch) {
    ctk_gemm_multiply(call, first_step, depth, first_row, end_row, scratch, true);
}

/// Vectors, or columns, of the right side that a row of few is multiplied with at a time.
#define CTK_GEMM_FEW 4

/// A row of left times `vectors` times 16 columns of right, whose rows lie in memory as they are.
CTK_INLINE void ctk_gemm_across(const ctk_gemm *call, const float *left, size_t inner, size_t column, float *out, const size_t vectors) {
    const float *right = call->right.values + column;
    ctk_vf sums[CTK_GEMM_FEW] = {};
    for (size_t step = 0; step < inner; step++, right += call->right.row) {
        const ctk_vf factor = ctk_splat(left[step]);
        CTK_UNROLL for (size_t v = 0; v < vectors; v++) sums[v] += factor * ctk_load(right + 16 * v);
    }
    CTK_UNROLL for (size_t v = 0; v < vectors; v++)
        ctk_store(out + column + 16 * v, call->adds ? ctk_load(out + column + 16 * v) + sums[v] : sums[v]);
}

/// A row of left times CTK_GEMM_FEW columns of right, which lie in memory as they are.
CTK_INLINE void ctk_gemm_along(const ctk_gemm *call, const float *left, size_t inner, size_t column, float *out) {
    const float *right = call->right.values + column * call->right.column;
    ctk_vf sums[CTK_GEMM_FEW] = {};
    size_t whole = 0;
    for (; whole + 16 <= inner; whole += 16) {
        const ctk_vf factors = ctk_load(left + whole);
        CTK_UNROLL for (size_t c = 0; c < CTK_GEMM_FEW; c++)
            sums[c] += factors * ctk_load(right + c * call->right.column + whole);
    }
    CTK_UNROLL for (size_t c = 0; c < CTK_GEMM_FEW; c++) {
        float sum = ctk_reduce_add(sums[c]);
        for (size_t step = whole; step < inner; step++) sum += left[step] * right[c * call->right.column + step];
        out[column + c] = call->adds ? out[column + c] + sum : sum;
    }
}

/// A row of left times one column of right: what is left of the columns.
CTK_INLINE void ctk_gemm_column(const ctk_gemm *call, const float *left, size_t inner, size_t column, float *out) {
    const float *right = call->right.values + column * call->right.column;
    float sum = 0;
    for (size_t step = 0; step < inner; step++) sum += left[step] * right[step * call->right.row];
    out[column] = call->adds ? out[column] + sum : sum;
}

static void ctk_body_gemm_few(const ctk_gemm *call, size_t rows, size_t inner, size_t begin, size_t end) {
    const bool across = call->right.column == 1;
    const size_t wide = across ? 16 * CTK_GEMM_FEW : CTK_GEMM_FEW;
    for (size_t column = begin, width; column < end; column += width) {
        const size_t rest = end - column;
        width = rest >= wide ? wide : across && rest >= 16 ? 16 : 1;
        // All rows while the columns are near.
        for (size_t row = 0; row < rows; row++) {
            const float *left = call->left.values + row * call->left.row;
            float *out = call->out + row * call->out_stride;
            if (width == 1) ctk_gemm_column(call, left, inner, column, out);
            else if (!across) ctk_gemm_along(call, left, inner, column, out);
            else if (width == wide) ctk_gemm_across(call, left, inner, column, out, CTK_GEMM_FEW);
            else ctk_gemm_across(call, left, inner, column, out, 1);
        }
    }
}
