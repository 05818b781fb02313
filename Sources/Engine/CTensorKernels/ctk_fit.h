// SPDX-License-Identifier: Apache-2.0
#ifndef CTK_FIT_H
#define CTK_FIT_H

#include "ctk_internal.h"

// Vectors of 16 numbers, so that sums are added in the same order by every processor.
#pragma clang diagnostic ignored "-Wpsabi"
typedef float ctk_v __attribute__((vector_size(64)));

enum {
    CTK_MOST_VECTORS = 2,     ///< 16 or 32 numbers share a scale.
    CTK_SUPER_VECTORS = 16,   ///< 256 numbers share the outer part of nested scales.
};

/// The integers that a scale multiplies.
typedef struct {
    float low, high;
    bool tabulated;  ///< Only those of ctk_iq4_values.
} ctk_grid;

CTK_PLAIN_INLINE ctk_v ctk_all(float x) { return x - (ctk_v){}; }

CTK_PLAIN_INLINE float ctk_sum(ctk_v v) {
    float parts[4];
    for (size_t i = 0; i < 4; i++) parts[i] = (v[i] + v[i + 4]) + (v[i + 8] + v[i + 12]);
    return (parts[0] + parts[2]) + (parts[1] + parts[3]);
}

/// a where the mask is set, else b.
typedef int32_t ctk_mask __attribute__((vector_size(64)));
CTK_PLAIN_INLINE ctk_v ctk_choose(ctk_mask mask, ctk_v a, ctk_v b) {
    return (ctk_v)(((ctk_mask)a & mask) | ((ctk_mask)b & ~mask));
}

CTK_PLAIN_INLINE ctk_v ctk_clamped(ctk_v x, float low, float high) {
    x = ctk_choose(x < ctk_all(low), ctk_all(low), x);
    return ctk_choose(x > ctk_all(high), ctk_all(high), x);
}

/// The nearest integers; adding a large number rounds.
CTK_PLAIN_INLINE ctk_v ctk_rounded(ctk_v x) { return (x + 0x1.8p23f) - 0x1.8p23f; }

/// The nearest integers of a grid.
ctk_v ctk_on_grid(ctk_grid grid, const ctk_v *scaled);

/// What a group of numbers is written as: scale * integer + minimum.
typedef struct {
    float scale, minimum;
} ctk_fit;

/// The scale of least squared error that a search finds, for `count` vectors.
float ctk_fit_scale(ctk_grid grid, const ctk_v *x, size_t count);

/// Scale and minimum of least squared error that a search finds, for integers 0...high; `below` allows no minimum above 0.
ctk_fit ctk_fit_range(float high, bool below, const ctk_v *x, size_t count);

/// The integers nearest to (x - minimum) / scale; returns the squared error.
float ctk_integers(ctk_grid grid, ctk_fit fit, const ctk_v *x, size_t count, ctk_v *integers);

/// How nested scales of 256 numbers are written.
typedef struct {
    ctk_grid grid;       ///< Of the quants; minima are there if it begins at 0.
    size_t vectors;      ///< Of a group, 1 or 2.
    int low, high;       ///< Of the inner scales; inner minima are 0...high.
} ctk_nesting;

/// Nested scales of 256 numbers, and the integers they multiply.
typedef struct {
    uint16_t scale, minimum;  ///< Halves; what is subtracted is minimum * minima[group].
    int scales[CTK_SUPER_VECTORS], minima[CTK_SUPER_VECTORS];
    ctk_v integers[CTK_SUPER_VECTORS];
} ctk_nested_fit;

/// Finds nested scales: those of the groups first, their outer part by least squares, then both in turns.
void ctk_fit_nested(ctk_nesting nesting, const ctk_v x[CTK_SUPER_VECTORS], ctk_nested_fit *fit);

#endif
