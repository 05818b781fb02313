// SPDX-License-Identifier: Apache-2.0

/// Tells which task a request is, by something that was made for that, such as a small model of one's own.
public protocol TaskIdentifier: Sendable {
    /// What decides, for explanations.
    var name: String { get }

    /// The tasks of a request with their probabilities, the likeliest first.
    ///
    /// - Parameter text: What the user wrote.
    /// - Returns: nil where it is none of the tasks that are known.
    /// - Throws: What keeps it from telling.
    func tasks(of text: String) async throws -> [TaskDecision.Alternative]?
}
