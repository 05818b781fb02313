// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import ArgumentParser

/// What a cascade promises.
struct PromiseOptions: ParsableArguments {
    @Option(
        help: """
            The share of answers that may be wrong (default: that of the last model on the data, as much more as two parts of it differ by \
            chance, rounded up to half a percent).
            """)
    var errorRate: Double?

    @Option(help: "How surely that is kept.")
    var confidence = 0.95

    @Flag(
        help: """
            Keep it in the mean, by conformal risk control, instead of with a confidence: a lower cost, and about half of the time a \
            little more is wrong.
            """)
    var inTheMean = false

    func validate() throws {
        guard (self.errorRate.map { $0 > 0 && $0 < 1 } ?? true), self.confidence > 0, self.confidence < 1 else {
            throw ValidationError("--error-rate and --confidence lie between 0 and 1.")
        }
    }

    /// The promise.
    ///
    /// - Parameters:
    ///   - material: What the usual error rate is taken from.
    ///   - part: How many inputs it is fitted on.
    ///   - next: How many inputs it is made for; nil for all that will ever be.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidSettings`.
    func promise(for material: some CascadeMaterial, part: Int, next: Int?) throws -> ErrorPromise {
        let records = material.recordsAlone(of: 0..<material.count)
        let wrong = Double(records.count { !($0.stages.last?.isRight ?? false) }) / Double(max(1, records.count))
        let usual = ErrorPromise.usualErrorRate(of: wrong, count: part)
        let kind: ErrorPromise.Kind =
            self.inTheMean
            ? .inTheMean : next.map { .ofNext($0, confidence: self.confidence) } ?? .ofAll(confidence: self.confidence)
        return try ErrorPromise(errorRate: self.errorRate ?? usual, kind: kind)
    }
}
