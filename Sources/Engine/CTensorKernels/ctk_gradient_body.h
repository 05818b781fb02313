// SPDX-License-Identifier: Apache-2.0
//
// What gradients of outputs mean for inputs, and for weights in the end. Included by ctk_vector_body.h.

static void ctk_body_gelu_erf_backward(float *dx, const float *x, const float *dy, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const ctk_vf v = ctk_load(x + i);
        const ctk_vf share = (ctk_erf(v * 0.707106781f) + 1.0f) * 0.5f;
        ctk_store(dx + i, ctk_load(dy + i) * (share + v * ctk_exp(v * v * -0.5f) * 0.398942280f));
    }
    for (; i < count; i++) dx[i] = dy[i] * ctk_gelu_erf_slope(x[i]);
}

static void ctk_body_layer_norm_backward(float *dx, float *weight_gradient, float *bias_gradient, const float *x,
                                         const float *weight, const float *dy, size_t count, float epsilon) {
    const float mean = ctk_mean(x, count);
    ctk_vf squares = {}, gradients = {}, products = {};
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const ctk_vf centred = ctk_load(x + i) - mean, gradient = ctk_load(dy + i) * ctk_load(weight + i);
        squares += centred * centred, gradients += gradient, products += gradient * centred;
    }
    float square = ctk_reduce_add(squares), gradient = ctk_reduce_add(gradients), product = ctk_reduce_add(products);
    for (; i < count; i++) {
        const float centred = x[i] - mean, own = dy[i] * weight[i];
        square += centred * centred, gradient += own, product += own * centred;
    }
    const float n = (float)count, factor = 1 / sqrtf(square / n + epsilon);
    const float shift = gradient / n, slope = product / n * factor * factor;
    for (i = 0; i + 16 <= count; i += 16) {
        const ctk_vf centred = ctk_load(x + i) - mean, d = ctk_load(dy + i);
        ctk_store(weight_gradient + i, ctk_load(weight_gradient + i) + d * centred * factor);
        ctk_store(bias_gradient + i, ctk_load(bias_gradient + i) + d);
        ctk_store(dx + i, (d * ctk_load(weight + i) - shift - centred * slope) * factor);
    }
    for (; i < count; i++) {
        const float centred = x[i] - mean, d = dy[i];
        weight_gradient[i] += d * centred * factor;
        bias_gradient[i] += d;
        dx[i] = (d * weight[i] - shift - centred * slope) * factor;
    }
}

static void ctk_body_adamw(const ctk_adamw *step, float *weights, float *first, float *second, const float *gradient,
                           size_t count) {
    const ctk_adamw s = *step;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const ctk_vf g = ctk_load(gradient + i) * s.factor;
        const ctk_vf mean = ctk_load(first + i) * s.first_decay + g * (1 - s.first_decay);
        const ctk_vf square = ctk_load(second + i) * s.second_decay + g * g * (1 - s.second_decay);
        ctk_store(first + i, mean);
        ctk_store(second + i, square);
        const ctk_vf size = __builtin_elementwise_sqrt(square) * s.correction + s.epsilon;
        ctk_store(weights + i, ctk_load(weights + i) * s.shrink - mean * s.rate / size);
    }
    for (; i < count; i++) {
        const float g = gradient[i] * s.factor;
        first[i] = first[i] * s.first_decay + g * (1 - s.first_decay);
        second[i] = second[i] * s.second_decay + g * g * (1 - s.second_decay);
        weights[i] = weights[i] * s.shrink - s.rate * first[i] / (sqrtf(second[i]) * s.correction + s.epsilon);
    }
}
