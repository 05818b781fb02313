// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// A model that answers from a script, for tests of what is built on a ``ModelAdapter``.
///
/// ```swift
/// let model = ScriptedModel(replies: ["Paris", "{\"city\": \"Paris\"}"])
/// ```
/// Replies are given in order; asking once more than there are replies is an error, so that a test that loops is caught.
public final class ScriptedModel: ModelAdapter {
    /// One scripted answer.
    public enum Reply: Sendable, ExpressibleByStringLiteral {
        /// Answers with this text, in pieces of a few characters.
        case text(String)
        /// Fails with this error.
        case failure(any Error)
        /// Streams this text and ends without a summary, as a broken connection would.
        case cutOff(after: String)
        /// Answers with this text, and ends for this reason.
        case ended(String, FinishReason)
        /// Asks for these calls after this text.
        case calls([ToolCall], after: String = "")
        /// Streams this text and then nothing more until whoever reads goes away.
        case endless(after: String)
        /// Streams a text, waits until something has happened, and then streams the rest.
        case held(String, until: @Sendable () async throws -> Void, then: String)

        /// Answers with this text.
        public init(stringLiteral value: String) { self = .text(value) }
    }

    private struct State {
        var replies: ArraySlice<Reply>
        var requests: [GenerationRequest] = []
        var scoringRequests: [ScoringRequest] = []
    }

    /// The name given at the start.
    public let name: String
    /// Chat, raw prompts, and scoring when a score function was given.
    public let capabilities: ModelCapabilities
    private let state: Mutex<State>
    private let scores: (@Sendable (ScoringRequest) -> [Double])?

    /// Makes a model with its script.
    ///
    /// - Parameters:
    ///   - replies: The answers, in order.
    ///   - name: The model's name.
    ///   - capabilities: What it says it can do besides chat and raw prompts, such as tools and constraints, which its
    ///     replies are then taken to keep to.
    ///   - scores: A log-probability per choice; without it the model cannot score.
    public init(
        replies: [Reply] = [], name: String = "scripted", capabilities: ModelCapabilities = [],
        scores: (@Sendable (ScoringRequest) -> [Double])? = nil
    ) {
        self.name = name
        self.capabilities = capabilities.union([.chat, .rawPrompts]).union(scores == nil ? [] : .scoring)
        self.state = Mutex(State(replies: replies[...]))
        self.scores = scores
    }

    /// Every generation asked for so far, in order.
    public var requests: [GenerationRequest] { self.state.withLock { $0.requests } }

    /// Every scoring asked for so far, in order.
    public var scoringRequests: [ScoringRequest] { self.state.withLock { $0.scoringRequests } }

    /// Answers with the next reply of the script.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        let reply = self.state.withLock { state in
            state.requests.append(request)
            return state.replies.popFirst()
        }
        let promptTokens = try await self.tokenCount(request.prompt)
        switch reply {
        case nil: throw LLMError(.backendFailed, "The script of '\(self.name)' has no more replies.")
        case .failure(let error)?: throw error
        case .text(let text)?: return Self.stream(text, promptTokens: promptTokens, end: .finished(.stop))
        case .ended(let text, let reason)?: return Self.stream(text, promptTokens: promptTokens, end: .finished(reason))
        case .calls(let calls, let text)?:
            return Self.stream(text, calls: calls, promptTokens: promptTokens, end: .finished(.toolCalls))
        case .cutOff(let text)?: return Self.stream(text, promptTokens: promptTokens, end: .cutOff)
        case .endless(let text)?: return Self.stream(text, promptTokens: promptTokens, end: .never)
        case .held(let text, let wait, let rest)?:
            return Self.stream(text, until: wait, then: rest, promptTokens: promptTokens)
        }
    }

    /// Answers with the score function given at the start.
    public func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        guard let scores else { throw LLMError(.unsupported, "The model '\(self.name)' cannot score choices.") }
        self.state.withLock { $0.scoringRequests.append(request) }
        return zip(request.choices, scores(request)).map {
            ChoiceScore(choice: $0, logProbability: $1, tokenCount: $0.split(separator: " ").count)
        }
    }

    /// Counts words.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        switch prompt {
        case .raw(let text): text.split(separator: " ").count
        case .messages(let messages): messages.map { $0.text.split(separator: " ").count }.reduce(0, +)
        }
    }

    private static func stream(
        _ text: String, until wait: @escaping @Sendable () async throws -> Void, then rest: String, promptTokens: Int
    ) -> GenerationStream {
        let summary = GenerationSummary(
            finishReason: .stop, usage: TokenUsage(promptTokens: promptTokens, completionTokens: 2))
        let position = Mutex(0)
        return GenerationStream {
            let next = position.withLock { position in
                position += 1
                return position
            }
            switch next {
            case 1: return .text(TextDelta(text: text))
            case 2:
                try await wait()
                return .text(TextDelta(text: rest))
            case 3: return .finished(summary)
            default: return nil
            }
        }
    }

    private enum End {
        case finished(FinishReason)
        case cutOff
        case never
    }

    private static func stream(
        _ text: String, calls: [ToolCall] = [], promptTokens: Int, end: End
    ) -> GenerationStream {
        let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        var pieces = 0
        var rest = text[...]
        while !rest.isEmpty {
            continuation.yield(.text(TextDelta(text: String(rest.prefix(5)))))
            rest = rest.dropFirst(5)
            pieces += 1
        }
        for call in calls { continuation.yield(.toolCall(call)) }
        switch end {
        case .never:
            // Whoever reads keeps the continuation alive through its own handler.
            continuation.onTermination = { _ in withExtendedLifetime(continuation) {} }
            return GenerationStream(events)
        case .finished(let reason):
            let usage = TokenUsage(promptTokens: promptTokens, completionTokens: pieces)
            continuation.yield(.finished(GenerationSummary(finishReason: reason, usage: usage)))
        case .cutOff: break
        }
        continuation.finish()
        return GenerationStream(events)
    }
}
