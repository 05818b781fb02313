// SPDX-License-Identifier: Apache-2.0

/// The events of one generation, in order, to be read once.
///
/// Cancelling the task that reads, or dropping the stream, stops the generation. A stream that is not cut off ends with
/// ``GenerationEvent/finished(_:)``.
public struct GenerationStream: AsyncSequence, Sendable {
    /// What the stream gives.
    public typealias Element = GenerationEvent

    private let events: AsyncThrowingStream<GenerationEvent, any Error>

    /// Wraps a stream whose termination handler stops the work behind it.
    public init(_ events: AsyncThrowingStream<GenerationEvent, any Error>) { self.events = events }

    /// Makes a stream whose events are computed as they are asked for.
    ///
    /// - Parameter next: Gives the next event, nil after the last; what it holds is released when the stream is dropped.
    public init(unfolding next: @escaping @Sendable () async throws -> GenerationEvent?) {
        self.events = AsyncThrowingStream(unfolding: next)
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncThrowingStream<GenerationEvent, any Error>.Iterator {
        self.events.makeAsyncIterator()
    }

    /// Reads the whole stream into one response.
    ///
    /// - Parameter onText: Receives the text as it is generated.
    /// - Throws: What the stream throws; ``LLMError`` with code `.truncatedStream` if it ends without a summary, and
    ///   `CancellationError` if the reading task was cancelled.
    public func response(onText: (@Sendable (String) -> Void)? = nil) async throws -> GenerationResponse {
        try await self.response(forwarding: { onText?($0) })
    }

    /// Reads the whole stream into one response, and waits while what receives the text is behind.
    ///
    /// - Parameter receive: Receives the text as it is generated.
    /// - Throws: As ``response(onText:)``, and what `receive` throws, which stops the generation.
    package func response(forwarding receive: (String) async throws -> Void) async throws -> GenerationResponse {
        var response = GenerationResponse()
        var summary: GenerationSummary?
        for try await event in self {
            switch event {
            case .text(let delta):
                response.text += delta.text
                response.tokens += delta.tokens
                response.reasoning += delta.reasoning
                if !delta.text.isEmpty { try await receive(delta.text) }
            case .toolCall(let call): response.toolCalls.append(call)
            case .finished(let final): summary = final
            }
        }
        guard let summary else {
            try Task.checkCancellation()
            throw LLMError(
                .truncatedStream, "The stream ended after \(response.text.count) characters without saying why.")
        }
        response.summary = summary
        return response
    }
}
