// SPDX-License-Identifier: Apache-2.0

import GuidedGeneration
import LLMCore
import LanguageModelSessions
import OpenAutoGLMTesting
import Testing

@Suite("A session remembers what was said, and responds to one request at a time")
struct SessionTests {
    private static func session(
        _ replies: [ScriptedModel.Reply], instructions: String? = nil, guardrails: (any Guardrails)? = nil
    ) -> (session: LanguageModelSession, model: ScriptedModel) {
        let model = ScriptedModel(replies: replies)
        return (
            LanguageModelSession(model: .adapter(model), guardrails: guardrails, instructions: instructions), model
        )
    }

    @Test("Instructions, prompts and responses reach the model in their order")
    func conversation() async throws {
        let (session, model) = Self.session(["Paris.", "Berlin."], instructions: "Be brief.")
        let first = try await session.respond(to: "Capital of France?")
        #expect(first.content == "Paris." && first.rawContent.kind == .string("Paris."))
        #expect(first.transcriptEntries.count == 2)
        let second = try await session.respond {
            "Capital of"
            "Germany?"
        }
        #expect(second.content == "Berlin.")
        #expect(
            model.requests.last?.prompt
                == .messages([
                    .system("Be brief."), .user("Capital of France?"), .assistant("Paris."),
                    .user("Capital of\nGermany?"),
                ]))
        #expect(session.transcript.count == 5)
        #expect(session.usage.totalTokenCount == first.usage.totalTokenCount + second.usage.totalTokenCount)
        #expect(first.usage.input.totalTokenCount == 5)
        #expect(!session.isResponding)
    }

    @Test("Options reach the model")
    func options() async throws {
        typealias Mode = GenerationOptions.SamplingMode
        let cases: [(GenerationOptions, SamplingOptions)] = [
            (GenerationOptions(), SamplingOptions()),
            (GenerationOptions(sampling: .greedy, temperature: 0.9), .greedy),
            (GenerationOptions(temperature: 0.5), SamplingOptions(temperature: 0.5)),
            (
                GenerationOptions(sampling: .random(top: 5, seed: 7)),
                SamplingOptions(topK: 5, topP: 1, seed: 7)
            ),
            (
                GenerationOptions(samplingMode: Mode.random(probabilityThreshold: 0.5, seed: 8), temperature: 1),
                SamplingOptions(temperature: 1, topP: 0.5, seed: 8)
            ),
        ]
        for (options, expected) in cases {
            let (session, model) = Self.session(["Yes."])
            var limited = options
            limited.maximumResponseTokens = 9
            try await session.respond(to: "Well?", options: limited)
            #expect(model.requests.first?.sampling == expected)
            #expect(model.requests.first?.maxTokens == 9)
        }
    }

    @Test("Snapshots of a text grow until it is whole, and the stream can be collected afterwards")
    func streaming() async throws {
        let (session, _) = Self.session(["Hello, world!"])
        let stream = session.streamResponse(to: "Greet me.")
        #expect(!session.isResponding)
        var seen = [String]()
        for try await snapshot in stream {
            #expect(session.isResponding)
            #expect(snapshot.rawContent.kind == .string(snapshot.content))
            seen.append(snapshot.content)
        }
        #expect(seen == ["Hello", "Hello, wor", "Hello, world!"])
        #expect(!session.isResponding)
        #expect(try await stream.collect().content == "Hello, world!")
        #expect(session.transcript.count == 2)
    }

    @Test("A second request fails while the first runs, and takes nothing from it")
    func concurrentRequests() async throws {
        let (session, model) = Self.session(["Hello, world!"])
        var snapshots = session.streamResponse(to: "First").makeAsyncIterator()
        _ = try await snapshots.next()
        let error = await #expect(throws: LanguageModelSession.GenerationError.self) {
            try await session.respond(to: "Second")
        }
        guard case .concurrentRequests? = error else {
            Issue.record("The error is \(String(describing: error)).")
            return
        }
        while try await snapshots.next() != nil {}
        #expect(session.transcript.count == 2)
        #expect(model.requests.count == 1)
    }

    @Test("Who stops reading ends the request, and the transcript is as it was")
    func abandoned() async throws {
        let (session, _) = Self.session(["One.", .endless(after: "Never"), "Two."])
        try await session.respond(to: "First")
        let before = session.transcript
        for try await _ in session.streamResponse(to: "Second") { break }
        #expect(session.transcript == before && !session.isResponding)
        #expect(try await session.respond(to: "Third").content == "Two.")
    }

    @Test("Cancelling ends a request that would never end, and the transcript is as it was")
    func cancelled() async throws {
        let (session, model) = Self.session(["One.", .endless(after: "Never"), "Two."], instructions: "Go on.")
        try await session.respond(to: "First")
        let before = session.transcript
        await withThrowingTaskGroup { group in
            group.addTask { try await session.respond(to: "Second") }
            while model.requests.count < 2 { await Task.yield() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        #expect(session.transcript == before && !session.isResponding)
        #expect(try await session.respond(to: "Third").content == "Two.")
    }

    @Test("A stream that fails half-way leaves the transcript as it was, and fails again when collected")
    func cutOff() async throws {
        let (session, _) = Self.session([.cutOff(after: "Half of it"), "Whole."])
        let stream = session.streamResponse(to: "First")
        await #expect(throws: LLMError.self) { for try await _ in stream {} }
        await #expect(throws: LLMError.self) { _ = try await stream.collect() }
        #expect(session.transcript.isEmpty)
        #expect(try await session.respond(to: "Second").content == "Whole.")
    }

    @Test("An empty response is a response")
    func empty() async throws {
        #expect(try await Self.session([""]).session.respond(to: "Say nothing.").content.isEmpty)
    }

    @Test("The application's guardrails stop prompts and responses, and nothing else does")
    func guardrails() async throws {
        struct NoSecrets: Guardrails {
            func violation(inPrompt text: String) async throws -> String? {
                text.contains("secret") ? "It asks for a secret." : nil
            }
            func violation(inResponse text: String) async throws -> String? {
                text.contains("secret") ? "It tells a secret." : nil
            }
        }
        let (session, model) = Self.session(["It's the secret.", "Fine."], guardrails: NoSecrets())
        for (prompt, words) in [("The secret?", "It asks for a secret."), ("What is it?", "It tells a secret.")] {
            let error = await #expect(throws: LanguageModelSession.GenerationError.self) {
                try await session.respond(to: prompt)
            }
            guard case .guardrailViolation(let context)? = error else {
                Issue.record("The error is \(String(describing: error)).")
                return
            }
            #expect(context.debugDescription == words)
            #expect(session.transcript.isEmpty)
        }
        #expect(model.requests.count == 1)
        #expect(try await session.respond(to: "And?").content == "Fine.")
    }

    @Test("The next request waits for what was prepared, which the model has read by then")
    func prewarming() async throws {
        let (session, model) = Self.session(["x", "Paris."], instructions: "Be brief.")
        session.prewarm(promptPrefix: Prompt("Capital of"))
        #expect(try await session.respond(to: "Capital of France?").content == "Paris.")
        #expect(model.requests.first?.prompt == .messages([.system("Be brief."), .user("Capital of")]))
        #expect(model.requests.first?.maxTokens == 1)
        #expect(session.transcript.count == 3)
    }
}
