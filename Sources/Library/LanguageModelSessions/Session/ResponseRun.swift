// SPDX-License-Identifier: Apache-2.0

internal import GuidedGeneration
internal import LLMCore

/// One request to a session, from its prompt to its response, driven by whoever reads it.
///
/// Reading begins it. It ends with its response, with an error, or when nobody reads any more; in the last two cases the
/// session is as it was before.
final class ResponseRun {
    private enum Phase {
        case waiting
        case running
        case done(LanguageModelSession.Response<GeneratedContent>)
        case failed(any Error)
    }

    private let session: LanguageModelSession
    private let request: SessionRequest
    private let response = GenerationID()
    private var phase = Phase.waiting
    private var turn: ExecutorTurn?
    private var step = ResponseStep(structured: nil)
    private var reader: ResponseReader?
    private var usage = LanguageModelSession.Usage()
    private var rounds = 0
    private var corrections: [Transcript.Entry] = []
    /// After so many rounds of calls the model has to answer.
    private static let maximumRounds = 8

    init(_ session: LanguageModelSession, _ request: SessionRequest) {
        self.session = session
        self.request = request
    }

    deinit { if case .running = self.phase { self.session.revert() } }

    /// The response, once it is there.
    ///
    /// - Throws: The error with which the run ended.
    var result: LanguageModelSession.Response<GeneratedContent>? {
        get throws {
            switch self.phase {
            case .waiting, .running: nil
            case .done(let response): response
            case .failed(let error): throw error
            }
        }
    }

    /// All that there is of the response so far, when there is more of it; nil at the end.
    ///
    /// - Throws: ``LanguageModelSession/GenerationError``, ``LanguageModelSession/ToolCallError``, `CancellationError`, or
    ///   an error of the model that these have no name for.
    func next() async throws -> GeneratedContent? {
        guard try self.result == nil else { return nil }
        do {
            if case .waiting = self.phase { try await self.begin() }
            return try await self.advance()
        } catch {
            throw self.fail(error)
        }
    }

    private func begin() async throws {
        let capabilities = self.session.runner.capabilities
        let isGuided = capabilities.contains(.guidedGeneration)
        self.reader = try self.request.schema.map {
            try ResponseReader($0, response: self.response, isGuided: isGuided, check: self.request.check)
        }
        if isGuided, let problem = self.request.schema?.unsupportedGuides.first {
            throw LanguageModelSession.GenerationError.unsupportedGuide(.init(debugDescription: problem))
        }
        if !self.session.tools.isEmpty, !capabilities.contains(.toolCalling),
            self.request.options.toolCallingMode != .disallowed
        {
            throw LLMError(.unsupported, "The session's model cannot call tools; give the session none.")
        }
        try self.session.start(self.request.entry(mustTell: !isGuided))
        self.phase = .running
        await self.session.finishPrewarming()
        try await self.session.check(prompt: self.request.prompt.text)
    }

    private func advance() async throws -> GeneratedContent? {
        while case .running = self.phase {
            let turn = self.turn ?? self.startTurn()
            if let event = try await turn.next() {
                if let content = try self.step.take(event) { return content }
                continue
            }
            self.turn = nil
            self.usage += self.step.usage
            let calls = try self.step.toolCalls()
            if !calls.isEmpty {
                try await self.run(calls)
            } else if let content = try await self.complete() {
                return content
            }
        }
        return nil
    }

    private func startTurn() -> ExecutorTurn {
        var options = self.request.options
        // Who was made to call once may answer then.
        if options.toolCallingMode == .required, self.rounds > 0 { options.toolCallingMode = .allowed }
        if self.rounds >= Self.maximumRounds { options.toolCallingMode = .disallowed }
        let isGuided = self.session.runner.capabilities.contains(.guidedGeneration)
        let turn = self.session.runner.turn(
            LanguageModelExecutorGenerationRequest(
                transcript: self.session.storedTranscript + self.corrections,
                enabledTools: options.toolCallingMode == .disallowed ? [] : self.session.toolDefinitions,
                schema: isGuided ? self.request.schema : nil, generationOptions: options,
                contextOptions: self.request.context))
        self.step = ResponseStep(structured: isGuided && self.reader != nil ? self.response : nil)
        self.turn = turn
        return turn
    }

    private func run(_ calls: [Transcript.ToolCall]) async throws {
        self.rounds += 1
        self.session.append(.toolCalls(Transcript.ToolCalls(calls)))
        let outputs = try await ToolCaller(tools: self.session.tools).run(calls)
        for output in outputs { self.session.append(.toolOutput(output)) }
    }

    /// Takes the step's text as the response, or asks the model again where it is none.
    ///
    /// - Returns: The response, where it has not been told before.
    private func complete() async throws -> GeneratedContent? {
        let text = self.step.text
        guard let reader else {
            try await self.finish(text.generatedContent, .text(Transcript.TextSegment(content: text)))
            return nil
        }
        let content: GeneratedContent
        do {
            content = try reader.read(text)
        } catch {
            try self.correct(text, error, isFinal: reader.isGuided)
            return nil
        }
        let segment = Transcript.StructuredSegment(schemaName: self.request.schema?.name ?? "", content: content)
        try await self.finish(content, .structure(segment))
        return content
    }

    private func correct(_ text: String, _ error: any Error, isFinal: Bool) throws {
        let attempts = self.corrections.count / 2 + 1
        guard !isFinal, attempts < ResponseReader.maximumAttempts else {
            throw LanguageModelSession.GenerationError.decodingFailure(
                .init(
                    debugDescription: "The response is not what was asked for, after \(attempts) attempt(s): \(error)",
                    underlyingErrors: [error]))
        }
        self.corrections += [
            .response(Transcript.Response(segments: [.text(Transcript.TextSegment(content: text))])),
            .prompt(Transcript.Prompt(segments: [.text(Transcript.TextSegment(content: "\(error)"))])),
        ]
    }

    private func finish(_ content: GeneratedContent, _ segment: Transcript.Segment) async throws {
        try await self.session.check(response: segment.text)
        self.session.append(.response(Transcript.Response(segments: [segment])))
        let entries = self.session.finish(self.usage)
        self.phase = .done(
            LanguageModelSession.Response(
                content: content, rawContent: content, transcriptEntries: entries, usage: self.usage))
    }

    private func fail(_ error: any Error) -> any Error {
        if case .running = self.phase { self.session.revert() }
        self.turn = nil
        let known = LanguageModelSession.GenerationError(error, hasSchema: self.request.schema != nil)
        let error: any Error = known ?? error
        self.phase = .failed(error)
        return error
    }
}
