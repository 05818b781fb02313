// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Turns the pieces of one protocol's answer into events: a value, fed with bytes that have arrived.
protocol AnswerDecoder: Sendable {
    /// Takes the next piece: the data of an event, a line, or the whole answer.
    ///
    /// - Parameters:
    ///   - piece: The bytes.
    ///   - events: Takes what they mean.
    /// - Throws: ``LLMError`` where the server reports a failure or breaks its protocol.
    mutating func decode(_ piece: UnsafeRawBufferPointer, into events: inout AnswerEvents) throws

    /// Takes the end of the answer; it is complete only if ``AnswerEvents/isFinished`` holds afterwards.
    ///
    /// - Throws: ``LLMError`` where what came is not to be used.
    mutating func end(into events: inout AnswerEvents) throws
}

/// The events that were decoded and not yet taken.
struct AnswerEvents: Sendable {
    /// Whether the summary was given, after which nothing follows.
    private(set) var isFinished = false
    private var waiting: [GenerationEvent] = []
    private var taken = 0

    /// Adds text, or what the model thinks before it, unless there is none and no token either.
    mutating func add(_ text: String, tokens: [SampledToken] = [], reasoning: String = "") {
        guard !text.isEmpty || !tokens.isEmpty || !reasoning.isEmpty else { return }
        self.waiting.append(.text(TextDelta(text: text, tokens: tokens, reasoning: reasoning)))
    }

    /// Adds calls of tools.
    mutating func add(_ calls: [ToolCall]) {
        for call in calls { self.waiting.append(.toolCall(call)) }
    }

    /// Ends the answer.
    mutating func finish(_ summary: GenerationSummary) {
        guard !self.isFinished else { return }
        self.isFinished = true
        self.waiting.append(.finished(summary))
    }

    /// Takes the next event.
    mutating func next() -> GenerationEvent? {
        guard self.taken < self.waiting.count else {
            self.waiting.removeAll(keepingCapacity: true)
            self.taken = 0
            return nil
        }
        defer { self.taken += 1 }
        return self.waiting[self.taken]
    }
}
