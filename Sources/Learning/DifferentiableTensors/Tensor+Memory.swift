// SPDX-License-Identifier: Apache-2.0

extension Tensor {
    /// Makes a tensor.
    ///
    /// - Parameters:
    ///   - shape: The size of each dimension.
    ///   - values: As many numbers as that, the last dimension first.
    package init(_ shape: [Int], copying values: UnsafeBufferPointer<Float>) {
        self = Tensor.make(shape) { out in
            precondition(values.count == shape.reduce(1, *), "\(values.count) numbers are no tensor of \(shape).")
            if let base = values.baseAddress { out.update(from: base, count: values.count) }
        }
    }

    /// Lends the numbers in their place, the last dimension first.
    package func withValues<Value>(_ body: (UnsafeBufferPointer<Float>) throws -> Value) rethrows -> Value {
        try body(UnsafeBufferPointer(start: self.base, count: self.count))
    }

    /// Lends the numbers to be changed in their place; nobody else's copy changes.
    package mutating func withMutableValues(_ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
        let count = self.count
        self.withMutableBase { body(UnsafeMutableBufferPointer(start: $0, count: count)) }
    }
}

/// A tensor that is written from elsewhere, such as by what arrives, before anybody reads it.
package struct TensorMemory {
    /// The tensor; to be taken when all is written, and not to be changed before.
    package let tensor: Tensor

    /// Takes memory that holds anything.
    package init(_ shape: [Int]) { self.tensor = Tensor(uninitialized: shape) }

    /// Where the numbers lie as long as this value is there.
    package var base: UnsafeMutablePointer<Float> { self.tensor.storage.base }
}
