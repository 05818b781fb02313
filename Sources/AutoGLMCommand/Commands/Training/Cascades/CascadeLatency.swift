// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import DifferentiableTensors
internal import InferenceEngine
internal import LLMCore
internal import ModelTraining
internal import PipelineSteps
internal import TaskModels

/// How long each model takes for single utterances by itself, and a cascade of them, on one thread.
struct CascadeLatency {
    /// The most utterances that are timed.
    private static let timedUtterances = 1000
    /// How many are read before any is timed: the first ones only wake the processor.
    private static let warmUp = 50

    /// Milliseconds for an utterance in the mean, and those that half of all and 99 of 100 stay under.
    struct Times {
        let mean: Double, median: Double, tail: Double

        init(_ times: [Double]) {
            let sorted = times.sorted()
            func place(_ share: Double) -> Double {
                sorted.isEmpty ? 0 : sorted[Int(Double(sorted.count - 1) * share)].rounded(toPlaces: 4)
            }
            self.mean = (times.reduce(0, +) / Double(max(1, times.count))).rounded(toPlaces: 4)
            (self.median, self.tail) = (place(0.5), place(0.99))
        }
    }

    /// Each model.
    let alone: [Times]
    /// The cascade.
    let cascade: Times
    /// Whom the cascade asked for the utterances that were timed, and at which cost in multiplications with additions.
    let ledger: CostLedger

    /// Measures on utterances that the cascade was not fitted on.
    ///
    /// - Throws: ``AdaptiveControlError``; `CancellationError`.
    init(_ models: CascadeModels, promising promised: PromiseOptions, seed: UInt64) async throws {
        let (plan, judged) = try Self.plan(of: models, promising: promised, seed: seed)
        let cascade = try IntentCascade(plan, deciders: models.deciders)
        let inputs = judged.prefix(Self.timedUtterances).map { models.inputs[$0] }
        func times(_ answer: ([DialogueTurn]) async throws -> Void) async throws -> Times {
            for input in inputs.prefix(Self.warmUp) { try await answer(input) }
            var times: [Double] = []
            for input in inputs {
                times.append(try await ContinuousClock().measure { try await answer(input) } / .milliseconds(1))
            }
            return Times(times)
        }
        let ledger = CostLedger()
        self.ledger = ledger
        (self.alone, self.cascade) = try await ComputePool.$current.withValue(ComputePool(threads: 1)) {
            var alone: [Times] = []
            for decider in models.deciders {
                alone.append(
                    try await times { turns in
                        switch decider {
                        case .trained(let model): _ = model.probabilities(of: [model.input(turns)])
                        case .asked(let shown, let name, _):
                            _ = try await IntentDecider.probabilities(
                                of: turns[...], shown, by: models.languageModel(name))
                        }
                    })
            }
            return (
                alone, try await times { ledger.add(try await cascade.answer($0, asking: models.languageModel).entry) }
            )
        }
    }

    /// How often the data are split anew until a threshold keeps the promise; then the one with the fewest errors is taken.
    private static let mostSplits = 20

    /// A fitted cascade, and the utterances that it was not fitted on.
    private static func plan(
        of models: CascadeModels, promising promised: PromiseOptions, seed: UInt64
    ) throws -> (CascadePlan, ArraySlice<Int>) {
        let examples = models.examples
        var generator = SeededGenerator(seed: seed)
        var split = 0
        while true {
            split += 1
            let parts = CascadeSplit.Parts(examples.count, using: &generator)
            let promise = try promised.promise(
                for: examples, part: parts.judged.count, next: max(1, parts.judged.count))
            let pools = try examples.fit(on: parts.weights)
            let curve = try CascadeCurve(examples.records(of: parts.thresholds, by: pools))
            let found = promise.cheapest(on: curve)
            guard found != nil || split == Self.mostSplits else { continue }
            let plan = try CascadePlan(
                deciders: models.names, details: models.details, costs: examples.meanCosts, pools: pools,
                threshold: (found ?? curve.safest).threshold)
            return (plan, parts.judged)
        }
    }
}
