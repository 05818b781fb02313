// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
package import TaskModels

/// How long a model takes for single utterances, on one thread.
package struct IntentLatency: Sendable {
    /// Milliseconds: half of all utterances take less, and 99 of 100.
    package let median: Double, tail: Double
    /// How many utterances are read before any is timed: the first ones only wake the processor.
    private static let warmUp = 100

    /// Asks a model, utterance by utterance.
    ///
    /// - Parameter inputs: At least one.
    package init(_ model: IntentModel, _ inputs: some Collection<IntentBatch.Input>) {
        var times: [Double] = []
        ComputePool.$current.withValue(ComputePool(threads: 1)) {
            for input in inputs.prefix(Self.warmUp) { _ = model.probabilities(of: [input]) }
            for input in inputs {
                times.append(ContinuousClock().measure { _ = model.probabilities(of: [input]) } / .milliseconds(1))
            }
        }
        times.sort()
        func place(_ share: Double) -> Double { (times[Int(Double(times.count - 1) * share)] * 1000).rounded() / 1000 }
        (self.median, self.tail) = (place(0.5), place(0.99))
    }
}
