// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import _Differentiation

/// What training drops in one step, so that the step can be repeated.
package struct Dropout: Sendable {
    /// The share of zeros.
    package let rate: Float
    private let seed: UInt64
    /// How many rows, and how many sequences, of the whole step come before those that are computed, where they are a part of it: what is
    /// dropped does not depend on how a step is cut.
    private(set) var firstRow = 0, firstSequence = 0

    /// Drops nothing, as is right once a model is trained.
    package static let none = Self(rate: 0, seed: 0)

    /// Drops a share of numbers.
    package init(rate: Float, seed: UInt64) { (self.rate, self.seed) = (rate, seed) }

    /// The same step, of which a part is computed.
    ///
    /// - Parameters:
    ///   - row: How many rows come before it.
    ///   - sequence: How many sequences come before it.
    package func from(row: Int, sequence: Int) -> Self {
        var dropout = self
        (dropout.firstRow, dropout.firstSequence) = (row, sequence)
        return dropout
    }

    /// For layers that compute one row of each sequence.
    var ofSequences: Self { self.from(row: self.firstSequence, sequence: self.firstSequence) }

    /// A seed for each place where numbers are dropped.
    fileprivate func seed(_ place: Int) -> UInt64 { self.seed &* 1009 &+ UInt64(place) }

    /// What a layer drops.
    func layer(_ index: Int) -> Self {
        Self(rate: self.rate, seed: self.seed &* 31 &+ UInt64(truncatingIfNeeded: index) &+ 1)
            .from(row: self.firstRow, sequence: self.firstSequence)
    }
}

extension Tensor {
    /// The rows with some of their numbers dropped.
    ///
    /// - Parameter place: Which of the places where the step drops numbers this is.
    @differentiable(reverse,wrt: self)
    func dropping(_ dropout: Dropout, at place: Int) -> Tensor {
        self.dropping(dropout.rate, seed: dropout.seed(place), from: dropout.firstRow)
    }
}
