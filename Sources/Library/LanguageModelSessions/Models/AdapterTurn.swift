// SPDX-License-Identifier: Apache-2.0

internal import GuidedGeneration
internal import LLMCore

/// One step of a session, put to a model adapter.
struct AdapterTurn: Sendable {
    let adapter: any ModelAdapter
    let request: LanguageModelExecutorGenerationRequest
    let channel: LanguageModelExecutorGenerationChannel

    /// Writes the step into the channel.
    ///
    /// - Throws: ``LanguageModelSession/GenerationError`` where the step is not whole, or the adapter's error.
    func run() async throws {
        var text = ""
        var summary: GenerationSummary?
        for try await event in try await self.adapter.generate(self.generation) {
            switch event {
            case .text(let delta) where delta.text.isEmpty: continue
            case .text(let delta):
                text += delta.text
                let count = delta.tokens.count
                await self.channel.send(.response(action: .appendText(delta.text, tokenCount: count)))
            case .toolCall(let call):
                let arguments = call.arguments.serialized()
                await self.channel.send(
                    .toolCalls(
                        action: .toolCall(
                            id: call.id, name: call.name, action: .appendArguments(arguments, tokenCount: 0))))
            case .finished(let final): summary = final
            }
        }
        try Task.checkCancellation()
        guard let summary else {
            throw LLMError(.truncatedStream, "The answer of '\(self.adapter.name)' ended without saying why.")
        }
        await self.channel.send(.response(action: .updateUsage(input: summary.input, output: summary.output)))
        try self.check(summary, text: text)
    }

    /// Lets a model read a transcript, so that it knows its beginning when the request comes.
    static func prewarm(_ adapter: any ModelAdapter, transcript: Transcript) async {
        let request = GenerationRequest(
            prompt: .messages(TranscriptMessages.messages(transcript)), sampling: .greedy, maxTokens: 1,
            tools: TranscriptMessages.tools(transcript))
        // A model that cannot be prepared says why when it is asked.
        _ = try? await adapter.generate(request).response()
    }

    private var generation: GenerationRequest {
        let options = self.request.generationOptions
        var request = GenerationRequest(
            prompt: .messages(TranscriptMessages.messages(self.request.transcript)), sampling: options.samplingOptions,
            maxTokens: options.maximumResponseTokens,
            tools: self.request.enabledToolDefinitions.map(TranscriptMessages.tool))
        request.constraint = self.request.schema.map { .jsonSchema($0.jsonSchema) }
        request.toolChoice = options.toolChoice
        return request
    }

    /// A step that was cut off is an error where it had to be whole.
    private func check(_ summary: GenerationSummary, text: String) throws {
        typealias Failure = LanguageModelSession.GenerationError
        let tokens = summary.usage.totalTokens
        switch summary.finishReason {
        case .stop, .toolCalls: return
        case .length where self.request.generationOptions.maximumResponseTokens == nil:
            throw Failure.exceededContextWindowSize(
                .init(
                    debugDescription: """
                        The context of '\(self.adapter.name)' was full before the response was complete: the transcript \
                        has \(summary.usage.promptTokens) tokens, \(tokens) with the response so far.
                        """))
        case .length where self.request.schema != nil:
            throw Failure.decodingFailure(
                .init(
                    debugDescription: """
                        The response was cut off after \(summary.usage.completionTokens) tokens, \
                        as maximumResponseTokens says.
                        """))
        case .length: return
        case .contentFilter:
            let entry = Transcript.Entry.response(
                Transcript.Response(segments: [.text(Transcript.TextSegment(content: text))]))
            throw Failure.refusal(
                .init(transcriptEntries: [entry]),
                .init(debugDescription: "'\(self.adapter.name)' withheld the rest of its response."))
        }
    }
}

extension GenerationSummary {
    /// What the model read.
    fileprivate var input: LanguageModelSession.Usage.Input {
        .init(totalTokenCount: self.usage.promptTokens, cachedTokenCount: self.usage.cachedPromptTokens)
    }

    /// What the model wrote.
    fileprivate var output: LanguageModelSession.Usage.Output {
        .init(totalTokenCount: self.usage.completionTokens)
    }
}
