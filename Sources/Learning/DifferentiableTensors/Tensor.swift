// SPDX-License-Identifier: Apache-2.0

internal import _Differentiation

/// Numbers in rows: floats with a shape, the last dimension lying together in memory.
///
/// It is a value: copies share their memory until one of them is changed. Operations on it are differentiable by Swift's own
/// differentiation, and compute on ``ComputePool/current``.
package struct Tensor: Sendable {
    /// The size of each dimension; none for a single number.
    package let shape: [Int]
    private(set) var storage: TensorStorage

    /// Makes a tensor whose numbers are still to be written.
    init(uninitialized shape: [Int]) {
        self.shape = shape
        self.storage = TensorStorage(uninitializedCount: shape.reduce(1, *))
    }

    /// Makes a tensor.
    ///
    /// - Parameters:
    ///   - shape: The size of each dimension.
    ///   - values: As many numbers as that, the last dimension first.
    package init(_ shape: [Int], _ values: [Float]) {
        self.init(uninitialized: shape)
        precondition(values.count == self.count, "\(values.count) numbers are no tensor of \(shape).")
        self.storage.base.update(from: values, count: values.count)
    }

    /// A tensor of one number again and again.
    package init(_ shape: [Int], repeating value: Float) {
        self.init(uninitialized: shape)
        self.storage.base.update(repeating: value, count: self.count)
    }

    /// A single number.
    package init(_ value: Float) { self.init([], repeating: value) }

    /// How many numbers there are.
    package var count: Int { self.storage.count }

    /// The size of the last dimension; 1 for a single number.
    package var columns: Int { self.shape.last ?? 1 }

    /// How many rows of ``columns`` numbers there are.
    package var rows: Int { self.columns == 0 ? 0 : self.count / self.columns }

    /// The numbers, the last dimension first.
    package var values: [Float] { Array(UnsafeBufferPointer(start: self.storage.base, count: self.count)) }

    /// Reads the numbers in their place.
    var base: UnsafePointer<Float> { UnsafePointer(self.storage.base) }

    /// Changes the numbers in their place; nobody else's copy changes.
    mutating func withMutableBase(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        if !isKnownUniquelyReferenced(&self.storage) {
            let copy = TensorStorage(uninitializedCount: self.count)
            copy.base.update(from: self.storage.base, count: self.count)
            self.storage = copy
        }
        body(self.storage.base)
    }

    /// Makes a tensor whose numbers `write` writes, every one of them.
    static func make(_ shape: [Int], _ write: (UnsafeMutablePointer<Float>) -> Void) -> Tensor {
        let tensor = Tensor(uninitialized: shape)
        write(tensor.storage.base)
        return tensor
    }

    /// The same numbers in another shape.
    @differentiable(reverse)
    package func reshaped(_ shape: [Int]) -> Tensor {
        precondition(shape.reduce(1, *) == self.count, "\(self.shape) does not fit \(shape).")
        return Tensor(shape, self.storage)
    }

    private init(_ shape: [Int], _ storage: TensorStorage) { (self.shape, self.storage) = (shape, storage) }

    @derivative(of: reshaped)
    package func reshapedDerivative(_ shape: [Int]) -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        let own = self.shape
        return (self.reshaped(shape), { $0.isZero ? $0 : $0.reshaped(own) })
    }
}

extension Tensor: Equatable {
    /// Whether shapes and numbers are the same.
    package static func == (left: Tensor, right: Tensor) -> Bool {
        left.shape == right.shape && left.values == right.values
    }
}

extension Tensor: Differentiable {
    package typealias TangentVector = Tensor

    package mutating func move(by offset: Tensor) { self += offset }
}

extension Tensor: AdditiveArithmetic {
    /// The zero of every shape.
    package static var zero: Tensor { Tensor(0) }

    /// Whether it is the zero of every shape, so that nothing need be computed.
    var isZero: Bool { self.shape.isEmpty && self.base[0] == 0 }
}
