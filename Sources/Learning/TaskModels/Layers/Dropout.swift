// SPDX-License-Identifier: Apache-2.0

/// What training drops in one step, so that the step can be repeated.
package struct Dropout: Sendable {
    /// The share of zeros.
    package let rate: Float
    private let seed: UInt64

    /// Drops nothing, as is right once a model is trained.
    package static let none = Self(rate: 0, seed: 0)

    /// Drops a share of numbers.
    package init(rate: Float, seed: UInt64) { (self.rate, self.seed) = (rate, seed) }

    /// A seed for each place where numbers are dropped.
    func seed(_ place: Int) -> UInt64 { self.seed &* 1009 &+ UInt64(place) }

    /// What a layer drops.
    func layer(_ index: Int) -> Self {
        Self(rate: self.rate, seed: self.seed &* 31 &+ UInt64(truncatingIfNeeded: index) &+ 1)
    }
}
