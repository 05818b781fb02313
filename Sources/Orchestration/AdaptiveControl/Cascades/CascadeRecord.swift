// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// What each decider of a cascade said of one input, for fitting thresholds: scores, correctness and cost.
public struct CascadeRecord: Sendable, Hashable {
    /// One decider's answer.
    public struct Stage: Sendable, Hashable {
        /// How sure it is, from 0 to 1.
        public let score: Double
        /// Whether the answer is right.
        public let isRight: Bool
        /// What asking it costs, in a unit that all deciders share.
        public let cost: Double

        /// Writes down an answer.
        public init(score: Double, isRight: Bool, cost: Double) {
            (self.score, self.isRight, self.cost) = (score, isRight, cost)
        }
    }

    /// The deciders' answers in the order in which they are asked, the cheapest first.
    public let stages: [Stage]

    /// Puts the answers to one input together.
    public init(stages: [Stage]) { self.stages = stages }

    /// Reads a line of a file of records: `{"stages": [{"score": 0.9, "right": true, "cost": 1}, …]}`.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords`.
    public init(_ json: JSONValue) throws {
        guard let stages = json["stages"]?.arrayValue, !stages.isEmpty else {
            throw AdaptiveControlError(.invalidRecords, "A record needs 'stages', an array of what each decider said.")
        }
        self.stages = try stages.map { stage in
            guard let score = stage["score"]?.numberValue, (0...1).contains(score),
                let isRight = stage["right"]?.boolValue, let cost = stage["cost"]?.numberValue, cost > 0,
                cost.isFinite
            else {
                throw AdaptiveControlError(
                    .invalidRecords,
                    "A stage needs a 'score' from 0 to 1, 'right' as true or false, and a 'cost' above 0.")
            }
            return Stage(score: score, isRight: isRight, cost: cost)
        }
    }

    /// The record as a line of a file.
    public var json: JSONValue {
        [
            "stages": .array(
                self.stages.map {
                    ["score": .number($0.score), "right": .bool($0.isRight), "cost": .number($0.cost)]
                })
        ]
    }

    /// The index of the decider whose answer is taken: the first whose score is at least the threshold, or the last.
    public func answering(at threshold: Double) -> Int {
        self.stages.firstIndex { $0.score >= threshold } ?? self.stages.count - 1
    }

    /// What all deciders up to one cost.
    public func cost(upTo stage: Int) -> Double { self.stages[...stage].reduce(0) { $0 + $1.cost } }

    /// Checks that records are of the same deciders.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords`.
    public static func check(_ records: [Self]) throws {
        guard let first = records.first, first.stages.count > 0,
            records.allSatisfy({ $0.stages.count == first.stages.count })
        else {
            throw AdaptiveControlError(
                .invalidRecords, "There must be records, and all of them of the same deciders.")
        }
    }
}
