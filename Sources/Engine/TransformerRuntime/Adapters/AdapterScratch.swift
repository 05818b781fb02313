// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

/// One worker's memory for the updates of adapters.
final class AdapterScratch {
    /// Tokens that are computed at a time.
    static let tokens = 16

    private var middles: [Int: Activations] = [:]
    private var results = Buffer<Float>(count: 0)

    /// Room for the middle of an update of a rank; made at its first use.
    func middle(of rank: Int) -> Activations {
        if let known = self.middles[rank] { return known }
        let middle = Activations(tokens: Self.tokens, columns: rank)
        self.middles[rank] = middle
        return middle
    }

    /// Room for the results of an update.
    func output(width: Int) -> UnsafeMutablePointer<Float> {
        if self.results.count < Self.tokens * width { self.results = Buffer(count: Self.tokens * width) }
        return self.results.base
    }
}
