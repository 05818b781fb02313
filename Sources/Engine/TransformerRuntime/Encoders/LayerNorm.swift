// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

/// Layer normalisation (Ba and others 2016): mean and variance of a row are taken out of it.
struct LayerNorm: Sendable {
    let weight: FloatVector
    let bias: FloatVector
    let count: Int
    let epsilon: Float

    /// Normalises a row in place.
    func apply(_ row: UnsafeMutablePointer<Float>, kernels: Kernels) {
        kernels.table.pointee.layer_norm(row, row, self.weight.base, self.bias.base, self.count, self.epsilon)
    }
}
