// SPDX-License-Identifier: Apache-2.0
//
// Functions of vectors of 16 floats. Included by ctk_vector_body.h.

CTK_INLINE float ctk_reduce_add(ctk_vf v) {
    typedef float vf8 __attribute__((vector_size(32)));
    typedef float vf4 __attribute__((vector_size(16)));
    const vf8 a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    const vf4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
    return (b[0] + b[2]) + (b[1] + b[3]);
}

CTK_INLINE float ctk_reduce_max(ctk_vf v) {
    v = ctk_max(v, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    v = ctk_max(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
    v = ctk_max(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
    v = ctk_max(v, __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
    return v[0];
}

/// exp by range reduction to [-ln2/2, ln2/2] and a polynomial; the error is below 2 units in the last place.
CTK_INLINE ctk_vf ctk_exp(ctk_vf x) {
    x = ctk_min(ctk_max(x, ctk_splat(-87.0f)), ctk_splat(88.0f));
    const ctk_vf n = __builtin_elementwise_roundeven(x * 1.44269504f);
    const ctk_vf r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    ctk_vf p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    const ctk_vi exponent = (__builtin_convertvector(n, ctk_vi) + 127) << 23;
    return p * (ctk_vf)exponent;
}

/// tanh; the error is below 2e-7.
CTK_INLINE ctk_vf ctk_tanh(ctk_vf x) { return 1.0f - 2.0f / (ctk_exp(x * 2.0f) + 1.0f); }

/// cap * tanh(x / cap), given 1 / cap.
CTK_INLINE ctk_vf ctk_capped(ctk_vf x, float cap, float inverse) { return ctk_tanh(x * inverse) * cap; }

/// erf: below 1 by a polynomial (least squares at Chebyshev's points), beyond after Abramowitz and Stegun, 7.1.26; the error
/// is below 2e-7.
CTK_INLINE ctk_vf ctk_erf(ctk_vf x) {
    const ctk_vf square = x * x, size = __builtin_elementwise_abs(x);
    ctk_vf near = square * 7.882497e-5f - 8.018855e-4f;
    near = near * square + 5.1893123e-3f;
    near = near * square - 2.6854329e-2f;
    near = near * square + 1.12835974e-1f;
    near = near * square - 3.7612626e-1f;
    near = (near * square + 1.1283791f) * size;
    const ctk_vf t = 1.0f / (size * 0.3275911f + 1.0f);
    ctk_vf p = t * 1.061405429f - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    const ctk_vf far = 1.0f - p * t * ctk_exp(-square);
    const ctk_vi is_near = size < ctk_splat(1);
    const ctk_vi bits = ((ctk_vi)near & is_near) | ((ctk_vi)far & ~is_near);
    return __builtin_elementwise_copysign((ctk_vf)bits, x);
}
