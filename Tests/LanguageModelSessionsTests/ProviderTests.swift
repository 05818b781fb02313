// SPDX-License-Identifier: Apache-2.0

import GuidedGeneration
import LanguageModelSessions
import Testing

/// A model as a third party writes it: it says again what it is asked, a word at a time.
struct ParrotModel: LanguageModel {
    var capabilities: LanguageModelCapabilities { LanguageModelCapabilities([.toolCalling]) }
    var executorConfiguration: Executor.Configuration { Executor.Configuration(greeting: "You said") }

    struct Executor: LanguageModelExecutor {
        struct Configuration: Hashable, Sendable {
            var greeting: String
        }

        let greeting: String

        init(configuration: Configuration) throws { self.greeting = configuration.greeting }

        func prewarm(model: ParrotModel, transcript: Transcript) {}

        func respond(
            to request: LanguageModelExecutorGenerationRequest, model: ParrotModel,
            streamingInto channel: LanguageModelExecutorGenerationChannel
        ) async throws {
            if case .prompt(let prompt)? = request.transcript.last, let tool = request.enabledToolDefinitions.first {
                for piece in [#"{"text": ""#, "\(prompt.segments.count)", #""}"#] {
                    await channel.send(
                        .toolCalls(
                            action: .toolCall(
                                id: "1", name: tool.name, action: .appendArguments(piece, tokenCount: 1))))
                }
                return
            }
            let usage = LanguageModelSession.Usage.Input(totalTokenCount: 3, cachedTokenCount: 2)
            await channel.send(
                .response(entryID: "1", action: .updateUsage(input: usage, output: .init(totalTokenCount: 0))))
            await channel.send(.response(entryID: "1", action: .appendText("Hm", tokenCount: 1)))
            await channel.send(.response(entryID: "1", action: .replaceTextSegment(self.greeting, tokenCount: 1)))
            await channel.send(.response(entryID: "1", action: .appendText(" it.", tokenCount: 1)))
            await channel.send(
                .response(entryID: "1", action: .updateUsage(input: usage, output: .init(totalTokenCount: 2))))
        }
    }
}

/// A model whose executor cannot be made.
struct AbsentModel: LanguageModel {
    struct Missing: Error {}

    let capabilities = LanguageModelCapabilities([])
    let executorConfiguration = 0

    struct Executor: LanguageModelExecutor {
        init(configuration: Int) throws { throw Missing() }

        func respond(
            to request: LanguageModelExecutorGenerationRequest, model: AbsentModel,
            streamingInto channel: LanguageModelExecutorGenerationChannel
        ) async throws {}
    }
}

@Suite("A third party adds a model by describing it and by running it")
struct ProviderTests {
    @Test("Its text, its usage and its calls are the session's")
    func parrot() async throws {
        let session = LanguageModelSession(model: ParrotModel(), tools: [Echo()])
        session.prewarm()
        var seen = [String]()
        let stream = session.streamResponse(to: "Hello")
        for try await snapshot in stream { seen.append(snapshot.content) }
        #expect(seen == ["Hm", "You said", "You said it."])
        #expect(session.transcript.count == 5)
        let usage = try await stream.collect().usage
        #expect(usage.input.cachedTokenCount == 2 && usage.totalTokenCount == 5)
    }

    @Test("An executor that cannot be made fails the request, with its own error")
    func absent() async {
        let session = LanguageModelSession(model: AbsentModel())
        session.prewarm()
        await #expect(throws: AbsentModel.Missing.self) { try await session.respond(to: "Hello") }
        #expect(session.transcript.isEmpty)
    }
}
