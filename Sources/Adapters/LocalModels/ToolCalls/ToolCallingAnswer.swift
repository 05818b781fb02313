// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// One answer of a model that may call tools.
///
/// The model writes freely until it announces a call; the call itself is generated under a constraint from its tool's
/// schema, so that what is called has valid arguments. Then the model may announce another one.
actor ToolCallingAnswer {
    /// Starts a generation.
    typealias Generate = @Sendable (GenerationRequest) async throws -> GenerationStream

    private enum Phase {
        case text(CallOpening)
        case call(String)
        case either(CallsOrAnswer, schema: JSONValue)
    }

    private let plan: ToolCallingPlan
    private let generate: Generate
    private var phase: Phase
    private var events: GenerationStream.AsyncIterator?
    private var ready: [GenerationEvent] = []
    private var isFinished = false
    private var written = ""
    private var callCount = 0
    /// Tokens of the generation that runs, and of those before it.
    private var tokens = (running: 0, before: 0)
    private var generations = 0
    private var cachedTokens: Int?
    private static let maximumCalls = 16

    /// Prepares an answer.
    init(_ plan: ToolCallingPlan, generate: @escaping Generate) {
        self.plan = plan
        self.generate = generate
        switch plan.start {
        case .text: self.phase = .text(plan.opening(followsCall: false))
        case .call: self.phase = .call("")
        case .either(let schema): self.phase = .either(CallsOrAnswer(), schema: schema)
        }
    }

    /// The answer as a stream, to be read once; dropping it ends the generation.
    nonisolated var stream: GenerationStream {
        GenerationStream(AsyncThrowingStream(unfolding: { try await self.next() }))
    }

    /// The next event; nil at the end.
    private func next() async throws -> GenerationEvent? {
        while self.ready.isEmpty, !self.isFinished {
            switch try await self.read() {
            case nil: self.isFinished = true
            case .text(let delta)?: self.take(delta)
            case .toolCall?: continue
            case .finished(let summary)?: try self.endPhase(summary)
            }
        }
        return self.ready.isEmpty ? nil : self.ready.removeFirst()
    }

    /// The next event of the generation that runs, or of the one that is due.
    private func read() async throws -> GenerationEvent? {
        if self.events == nil {
            self.generations += 1
            self.events = try await self.generate(self.request).makeAsyncIterator()
        }
        guard var iterator = self.events else { return nil }
        let event = try await iterator.next(isolation: #isolation)
        return event
    }

    private var request: GenerationRequest {
        switch self.phase {
        case .text: self.plan.textRequest(after: self.written, used: self.tokens.before)
        case .call: self.plan.callRequest(after: self.written, used: self.tokens.before)
        case .either(_, let schema): self.plan.eitherRequest(schema)
        }
    }

    private func take(_ delta: TextDelta) {
        self.tokens.running += delta.tokens.count
        switch self.phase {
        case .call(let json):
            self.phase = .call(json + delta.text)
            self.send("", delta.tokens)
        case .either(var json, let schema):
            self.send(json.append(delta.text), delta.tokens)
            self.phase = .either(json, schema: schema)
        case .text(var opening):
            let outcome = opening.append(delta)
            self.phase = .text(opening)
            switch outcome {
            case .pass(let text): self.send(text, delta.tokens)
            case .call(let text):
                self.send(text, delta.tokens)
                self.begin(.call(""))
            case .end: self.end(.toolCalls)
            }
        }
    }

    private func endPhase(_ summary: GenerationSummary) throws {
        self.tokens.running = summary.usage.completionTokens
        self.cachedTokens = self.cachedTokens ?? summary.usage.cachedPromptTokens
        switch self.phase {
        case .text(var opening):
            self.send(opening.finish(), [])
            let isDone = self.callCount > 0 && summary.finishReason == .stop
            self.end(isDone ? .toolCalls : summary.finishReason, timings: summary.timings)
        case .call(let json) where summary.finishReason == .stop:
            let value = try Self.json { try JSONValue(parsing: json) }
            try self.call(value.arrayValue ?? [value])
            self.written += self.plan.form.lead + json + self.plan.form.closer
            if self.plan.repeats, self.callCount < Self.maximumCalls {
                self.begin(.text(self.plan.opening(followsCall: true)))
            } else {
                self.end(.toolCalls)
            }
        case .either(let json, _) where summary.finishReason == .stop:
            if let calls = try Self.json({ try json.calls() }) {
                try self.call(calls)
                self.end(.toolCalls)
            } else {
                self.send(json.unsent, [])
                self.end(summary.finishReason, timings: summary.timings)
            }
        case .call, .either: self.end(summary.finishReason)
        }
    }

    /// Drops the generation that runs; another one follows.
    private func begin(_ phase: Phase) {
        self.phase = phase
        self.events = nil
        self.tokens = (0, self.tokens.before + self.tokens.running)
    }

    private func end(_ reason: FinishReason, timings: GenerationTimings? = nil) {
        self.events = nil
        self.isFinished = true
        let usage = TokenUsage(
            promptTokens: self.plan.promptTokens, completionTokens: self.tokens.before + self.tokens.running,
            cachedPromptTokens: min(self.cachedTokens ?? 0, self.plan.promptTokens))
        self.ready.append(
            .finished(
                GenerationSummary(
                    finishReason: reason, usage: usage, timings: self.generations == 1 ? timings : nil)))
    }

    private func send(_ text: String, _ tokens: [SampledToken]) {
        self.written += text
        if !text.isEmpty || !tokens.isEmpty { self.ready.append(.text(TextDelta(text: text, tokens: tokens))) }
    }

    private func call(_ values: [JSONValue]) throws {
        let calls = self.plan.calls(values)
        guard !calls.isEmpty else {
            throw LLMError(.unusableAnswer, "A tool call that the model wrote has no name or no arguments.")
        }
        self.callCount += calls.count
        self.ready += calls.map { .toolCall($0) }
    }

    private static func json<Value>(_ read: () throws -> Value) throws -> Value {
        do { return try read() } catch {
            throw LLMError(.unusableAnswer, "A tool call that the model wrote is no JSON.", cause: error)
        }
    }
}
