// SPDX-License-Identifier: Apache-2.0
//
// Products of float matrices whose sides are rounded to bfloat16 while they are copied, and summed in floats, where the processor has an
// instruction for it: two steps of the inner dimension are a pair of 32 bits. Included after ctk_gemm_body.h, with
// ctk_dot16_native(sum, a, b), which adds the products of pairs to sums.

/// Copies a panel as ctk_gemm_panel does, rounded: panel[pair * full + lane]; a step that is missing is zero.
CTK_INLINE void ctk_gemm16_panel(uint32_t *panel, const float *from, size_t lane_stride, size_t step_stride, size_t width,
                                 size_t full, size_t depth) {
    if (width < full || depth % 2 != 0) memset(panel, 0, (depth + 1) / 2 * full * sizeof(uint32_t));
    if (lane_stride == 1 && width == full && full % 16 == 0) {
        for (size_t step = 0; step + 1 < depth; step += 2)
            for (size_t lane = 0; lane < full; lane += 16) {
                const ctk_vi low = ctk_rounded16(ctk_load(from + step * step_stride + lane));
                const ctk_vi high = ctk_rounded16(ctk_load(from + (step + 1) * step_stride + lane));
                ctk_store((float *)panel + step / 2 * full + lane, (ctk_vf)(((low >> 16) & 0xffff) | (high & ~0xffff)));
            }
        if (depth % 2 != 0)
            for (size_t lane = 0; lane < full; lane++)
                panel[depth / 2 * full + lane] = ctk_round16(from[(depth - 1) * step_stride + lane]);
        return;
    }
    // A few steps at a time, so that the lines that are written stay near.
    for (size_t start = 0; start < depth; start += 16) {
        const size_t end = start + 16 < depth ? start + 16 : depth;
        for (size_t lane = 0; lane < width; lane++) {
            const float *values = from + lane * lane_stride;
            for (size_t step = start; step < end; step += 2) {
                const uint32_t high = step + 1 < end ? ctk_round16(values[(step + 1) * step_stride]) : 0;
                panel[step / 2 * full + lane] = ctk_round16(values[step * step_stride]) | high << 16;
            }
        }
    }
}

static void ctk_native_gemm16_pack(const ctk_gemm *call, size_t first_step, size_t depth, size_t first_panel, size_t end_panel) {
    const size_t pairs = (depth + 1) / 2;
    for (size_t panel = first_panel; panel < end_panel; panel++) {
        const size_t column = panel * CTK_GEMM_COLUMNS;
        const size_t rest = call->columns - column;
        ctk_gemm16_panel((uint32_t *)call->packed + panel * CTK_GEMM_COLUMNS * pairs,
                         call->right.values + column * call->right.column + first_step * call->right.row,
                         call->right.column, call->right.row, rest < CTK_GEMM_COLUMNS ? rest : CTK_GEMM_COLUMNS,
                         CTK_GEMM_COLUMNS, depth);
    }
}

/// One tile, as ctk_gemm_tile.
CTK_INLINE void ctk_gemm16_tile(const uint32_t *left, const uint32_t *right, size_t pairs, float *out, size_t stride, bool adds) {
    ctk_vf sums[CTK_GEMM_ROWS][CTK_GEMM_VECTORS] = {};
    for (size_t pair = 0; pair < pairs; pair++) {
        ctk_vi values[CTK_GEMM_VECTORS];
        CTK_UNROLL for (size_t v = 0; v < CTK_GEMM_VECTORS; v++)
            values[v] = (ctk_vi)ctk_load((const float *)right + pair * CTK_GEMM_COLUMNS + 16 * v);
        CTK_UNROLL for (size_t row = 0; row < CTK_GEMM_ROWS; row++) {
            const ctk_vi factor = (ctk_vi){} + (int32_t)left[pair * CTK_GEMM_ROWS + row];
            CTK_UNROLL for (size_t v = 0; v < CTK_GEMM_VECTORS; v++) sums[row][v] = ctk_dot16_native(sums[row][v], factor, values[v]);
        }
    }
    CTK_UNROLL for (size_t row = 0; row < CTK_GEMM_ROWS; row++)
        CTK_UNROLL for (size_t v = 0; v < CTK_GEMM_VECTORS; v++) {
            float *at = out + row * stride + 16 * v;
            ctk_store(at, adds ? ctk_load(at) + sums[row][v] : sums[row][v]);
        }
}

static void ctk_native_gemm16_multiply(const ctk_gemm *call, size_t first_step, size_t depth, size_t first_row,
                                       size_t end_row, float *scratch) {
    float edge[CTK_GEMM_ROWS * CTK_GEMM_COLUMNS];
    const size_t pairs = (depth + 1) / 2;
    uint32_t *panels = (uint32_t *)scratch;
    for (size_t block = first_row; block < end_row; block += CTK_GEMM_BLOCK) {
        const size_t block_end = block + CTK_GEMM_BLOCK < end_row ? block + CTK_GEMM_BLOCK : end_row;
        for (size_t row = block; row < block_end; row += CTK_GEMM_ROWS) {
            const size_t height = block_end - row < CTK_GEMM_ROWS ? block_end - row : CTK_GEMM_ROWS;
            ctk_gemm16_panel(panels + (row - block) * pairs, call->left.values + row * call->left.row + first_step * call->left.column,
                             call->left.row, call->left.column, height, CTK_GEMM_ROWS, depth);
        }
        for (size_t column = 0; column < call->columns; column += CTK_GEMM_COLUMNS) {
            const size_t width = call->columns - column < CTK_GEMM_COLUMNS ? call->columns - column : CTK_GEMM_COLUMNS;
            const uint32_t *right = (const uint32_t *)call->packed + column * pairs;
            for (size_t row = block; row < block_end; row += CTK_GEMM_ROWS) {
                const size_t height = block_end - row < CTK_GEMM_ROWS ? block_end - row : CTK_GEMM_ROWS;
                const uint32_t *left = panels + (row - block) * pairs;
                float *out = call->out + row * call->out_stride + column;
                if (height == CTK_GEMM_ROWS && width == CTK_GEMM_COLUMNS) {
                    ctk_gemm16_tile(left, right, pairs, out, call->out_stride, call->adds);
                    continue;
                }
                ctk_gemm16_tile(left, right, pairs, edge, CTK_GEMM_COLUMNS, false);
                ctk_gemm_edge(call, edge, out, height, width);
            }
        }
    }
}
