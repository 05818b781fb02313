// SPDX-License-Identifier: Apache-2.0
//
// Scales of scales: small integers for groups, and floats that multiply those of 256 numbers.

#include "ctk_fit.h"

#pragma STDC FP_CONTRACT OFF

enum { ROUNDS = 3 };

/// What a group's inner scale and minimum stand for.
static ctk_fit outer(float scale, float minimum, int inner_scale, int inner_minimum) {
    return (ctk_fit){scale * (float)inner_scale, -(minimum * (float)inner_minimum)};
}

static int nearest_inner(float value, float unit, int low, int high) {
    const float inner = unit != 0 ? rintf(value / unit) : 0;
    return (int)fmaxf((float)low, fminf((float)high, inner));
}

/// The best inner scale and minimum of a group next to those given; writes its integers and returns the error.
static float fit_group(ctk_nesting nesting, const ctk_v *x, float scale, float minimum, int *inner_scale,
                       int *inner_minimum, ctk_v *integers) {
    const int centre = *inner_scale, low = *inner_minimum, reach = minimum != 0 ? 1 : 0;
    ctk_v q[CTK_MOST_VECTORS];
    float least = INFINITY;
    for (int s = centre - 1; s <= centre + 1; s++) {
        for (int m = low - reach; m <= low + reach; m++) {
            if (s < nesting.low || s > nesting.high || m < 0 || m > nesting.high) continue;
            const float error = ctk_integers(nesting.grid, outer(scale, minimum, s, m), x, nesting.vectors, q);
            if (!(error < least)) continue;
            least = error;
            *inner_scale = s, *inner_minimum = m;
            memcpy(integers, q, nesting.vectors * sizeof *q);
        }
    }
    return least;
}

/// Fits all groups to outer parts, which are rounded to halves before; returns the error.
static float fit_groups(ctk_nesting nesting, const ctk_v *x, float scale, float minimum, ctk_nested_fit *fit) {
    fit->scale = ctk_float_to_half(scale), fit->minimum = ctk_float_to_half(minimum);
    scale = ctk_half_to_float(fit->scale), minimum = ctk_half_to_float(fit->minimum);
    float error = 0;
    for (size_t group = 0; group < CTK_SUPER_VECTORS / nesting.vectors; group++) {
        const size_t at = group * nesting.vectors;
        error += fit_group(nesting, x + at, scale, minimum, &fit->scales[group], &fit->minima[group], fit->integers + at);
    }
    return error;
}

/// Outer parts of least squares for the inner ones: x is about scale * a - minimum * b.
static ctk_fit outer_squares(ctk_nesting nesting, const ctk_v *x, const ctk_nested_fit *fit) {
    ctk_v xa = {}, aa = {}, ab = {}, xs = {};
    float xb = 0, bb = 0, a_b = 0;
    for (size_t i = 0; i < CTK_SUPER_VECTORS; i++) {
        const size_t group = i / nesting.vectors;
        const float b = (float)fit->minima[group];
        const ctk_v a = fit->integers[i] * (float)fit->scales[group];
        xa += x[i] * a, aa += a * a, ab = a * b, xs = x[i] * b;
        a_b += ctk_sum(ab), xb += ctk_sum(xs), bb += 16 * b * b;
    }
    const float xa_sum = ctk_sum(xa), aa_sum = ctk_sum(aa), determinant = aa_sum * bb - a_b * a_b;
    if (bb == 0 || determinant <= 0) return (ctk_fit){aa_sum > 0 ? xa_sum / aa_sum : 0, 0};
    return (ctk_fit){(xa_sum * bb - xb * a_b) / determinant, (xa_sum * a_b - xb * aa_sum) / determinant};
}

/// Scales and minima of the groups, each for itself; the outer parts that meet the largest of them.
static ctk_fit first_fit(ctk_nesting nesting, const ctk_v *x, bool minima, ctk_nested_fit *fit) {
    const size_t groups = CTK_SUPER_VECTORS / nesting.vectors;
    ctk_fit own[CTK_SUPER_VECTORS];
    float scale = 0, minimum = 0;
    for (size_t group = 0; group < groups; group++) {
        const ctk_v *numbers = x + group * nesting.vectors;
        if (minima) own[group] = ctk_fit_range(nesting.grid.high, true, numbers, nesting.vectors);
        else own[group] = (ctk_fit){ctk_fit_scale(nesting.grid, numbers, nesting.vectors), 0};
        if (fabsf(own[group].scale) > fabsf(scale)) scale = own[group].scale;
        minimum = fmaxf(minimum, -own[group].minimum);
    }
    // Of signed inner scales there is one more below zero.
    scale /= (float)(nesting.low < 0 ? nesting.low : nesting.high);
    minimum /= (float)nesting.high;
    for (size_t group = 0; group < groups; group++) {
        fit->scales[group] = nearest_inner(own[group].scale, scale, nesting.low, nesting.high);
        fit->minima[group] = nearest_inner(-own[group].minimum, minimum, 0, nesting.high);
    }
    return (ctk_fit){scale, minimum};
}

void ctk_fit_nested(ctk_nesting nesting, const ctk_v x[CTK_SUPER_VECTORS], ctk_nested_fit *fit) {
    const bool minima = nesting.grid.low == 0;
    ctk_nested_fit trial;
    ctk_fit parts = first_fit(nesting, x, minima, &trial);
    float least = fit_groups(nesting, x, parts.scale, parts.minimum, &trial);
    *fit = trial;
    for (int round = 0; round < ROUNDS; round++) {
        parts = outer_squares(nesting, x, &trial);
        if (parts.scale == 0 || parts.minimum < 0) break;
        const float error = fit_groups(nesting, x, parts.scale, parts.minimum, &trial);
        if (!(error < least)) break;
        least = error;
        *fit = trial;
    }
}
