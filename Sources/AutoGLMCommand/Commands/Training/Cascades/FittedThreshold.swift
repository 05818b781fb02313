// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import InferenceEngine
internal import LLMCore

/// The cheapest threshold that keeps a promise, found on two thirds of some examples after scores were calibrated on the other.
struct FittedThreshold<Material: CascadeMaterial> {
    let promise: ErrorPromise
    /// What makes scores say how often answers are right.
    let fit: Material.Fit
    /// What the threshold was found on.
    let records: [CascadeRecord]
    let point: CascadeCurve.Point
    /// The share of those records that are right, and what they cost as a share of the last decider's cost.
    let accuracy: Double, cost: Double

    /// Fits.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords` for too few examples, `.unreachable` where no threshold keeps the promise.
    init(_ material: Material, promising promised: PromiseOptions, seed: UInt64) throws {
        guard material.count >= CascadeStudy.leastExamples else {
            throw AdaptiveControlError(
                .invalidRecords,
                "There are \(material.count) examples whose truth is known; at least \(CascadeStudy.leastExamples) are needed."
            )
        }
        var generator = SeededGenerator(seed: seed)
        let order = (0..<material.count).shuffled(using: &generator)
        let thresholds = order.dropFirst(order.count / 3)
        self.promise = try promised.promise(for: material, part: thresholds.count, next: nil)
        self.fit = try material.fit(on: order.prefix(order.count / 3))
        self.records = material.records(of: thresholds, by: self.fit)
        let curve = try CascadeCurve(self.records)
        guard let point = self.promise.cheapest(on: curve) else {
            let least = curve.points.map(\.errors).min() ?? 0
            throw AdaptiveControlError(
                .unreachable,
                """
                No threshold keeps an error rate of \(self.promise.errorRate): the fewest errors that any had were \(least) of \(curve.count). \
                Promise more errors, give more data, or use a better model.
                """)
        }
        self.point = point
        self.accuracy = curve.accuracy(at: point)
        let last = self.records.reduce(0) { $0 + ($1.stages.last?.cost ?? 0) }
        self.cost = point.cost / last
    }
}
