// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration
public import Observation
internal import Synchronization

/// A conversation with a model, which remembers what was said.
///
/// ```swift
/// let session = LanguageModelSession(instructions: "You help people find their way.")
/// let answer = try await session.respond(to: "How do I get to the sea?")
/// print(answer.content)
/// ```
/// A session responds to one request at a time. One that fails, or is cancelled, leaves the transcript as it was.
public final class LanguageModelSession: Sendable {
    private struct State {
        var transcript: Transcript
        var usage = Usage()
        /// Where the transcript ended before the request that runs.
        var start: Int?
        var prewarming: Task<Void, Never>?
    }

    let runner: any ModelRunner
    let tools: [any Tool]
    let toolDefinitions: [Transcript.ToolDefinition]
    private let guardrails: (any Guardrails)?
    private let state: Mutex<State>
    private let registrar = ObservationRegistrar()

    init(
        runner: any ModelRunner, tools: [any Tool], transcript: Transcript, guardrails: (any Guardrails)?
    ) {
        self.runner = runner
        self.tools = tools
        self.toolDefinitions = tools.map { Transcript.ToolDefinition(tool: $0) }
        self.guardrails = guardrails
        self.state = Mutex(State(transcript: transcript))
    }

    deinit { self.state.withLock { $0.prewarming?.cancel() } }

    /// What was said so far; while the session responds, with what has been added to it.
    public var transcript: Transcript {
        self.registrar.access(self, keyPath: \.transcript)
        return self.storedTranscript
    }

    /// Whether the session is busy with a request; another one fails meanwhile.
    public var isResponding: Bool {
        self.registrar.access(self, keyPath: \.isResponding)
        return self.state.withLock { $0.start != nil }
    }

    /// The tokens of all responses so far.
    public var usage: Usage {
        self.registrar.access(self, keyPath: \.usage)
        return self.state.withLock { $0.usage }
    }

    /// Prepares the model for what is known of the next request: the transcript, and how the prompt will begin.
    ///
    /// It returns at once; the next request waits until the preparation is done.
    /// - Parameter promptPrefix: How the prompt will begin, if that is known.
    public func prewarm(promptPrefix: Prompt? = nil) {
        var transcript = self.storedTranscript
        let segments: [Transcript.Segment] = [.text(Transcript.TextSegment(content: promptPrefix?.text ?? ""))]
        transcript.append(.prompt(Transcript.Prompt(segments: segments)))
        let task = Task { [runner, transcript] in  // cancelled with the session, and awaited by its next request
            await runner.prewarm(transcript)
        }
        let earlier = self.state.withLock { state in
            defer { state.prewarming = task }
            return state.prewarming
        }
        earlier?.cancel()
    }
}

/// What a running request does to its session.
extension LanguageModelSession {
    /// The transcript, unobserved.
    var storedTranscript: Transcript { self.state.withLock { $0.transcript } }

    /// Begins a request.
    ///
    /// - Throws: ``GenerationError/concurrentRequests(_:)`` where another one runs.
    func start(_ prompt: Transcript.Entry) throws {
        let isFree = self.mutate { state in
            guard state.start == nil else { return false }
            state.start = state.transcript.count
            state.transcript.append(prompt)
            return true
        }
        guard isFree else {
            throw GenerationError.concurrentRequests(
                .init(debugDescription: "The session is responding to another prompt; it takes one at a time."))
        }
    }

    /// Waits for preparations that are under way.
    func finishPrewarming() async {
        let task = self.state.withLock { state in
            defer { state.prewarming = nil }
            return state.prewarming
        }
        await task?.value
    }

    /// Adds what a request brought.
    func append(_ entry: Transcript.Entry) { self.mutate { $0.transcript.append(entry) } }

    /// Ends a request that has its response.
    ///
    /// - Returns: What the request added to the transcript.
    func finish(_ usage: Usage) -> ArraySlice<Transcript.Entry> {
        self.mutate { state in
            state.usage += usage
            let start = state.start ?? state.transcript.endIndex
            state.start = nil
            return state.transcript.entries[start...]
        }
    }

    /// Ends a request that failed: the transcript is as it was.
    func revert() {
        self.mutate { state in
            if let start = state.start { state.transcript.removeSubrange(start...) }
            state.start = nil
        }
    }

    /// Lets the application's guardrails judge a prompt.
    func check(prompt: String) async throws {
        try Self.refuse(try await self.guardrails?.violation(inPrompt: prompt))
    }

    /// Lets the application's guardrails judge a response.
    func check(response: String) async throws {
        try Self.refuse(try await self.guardrails?.violation(inResponse: response))
    }

    private static func refuse(_ reason: String?) throws {
        if let reason { throw GenerationError.guardrailViolation(.init(debugDescription: reason)) }
    }

    private func mutate<Value: Sendable>(_ body: (inout sending State) -> sending Value) -> Value {
        self.registrar.withMutation(of: self, keyPath: \.transcript) {
            self.registrar.withMutation(of: self, keyPath: \.isResponding) {
                self.registrar.withMutation(of: self, keyPath: \.usage) { self.state.withLock(body) }
            }
        }
    }
}

extension LanguageModelSession: Observable {}
