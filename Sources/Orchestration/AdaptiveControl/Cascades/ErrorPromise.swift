// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// How many answers may be wrong, and what is meant by that.
public struct ErrorPromise: Sendable, Hashable {
    /// How it is to be kept.
    public enum Kind: Sendable, Hashable {
        /// In the mean over calibration parts and new inputs: conformal risk control (Angelopoulos et al., 2024).
        case inTheMean
        /// Of all new inputs there will ever be, with this confidence over calibration parts: an exact binomial test of each threshold in its order
        /// (Learn then Test, Angelopoulos et al., 2021).
        case ofAll(confidence: Double)
        /// Of the next so many inputs, with this confidence over both parts: exact, by exchangeability.
        case ofNext(Int, confidence: Double)
    }

    /// The share of answers that may be wrong.
    public let errorRate: Double
    /// How it is to be kept.
    public let kind: Kind

    /// Makes a promise.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidSettings` where a number is out of range.
    public init(errorRate: Double, kind: Kind) throws {
        let confidence: Double
        switch kind {
        case .inTheMean: confidence = 0.5
        case .ofAll(let level): confidence = level
        case .ofNext(let count, let level): confidence = count > 0 ? level : .nan
        }
        guard errorRate > 0, errorRate < 1, confidence > 0, confidence < 1 else {
            throw AdaptiveControlError(
                .invalidSettings,
                "An error rate and a confidence are promised between 0 and 1, and for at least one input.")
        }
        (self.errorRate, self.kind) = (errorRate, kind)
    }

    /// An error rate that can be promised of models which err so often: two standard deviations of the difference between two parts of so many
    /// inputs more, rounded up to half a percent.
    ///
    /// What was never wrong may be so three times in as many inputs (the rule of three).
    public static func usualErrorRate(of rate: Double, count: Int) -> Double {
        let count = Double(max(1, count))
        let possible = max(rate, min(0.5, 3 / count))
        let deviation = (2 * possible * (1 - possible) / count).squareRoot()
        return min(0.99, ((rate + 2 * deviation) * 200).rounded(.up) / 200)
    }

    /// The most errors among calibration records with which the promise still holds; nil where even none is too many.
    ///
    /// - Parameter count: How many records there are.
    public func mostErrors(among count: Int) -> Int? {
        switch self.kind {
        case .inTheMean:
            // n / (n + 1) · errors / n + 1 / (n + 1) ≤ rate, where a loss is at most 1.
            let most = (self.errorRate * Double(count + 1) - 1 + 1e-9).rounded(.down)
            return most >= 0 ? min(count, Int(most)) : nil
        case .ofAll(let confidence):
            return self.largest(upTo: count) {
                DiscreteTails.binomial(upTo: $0, of: count, rate: self.errorRate) <= 1 - confidence
            }
        case .ofNext(let next, let confidence):
            let tooMany = Int((self.errorRate * Double(next) + 1e-9).rounded(.down)) + 1
            guard tooMany <= next else { return count }
            return self.largest(upTo: count) {
                DiscreteTails.hypergeometric(upTo: $0, drawn: count, of: count + next, marked: $0 + tooMany)
                    <= 1 - confidence
            }
        }
    }

    /// The threshold that costs least and keeps the promise: thresholds are tried from the highest down, until one has too many errors.
    ///
    /// Going down from the safest one is what makes all of the thresholds together need no correction, and makes the risk of conformal risk control
    /// monotone where that of single inputs is not.
    /// - Parameter curve: Of calibration records, which nothing else was fitted on.
    /// - Returns: The point; nil where even the last decider alone makes too many errors.
    public func cheapest(on curve: CascadeCurve) -> CascadeCurve.Point? {
        guard let most = self.mostErrors(among: curve.count) else { return nil }
        var best: CascadeCurve.Point?
        for point in curve.points.reversed() {
            guard point.errors <= most else { break }
            best = point
        }
        return best
    }

    /// The largest number for which something holds that holds for all smaller ones, too.
    private func largest(upTo count: Int, _ holds: (Int) -> Bool) -> Int? {
        guard holds(0) else { return nil }
        var (low, high) = (0, count + 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if holds(middle) { low = middle } else { high = middle }
        }
        return low
    }
}

extension ErrorPromise {
    /// The promise for programs.
    public var json: JSONValue {
        switch self.kind {
        case .inTheMean: ["error_rate": .number(self.errorRate), "kept": "in-the-mean"]
        case .ofAll(let confidence):
            ["error_rate": .number(self.errorRate), "kept": "of-all", "confidence": .number(confidence)]
        case .ofNext(let count, let confidence):
            [
                "error_rate": .number(self.errorRate), "kept": "of-next", "count": .integer(count),
                "confidence": .number(confidence),
            ]
        }
    }
}
