// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

/// Matrices with the same inputs whose results stand side by side, and what is added to the results.
struct Projection: Sendable {
    let stack: MatrixStack
    /// ``width`` floats, or nil where nothing is added.
    let bias: FloatVector?

    /// Floats of a token's row of results.
    var width: Int { self.stack.width }

    /// Adds the bias to a token's row of results.
    func addBias(to row: UnsafeMutablePointer<Float>, kernels: Kernels) {
        guard let bias = self.bias else { return }
        kernels.table.pointee.add(row, bias.base, self.width)
    }
}
