// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import Foundation
internal import _Differentiation

/// What the n-grams of an utterance say of its class, by themselves: a row of logits for each bucket, added up by how rare they are (tf-idf).
package struct NGramTable: ParameterGroup, Sendable {
    /// buckets × classes.
    var table: Tensor
    /// How much each bucket counts; it does not learn.
    @noDerivative var rarity: Tensor

    /// How long the weights of an utterance's buckets are together: a step of the optimiser moves the logits as far as this many of the
    /// encoder's would, so that both learn well with one rate.
    package static let length: Float = 10
    /// What the squares of the weights are taken for at least.
    package static let leastSquares: Float = 1e-12

    /// What the tables are called, of which a batch reads only the rows of its buckets; of ``rarity`` nothing is learnt, and nothing sent.
    package static let name = "ngrams.0.table", rarityName = "ngrams.0.rarity"

    /// Makes a table that has learnt nothing.
    init(buckets: Int, classes: Int) {
        (self.table, self.rarity) = (Tensor([buckets, classes], repeating: 0), Tensor([buckets], repeating: 1))
    }

    /// Learns how rare buckets are.
    ///
    /// - Parameter utterances: The buckets of each utterance to learn from.
    mutating func weigh(_ utterances: some Collection<[Int32]>) {
        var counts = [Int](repeating: 0, count: self.rarity.count)
        for buckets in utterances { for bucket in buckets { counts[Int(bucket)] += 1 } }
        let all = Double(1 + utterances.count)
        self.rarity = Tensor([counts.count], counts.map { Float(1 + log(all / Double(1 + $0))) })
    }

    /// The logits of the classes of some utterances.
    ///
    /// - Parameter utterances: The buckets of each.
    /// - Returns: utterances × classes.
    @differentiable(reverse,wrt: self)
    func callAsFunction(_ utterances: [[Int32]]) -> Tensor {
        self.table.announced().adding(withoutDerivative(at: self.weighted(utterances)))
    }

    private func weighted(_ utterances: [[Int32]]) -> WeightedRows {
        self.rarity.withValues { rarity in
            var rows = WeightedRows()
            for buckets in utterances {
                let squares = buckets.reduce(Float(0)) { $0 + rarity[Int($1)] * rarity[Int($1)] }
                let factor = Self.length / max(squares, Self.leastSquares).squareRoot()
                rows.append(buckets.lazy.map { (row: $0, weight: rarity[Int($0)] * factor) })
            }
            return rows
        }
    }

    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        visit("\(name).rarity", &self.rarity, .zero)
        visit("\(name).table", &self.table, gradient.table)
    }
}
