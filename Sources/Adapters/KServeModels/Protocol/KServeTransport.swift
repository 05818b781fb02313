// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SwiftProtobuf

/// One of the protocols that KServe v2 is spoken in.
///
/// All functions throw ``LLMError`` where there is no answer, the server refuses or breaks the protocol, and
/// `CancellationError`.
protocol KServeTransport: Sendable {
    /// The server, for messages.
    var server: String { get }

    /// What a server says, without the key, should it quote it.
    func redacted(_ text: String) -> String

    /// Asks whether something is as it should be.
    func holds(_ check: KServeCheck) async throws -> Bool

    /// Asks for a description.
    func answer<Question, Answer>(_ question: KServeQuestion<Question, Answer>) async throws -> Answer

    /// Asks a model that answers once.
    func infer(_ request: KServeRequest) async throws -> KServeResponse

    /// Asks a model that answers any number of times, and returns after the last.
    ///
    /// - Parameter onResponse: Takes each answer; the next is not read before it returns.
    func stream(
        _ request: KServeRequest, onResponse: @escaping @Sendable (KServeResponse) async throws -> Void
    ) async throws
}

extension KServeTransport {
    /// The error for an answer that is not what the protocol says.
    func violation(_ cause: any Error) -> LLMError {
        LLMError(
            .backendFailed, "The server at \(self.server) answered with something else than its protocol says.",
            cause: cause)
    }

    /// The error for a failure that the server tells within its answer.
    func failure(_ message: String) -> LLMError {
        let said = self.redacted(message).prefix(1000)
        return LLMError(.backendFailed, "The server at \(self.server) failed within its answer: \(said)")
    }

    /// The error for an answer that ends in its midst.
    var truncation: LLMError {
        LLMError(.truncatedStream, "The server at \(self.server) ended its answer before it was complete.")
    }
}
