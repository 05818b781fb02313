// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors

extension Tensor {
    /// A table of embeddings that has learnt nothing: uniform, with a standard deviation of 0.02.
    static func table(_ shape: [Int], using generator: inout some RandomNumberGenerator) -> Tensor {
        Tensor(shape, (0..<shape.reduce(1, *)).map { _ in .random(in: -0.0346...0.0346, using: &generator) })
    }
}
