// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
internal import RealModule

/// A fitted cascade of models that give probabilities of the same states: how their opinions are pooled, and from which margin an answer is
/// taken.
public struct CascadePlan: Sendable, Hashable {
    private static let format = "autoglm-cascade", version = 2

    /// The deciders' names or folders, the cheapest first.
    public let deciders: [String]
    /// What some of them need besides, such as the examples that a language model is shown, by name.
    public let details: [String: JSONValue]
    /// What one input costs each of them in the mean.
    public let costs: [Double]
    /// Of each stage, how the opinions heard up to it are pooled.
    public let pools: [OpinionPool]
    /// The ``BeliefState/margin`` from which the likeliest state is the answer; infinite where the last decider is always asked.
    public let threshold: Double
    /// What was promised of it; nil where somebody chose the threshold.
    public let promise: ErrorPromise?
    /// The margins of the first decider's beliefs as they usually are, by which a ``DriftAlarm`` tells that inputs have changed: scores of examples drawn by chance, none
    /// where nobody looks.
    public let usualScores: [Double]

    /// The most scores that are kept.
    public static let mostUsualScores = 1000

    /// Puts a plan together.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidSettings` where the parts do not fit each other.
    public init(
        deciders: [String], details: [String: JSONValue] = [:], costs: [Double], pools: [OpinionPool],
        threshold: Double, promise: ErrorPromise? = nil, usualScores: [Double] = []
    ) throws {
        guard deciders.count > 1, Set(deciders).count == deciders.count, costs.count == deciders.count,
            costs.allSatisfy({ $0 >= 0 && $0.isFinite }), threshold >= 0,
            pools.map(\.weights.count) == Array(1...deciders.count), details.keys.allSatisfy(deciders.contains),
            usualScores.count <= Self.mostUsualScores,
            usualScores.allSatisfy({ (0...1).contains($0) })
        else {
            throw AdaptiveControlError(
                .invalidSettings,
                "A cascade needs at least two different deciders, a cost and a pool of opinions for each, and a threshold from 0 on."
            )
        }
        (self.deciders, self.details, self.costs, self.pools) = (deciders, details, costs, pools)
        (self.threshold, self.promise, self.usualScores) = (threshold, promise, usualScores)
    }

    /// Reads what ``json`` has written.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidSettings`.
    public init(_ json: JSONValue) throws {
        func numbers(_ value: JSONValue?) -> [Double]? {
            guard let values = value?.arrayValue else { return nil }
            let numbers = values.compactMap(\.numberValue)
            return numbers.count == values.count ? numbers : nil
        }
        guard json["format"]?.stringValue == Self.format, json["version"]?.integerValue == Self.version,
            let deciders = json["models"]?.arrayValue?.compactMap(\.stringValue), let costs = numbers(json["costs"]),
            let weights = json["weights"]?.arrayValue?.compactMap(numbers), let threshold = json["threshold"],
            let usualScores = json["usual_scores"].map(numbers) ?? []
        else {
            throw AdaptiveControlError(
                .invalidSettings,
                "This is no cascade of a version that is known; 'autoglm train cascade' makes one, with 'models', 'costs', 'weights' and 'threshold'."
            )
        }
        guard let number = threshold == .null ? .infinity : threshold.numberValue else {
            throw AdaptiveControlError(.invalidSettings, "'threshold' is \(threshold), not a number or null.")
        }
        let details = (json["details"]?.objectValue ?? [:]).map { ($0.key, $0.value) }
        try self.init(
            deciders: deciders, details: Dictionary(details, uniquingKeysWith: { first, _ in first }), costs: costs,
            pools: weights.map { try OpinionPool(weights: $0) }, threshold: number,
            usualScores: usualScores)
    }

    /// The plan for a file; an infinite threshold is null.
    public var json: JSONValue {
        var json: OrderedDictionary<String, JSONValue> = [
            "format": .string(Self.format), "version": .integer(Self.version),
            "models": .array(self.deciders.map { .string($0) }), "costs": .array(self.costs.map { .number($0) }),
            "weights": .array(self.pools.map { .array($0.weights.map { .number($0) }) }),
            "threshold": self.threshold.isFinite ? .number(self.threshold) : .null,
        ]
        if !self.details.isEmpty {
            let known = self.deciders.compactMap { name in self.details[name].map { (name, $0) } }
            json["details"] = .object(OrderedDictionary(uniqueKeysWithValues: known))
        }
        if let promise { json["promise"] = promise.json }
        if !self.usualScores.isEmpty { json["usual_scores"] = .array(self.usualScores.map { .number($0) }) }
        return .object(json)
    }

    /// The likeliest of some states, the first of equal ones, with its probability and the ``BeliefState/margin``.
    public static func answer(_ logs: [Double]) -> (state: Int, confidence: Double, margin: Double) {
        var best = 0
        for index in logs.indices where logs[index] > logs[best] { best = index }
        return (best, min(1, .exp(logs[best])), BeliefState.margin(ofLogProbabilities: logs))
    }
}
