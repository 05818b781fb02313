// SPDX-License-Identifier: Apache-2.0
//
// Scales of least squared error. Which integers are nearest depends on the scale, and the best scale on the integers: from
// several first scales, both are found in turns, and the best result is taken.

#include "ctk_fit.h"

// The same on every processor: nothing is contracted to one rounding.
#pragma STDC FP_CONTRACT OFF

enum { STEPS = 12, ROUNDS = 3 };

ctk_v ctk_on_grid(ctk_grid grid, const ctk_v *scaled) {
    if (!grid.tabulated) return ctk_rounded(ctk_clamped(*scaled, grid.low, grid.high));
    static const int8_t table[16] = {CTK_IQ4_VALUES};
    ctk_v nearest = ctk_all(table[0]);
    for (size_t i = 1; i < 16; i++) {
        const float middle = (float)(table[i - 1] + table[i]) / 2;
        nearest = ctk_choose(*scaled > ctk_all(middle), ctk_all(table[i]), nearest);
    }
    return nearest;
}

/// Sums that say how well a scale can do with the integers that another one, 1 / inverse, gives.
typedef struct {
    float products, squares;
} scale_sums;

static scale_sums sums_of(ctk_grid grid, const ctk_v *x, size_t count, float inverse) {
    ctk_v products = {}, squares = {};
    for (size_t i = 0; i < count; i++) {
        const ctk_v scaled = x[i] * inverse, q = ctk_on_grid(grid, &scaled);
        products += x[i] * q;
        squares += q * q;
    }
    return (scale_sums){ctk_sum(products), ctk_sum(squares)};
}

static float extreme(const ctk_v *x, size_t count) {
    float result = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < 16; j++)
            if (fabsf(x[i][j]) > fabsf(result)) result = x[i][j];
    return result;
}

float ctk_fit_scale(ctk_grid grid, const ctk_v *x, size_t count) {
    const float largest = extreme(x, count);
    if (fabsf(largest) < 0x1p-100f) return 0;
    float best = 0, scale = 0;
    const float step = grid.tabulated ? 1.6f : 0.1f;
    for (int end = 0; end < 2; end++) {  // The largest number is met by the lowest or by the highest integer.
        for (int i = -STEPS; i <= STEPS; i++) {
            const float target = (end == 0 ? grid.low : grid.high) + (float)i * step;
            const scale_sums sums = sums_of(grid, x, count, target / largest);
            // Least squares explain this much of the sum of squares.
            if (sums.squares <= 0 || sums.products * sums.products <= best * sums.squares) continue;
            best = sums.products * sums.products / sums.squares;
            scale = sums.products / sums.squares;
        }
    }
    for (int round = 0; round < ROUNDS && scale != 0; round++) {
        const scale_sums sums = sums_of(grid, x, count, 1 / scale);
        if (sums.squares <= 0 || sums.products * sums.products <= best * sums.squares) break;
        best = sums.products * sums.products / sums.squares;
        scale = sums.products / sums.squares;
    }
    return scale;
}

float ctk_integers(ctk_grid grid, ctk_fit fit, const ctk_v *x, size_t count, ctk_v *integers) {
    const float inverse = fabsf(fit.scale) >= 0x1p-126f ? 1 / fit.scale : 0;
    ctk_v errors = {};
    for (size_t i = 0; i < count; i++) {
        const ctk_v scaled = (x[i] - fit.minimum) * inverse;
        integers[i] = ctk_on_grid(grid, &scaled);
        const ctk_v error = integers[i] * fit.scale + fit.minimum - x[i];
        errors += error * error;
    }
    return ctk_sum(errors);
}

/// The line of least squares through (q, x); through zero if a minimum above it is not allowed.
static ctk_fit line(const ctk_v *x, const ctk_v *q, size_t count, bool below, ctk_fit before) {
    ctk_v xs = {}, qs = {}, squares = {}, products = {};
    for (size_t i = 0; i < count; i++) xs += x[i], qs += q[i], squares += q[i] * q[i], products += q[i] * x[i];
    const float n = 16 * (float)count, sx = ctk_sum(xs), sq = ctk_sum(qs), sqq = ctk_sum(squares), sqx = ctk_sum(products);
    const float determinant = n * sqq - sq * sq;
    if (determinant <= 0) return before;
    const ctk_fit fit = {(n * sqx - sx * sq) / determinant, (sqq * sx - sq * sqx) / determinant};
    return below && fit.minimum > 0 ? (ctk_fit){sqx / sqq, 0} : fit;
}

ctk_fit ctk_fit_range(float high, bool below, const ctk_v *x, size_t count) {
    float low = x[0][0], top = x[0][0];
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < 16; j++) low = fminf(low, x[i][j]), top = fmaxf(top, x[i][j]);
    if (below) low = fminf(low, 0);
    ctk_fit best = {0, low};
    if (!(top - low > 0x1p-100f)) return best;
    const ctk_grid grid = {0, high, false};
    ctk_v q[CTK_MOST_VECTORS];
    float least = INFINITY;
    for (int i = -STEPS; i <= STEPS; i++) {
        ctk_fit fit = {(top - low) / (high + (float)i * (high > 3 ? 0.1f : 0.06f)), low};
        for (int round = 0; round < ROUNDS; round++) {
            const float error = ctk_integers(grid, fit, x, count, q);
            if (error < least) least = error, best = fit;
            fit = line(x, q, count, below, fit);
            if (fit.scale <= 0) break;
        }
    }
    return best;
}
