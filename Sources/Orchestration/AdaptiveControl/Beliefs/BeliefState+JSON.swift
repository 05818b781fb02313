// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

extension BeliefState {
    /// The most states that are told.
    private static let mostTold = 10

    /// The likeliest states with their probabilities, ten at most.
    public var json: JSONValue {
        let order = self.states.indices.sorted {
            (self.logProbabilities[$1], $0) < (self.logProbabilities[$0], $1)
        }
        let probabilities = self.probabilities
        return .object(
            OrderedDictionary(
                uniqueKeysWithValues: order.prefix(Self.mostTold).map { (self.states[$0], .number(probabilities[$0])) })
        )
    }
}
