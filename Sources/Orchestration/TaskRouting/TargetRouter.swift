// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Decides which of some targets a text is for, by whatever was made for that.
public protocol TargetRouter: Sendable {
    /// What decides, for explanations.
    var name: String { get }

    /// Decides.
    ///
    /// - Parameters:
    ///   - text: What the user wrote.
    ///   - targets: What may be chosen.
    /// - Returns: One of the targets.
    /// - Throws: ``TaskRoutingError`` with code `.unknownTarget` where it chose something else; what keeps it from choosing.
    func target(of text: String, among targets: [String]) async throws -> TargetDecision
}

/// Which target was chosen, how surely, and why.
public struct TargetDecision: Sendable, Hashable {
    /// The target.
    public var target: String
    /// How sure that is, from 0 to 1; nil where it cannot be told.
    public var confidence: Double?
    /// What the decision rests on, for people.
    public var explanation: String

    /// Makes a decision for one of some targets.
    ///
    /// - Throws: ``TaskRoutingError`` with code `.unknownTarget`, which names the targets, for anything else.
    public init(
        _ target: String, among targets: [String], confidence: Double? = nil, explanation: String, by name: String
    ) throws {
        guard targets.contains(target) else {
            let shown = targets.prefix(20).map { "'\($0)'" }.joined(separator: ", ") + (targets.count > 20 ? ", …" : "")
            throw TaskRoutingError(
                .unknownTarget, "\(name) chose '\(target.prefix(100))', which is none of the targets: \(shown).")
        }
        (self.target, self.confidence, self.explanation) = (target, confidence, explanation)
    }
}
