// SPDX-License-Identifier: Apache-2.0
//
// From a packed group back to the floats of one of its rows.

#include "ctk_internal.h"

static void dequantize_lane_of_values(ctk_type type, const uint8_t *group, size_t lane, float *out, size_t columns) {
    const size_t size = type == CTK_F32 ? 4 : 2;
    for (size_t column = 0; column < columns; column++)
        ctk_dequantize_row(type, group + (column * CTK_GROUP_ROWS + lane) * size, out + column, 1);
}

static void dequantize_lane_of_block(ctk_type type, ctk_group_view view, size_t block, size_t lane, float *out) {
    const size_t at = block * CTK_GROUP_ROWS + lane;
    const float scale = ctk_half_to_float(view.scales[at]);
    if (type == CTK_Q8_0) {
        const int8_t *quants = (const int8_t *)view.quants + block * 512 + lane * 4;
        for (size_t i = 0; i < 32; i++) out[i] = scale * (float)quants[i / 4 * 64 + i % 4];
        return;
    }
    const uint8_t *quants = view.quants + block * 256 + lane * 4;
    for (size_t i = 0; i < 32; i++) {
        const uint8_t both = quants[i % 16 / 4 * 64 + i % 4];
        const int quant = i < 16 ? both & 15 : both >> 4;
        if (type == CTK_Q4_0) out[i] = scale * (float)(quant - 8);
        else out[i] = scale * (float)quant + ctk_half_to_float(view.minima[at]);
    }
}

void ctk_dequantize_lane(ctk_type type, const ctk_matrix *weights, size_t row, float *out) {
    const size_t group = row / CTK_GROUP_ROWS, lane = row % CTK_GROUP_ROWS;
    if (type == CTK_F32 || type == CTK_F16 || type == CTK_BF16) {
        dequantize_lane_of_values(type, weights->groups + group * weights->group_bytes, lane, out, weights->columns);
        return;
    }
    const ctk_group_view view = ctk_view(weights, group, type == CTK_Q4_1);
    for (size_t block = 0; block < weights->columns / CTK_BLOCK_COLUMNS; block++)
        dequantize_lane_of_block(type, view, block, lane, out + block * CTK_BLOCK_COLUMNS);
}
