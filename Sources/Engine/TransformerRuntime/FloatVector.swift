// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

/// A vector of weights.
final class FloatVector: @unchecked Sendable {  // Written by init only.
    private let buffer: Buffer<Float>

    init(count: Int, fill: (UnsafeMutablePointer<Float>) -> Void) {
        self.buffer = Buffer(count: count)
        fill(self.buffer.base)
    }

    var base: UnsafePointer<Float> { UnsafePointer(self.buffer.base) }
    var array: [Float] { Array(UnsafeBufferPointer(start: self.buffer.base, count: self.buffer.count)) }
}
