// SPDX-License-Identifier: Apache-2.0

package import EventMessaging
package import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Tells on a bus what was found in inputs.
package struct FoundInputs: Sendable {
    /// What is told.
    package enum Kind: String, Sendable, CaseIterable {
        /// An event, and what was found in it.
        case input
        /// What happened in a span of time, with its prompt.
        case window
        /// An event that could not be taken, and why.
        case failed

        /// The subject.
        ///
        /// - Throws: `EventError` with code `.invalidSubject`.
        package func subject(under words: String) throws -> EventSubject {
            try EventSubject("\(words).\(self.rawValue)")
        }
    }

    private let words: String
    private let bus: any EventBus

    /// Prepares to tell.
    ///
    /// - Parameters:
    ///   - words: What subjects begin with.
    ///   - bus: The bus.
    package init(under words: String, on bus: any EventBus) {
        self.words = words
        self.bus = bus
    }

    /// Tells something; returns when the bus has it.
    ///
    /// - Throws: `EventError`.
    package func tell(_ kind: Kind, _ payload: JSONValue) async throws {
        try await self.bus.publish(
            Event(id: UUID().uuidString, subject: kind.subject(under: self.words), payload: payload))
        try await self.bus.flush()
    }
}
