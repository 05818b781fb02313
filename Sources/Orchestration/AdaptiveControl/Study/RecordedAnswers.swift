// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Recorded answers of deciders of any kind, such as language models: scores are made to say how often they are right, by isotonic
/// regression for each decider.
package struct RecordedAnswers: CascadeMaterial {
    private let records: [CascadeRecord]

    /// Takes records.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords` where they are not of the same two deciders or more.
    package init(_ records: [CascadeRecord]) throws {
        try CascadeRecord.check(records)
        guard records[0].stages.count > 1 else {
            throw AdaptiveControlError(.invalidRecords, "A cascade needs records of at least two deciders.")
        }
        self.records = records
    }

    /// How many examples there are.
    package var count: Int { self.records.count }

    /// How many deciders there are.
    package var stages: Int { self.records[0].stages.count }

    /// The records as they are.
    package func recordsAlone(of examples: some Collection<Int>) -> [CascadeRecord] {
        examples.map { self.records[$0] }
    }

    /// A map of scores for each decider.
    package func fit(on examples: some Collection<Int>) throws -> [IsotonicRegression] {
        try (0..<self.stages).map { stage in
            try IsotonicRegression(
                fitting: examples.map { example in
                    let stage = self.records[example].stages[stage]
                    return (stage.score, stage.isRight)
                })
        }
    }

    /// The records with calibrated scores.
    package func records(of examples: some Collection<Int>, by maps: [IsotonicRegression]) -> [CascadeRecord] {
        examples.map { example in
            CascadeRecord(
                stages: zip(self.records[example].stages, maps).map { stage, map in
                    CascadeRecord.Stage(score: map(stage.score), isRight: stage.isRight, cost: stage.cost)
                })
        }
    }

    /// The first decider's calibrated scores.
    package func firstAnswers(
        of examples: some Collection<Int>, by maps: [IsotonicRegression]
    ) -> [(score: Double, isRight: Bool)] {
        self.records(of: examples, by: maps).map { ($0.stages[0].score, $0.stages[0].isRight) }
    }

    /// The least recorded scores, as deciders give them, from which answers are taken at a threshold of calibrated ones.
    ///
    /// - Returns: Of each decider but the last; nil where no score is enough.
    package func leastScores(of threshold: Double, by maps: [IsotonicRegression]) -> [Double?] {
        (0..<self.stages - 1).map { stage in
            self.records.map { $0.stages[stage].score }.filter { maps[stage]($0) >= threshold }.min()
        }
    }
}
