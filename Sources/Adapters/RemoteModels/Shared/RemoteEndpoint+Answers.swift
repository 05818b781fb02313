// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import NIOCore
internal import RemoteTransport
internal import Synchronization

extension RemoteEndpoint {
    /// Asks for a generation, in pieces or whole as the request wants it.
    ///
    /// - Parameters:
    ///   - request: What was asked, already written in `body`.
    ///   - path: What follows the base URL.
    ///   - framing: How a streamed answer is cut into pieces.
    ///   - decoder: What the pieces, or the whole, mean.
    /// - Throws: ``LLMError`` where the server refuses; `CancellationError`.
    func answer(
        to request: GenerationRequest, _ path: String, body: [UInt8],
        framing: AnswerFraming = .events(ServerSentEvents()), decoder: some AnswerDecoder
    ) async throws -> GenerationStream {
        let timeLimit = request.scheduling.timeLimit
        return request.isStreamed
            ? try await self.stream(path, body: body, timeLimit: timeLimit, framing: framing, decoder: decoder)
            : try await self.whole(path, body: body, timeLimit: timeLimit, decoder: decoder)
    }

    /// Asks for a generation whose answer comes in pieces.
    ///
    /// - Parameters:
    ///   - path: What follows the base URL.
    ///   - body: The question.
    ///   - framing: How the answer is cut into pieces.
    ///   - decoder: What the pieces mean.
    /// - Throws: ``LLMError`` where the server refuses; `CancellationError`.
    func stream(
        _ path: String, body: [UInt8], timeLimit: Duration?, framing: AnswerFraming, decoder: some AnswerDecoder
    ) async throws -> GenerationStream {
        let response = try await self.send(path, body: body, timeLimit: timeLimit)
        return AnswerReader(response, framing: framing, decoder: decoder, server: self.server).stream
    }

    /// Asks for a generation whose answer comes whole.
    ///
    /// - Throws: ``LLMError`` where the server refuses, or its answer is not complete; `CancellationError`.
    private func whole(
        _ path: String, body: [UInt8], timeLimit: Duration?, decoder: some AnswerDecoder
    ) async throws -> GenerationStream {
        let answer = try await self.exchange(path, body: body, timeLimit: timeLimit)
        var decoder = decoder
        var events = AnswerEvents()
        try answer.withUnsafeReadableBytes { try decoder.decode($0, into: &events) }
        try decoder.end(into: &events)
        guard events.isFinished else {
            throw LLMError(.truncatedStream, "The server at \(self.server) gave an answer that is not complete.")
        }
        let waiting = Mutex(events)
        return GenerationStream(unfolding: { waiting.withLock { $0.next() } })
    }
}
