// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import LocalModels
import OpenAutoGLMTesting
import Testing

@Suite("The default model answers as every model does")
struct LocalModelTests {
    private static let question: GenerationPrompt = "What is the capital of France?"
    private static let capabilities: ModelCapabilities = [
        .chat, .rawPrompts, .logProbabilities, .scoring, .slidingContext, .constraints, .tools, .adapters,
    ]

    private static func request(
        _ prompt: GenerationPrompt = question, temperature: Float = 0, seed: UInt64? = nil, maxTokens: Int = 16,
        stop: [String] = [], top: Int? = nil
    ) -> GenerationRequest {
        GenerationRequest(
            prompt: prompt, sampling: SamplingOptions(temperature: temperature, topP: 1, seed: seed),
            maxTokens: maxTokens, stop: stop, topLogProbabilities: top)
    }

    private static func answer(_ request: GenerationRequest) async throws -> GenerationResponse {
        try await DefaultModel.get().generate(request).response()
    }

    @Test("It knows the capital of France, and says what the answer took")
    func capital() async throws {
        let response = try await Self.answer(Self.request())
        #expect(response.text.contains("Paris"))
        #expect(response.summary.finishReason == .stop)
        #expect(response.summary.usage.completionTokens == response.tokens.count)
        #expect(response.summary.usage.promptTokens == (try await DefaultModel.get().tokenCount(Self.question)))
        let timings = try #require(response.summary.timings)
        #expect(timings.prefill > .zero && timings.timeToFirstToken >= timings.prefill)
    }

    @Test("It keeps the rules of every adapter")
    func conformance() async throws {
        #expect(try await ModelAdapterConformance(DefaultModel.get()).failures() == [])
    }

    @Test("The chat template is rendered, and begins with one beginning-of-text token")
    func chatTemplate() async throws {
        let model = try DefaultModel.get()
        let rendered = """
            <|im_start|>system
            Be brief.<|im_end|>
            <|im_start|>user
            Hello<|im_end|>
            <|im_start|>assistant

            """
        let messages = GenerationPrompt.messages([.system("Be brief."), .user("Hello")])
        #expect(try await model.tokenCount(messages) == model.tokenCount(.raw(rendered)))
        let chat = try await Self.answer(Self.request(messages, maxTokens: 6))
        let raw = try await Self.answer(Self.request(.raw(rendered), maxTokens: 6))
        #expect(chat.tokenIDs == raw.tokenIDs)
    }

    @Test("A seed gives the same text again, another seed another one")
    func seeds() async throws {
        let prompt: GenerationPrompt = "Invent a name for a ship and say why."
        var texts: [String] = []
        for seed in [1, 1, 2, 3] as [UInt64] {
            texts.append(try await Self.answer(Self.request(prompt, temperature: 1, seed: seed)).text)
        }
        #expect(texts[0] == texts[1])
        #expect(Set(texts).count > 1)
    }

    @Test("A stop string ends the answer and is not part of it", arguments: ["Paris", "France is", "capital of"])
    func stops(stop: String) async throws {
        let whole = try await Self.answer(Self.request()).text
        let expected = try #require(whole.split(separator: stop, maxSplits: 1).first.map(String.init))
        let response = try await Self.answer(Self.request(stop: [stop]))
        #expect(response.text == expected)
        #expect(response.summary.finishReason == .stop)
    }

    @Test("The token limit ends the answer")
    func limit() async throws {
        let response = try await Self.answer(Self.request(maxTokens: 3))
        #expect(response.tokens.count == 3)
        #expect(response.summary.finishReason == .length)
    }

    @Test("Log-probabilities are ordered, belong to a distribution, and greedy takes the largest")
    func logProbabilities() async throws {
        let response = try await Self.answer(Self.request(maxTokens: 5, top: 8))
        #expect(response.tokens.count == 5)
        for token in response.tokens {
            let top = token.alternatives.map(\.logProbability)
            #expect(top.count == 8 && top == top.sorted(by: >))
            #expect(top.allSatisfy { $0 <= 0 } && top.map { Double($0) }.map { exp($0) }.reduce(0, +) <= 1.0001)
            #expect(token.alternatives.first?.id == token.id)
            #expect(token.logProbability == top.first)
        }
        let without = try await Self.answer(Self.request(maxTokens: 2))
        #expect(without.tokens.allSatisfy { $0.logProbability == nil && $0.alternatives.isEmpty })
    }

    @Test("The right choice scores highest, after raw text and in a conversation")
    func scores() async throws {
        let model = try DefaultModel.get()
        let choices = [" London", " Paris", " Berlin"]
        let raw = try await model.score(ScoringRequest(prompt: .raw("The capital of France is"), choices: choices))
        #expect(raw.map(\.choice) == choices)
        #expect(raw.max { $0.logProbability < $1.logProbability }?.choice == " Paris")
        #expect(raw.allSatisfy { $0.tokenCount == 1 && $0.logProbability < 0 })
        let answers = ["The capital of France is Paris.", "The capital of France is Rome."]
        let chat = try await model.score(ScoringRequest(prompt: Self.question, choices: answers))
        #expect(chat[0].logProbability > chat[1].logProbability)
    }

    @Test("A score is the sum of the log-probabilities that generation reports")
    func scoreAgreesWithGeneration() async throws {
        let response = try await Self.answer(Self.request(maxTokens: 6, top: 0))
        let sum = response.tokens.compactMap(\.logProbability).map(Double.init).reduce(0, +)
        let request = ScoringRequest(prompt: Self.question, choices: [response.text])
        let score = try #require(try await DefaultModel.get().score(request).first)
        #expect(score.tokenCount == response.tokens.count)
        #expect(abs(score.logProbability - sum) < 0.05 * Double(response.tokens.count))
    }

    @Test("Cancelling the reader, or dropping the stream, frees the sequence")
    func cancellation() async throws {
        let model = try LocalModel("smollm2", configuration: EngineConfiguration(threads: 1))
        let long = Self.request(.raw("Count: one, two, three,"), maxTokens: 4000)
        let reader = Task {
            var pieces = 0
            for try await _ in try await model.generate(long) {
                pieces += 1
                if pieces == 3 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return pieces
        }
        #expect(try await reader.value < 4000)
        #expect(await becomesTrue { !(await model.engine.usage.isBusy) })
        for try await _ in try await model.generate(long) { break }
        #expect(await becomesTrue { !(await model.engine.usage.isBusy) })
        #expect(try await model.generate(Self.request(maxTokens: 2)).response().tokens.count == 2)
    }

    @Test("A time limit, a sliding context and several completions reach the engine")
    func engineOptions() async throws {
        let model = try DefaultModel.get()
        var request = Self.request(maxTokens: 6)
        request.scheduling.timeLimit = .zero
        let error = await #expect(throws: LLMError.self) { try await model.generate(request).response() }
        #expect(error?.code == .deadlineExceeded)
        request.scheduling.timeLimit = nil
        request.sampling = SamplingOptions(temperature: 1.5, topP: 1, seed: 3)
        var texts: Set<String> = []
        var found: [Int] = []
        for stream in try await model.generate(request, completions: 3) {
            let response = try await stream.response()
            texts.insert(response.text)
            found.append(response.summary.usage.cachedPromptTokens)
        }
        #expect(texts.count == 3 && found.max() == found.first { $0 > 10 })
        request.prompt = .raw(String(repeating: "one two three ", count: 4000))
        let tooLong = await #expect(throws: LLMError.self) { try await model.generate(request) }
        #expect(tooLong?.code == .contextOverflow)
        await #expect(throws: LLMError.self) { try await model.generate(request, completions: 0) }
    }

    @Test("Several requests at once get the answers that each would get alone")
    func concurrency() async throws {
        let model = try DefaultModel.get()
        let prompts = ["Name a colour.", "Name an animal.", "Name a city."]
        var alone: [String] = []
        for prompt in prompts { alone.append(try await Self.answer(Self.request(.user(prompt), maxTokens: 6)).text) }
        let together = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (index, prompt) in prompts.enumerated() {
                group.addTask {
                    (index, try await model.generate(Self.request(.user(prompt), maxTokens: 6)).response().text)
                }
            }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(prompts.indices.map { together[$0] } == alone)
    }

    @Test("What the model cannot do is an error that says so")
    func refusals() async throws {
        let model = try DefaultModel.get()
        let image = Message(role: .user, content: [.text("What is this?"), .image(.url("https://example.org/a.png"))])
        let sound = Message(role: .user, content: [.audio(.data([0], mediaType: "audio/wav"))])
        let tool = ToolDefinition(name: "clock", description: "Tells the time.", parameters: ["type": "object"])
        var cases = [
            (GenerationRequest(prompt: .messages([image])), LLMError.Code.unsupported, "images"),
            (GenerationRequest(prompt: .messages([sound])), .unsupported, "recordings"),
            (GenerationRequest(prompt: .raw("What time is it?"), tools: [tool]), .unsupported, "conversation"),
            (GenerationRequest(prompt: .messages([])), .invalidRequest, "no messages"),
            (GenerationRequest(prompt: .raw("")), .invalidRequest, "no tokens"),
            (GenerationRequest(prompt: "Hi", maxTokens: -1), .invalidRequest, "max tokens"),
        ]
        for (constraint, code, said) in [
            (OutputConstraint.regularExpression("("), LLMError.Code.invalidRequest, "'('"),
            (.regularExpression("(a)\\1"), .unsupported, "back-reference"),
            (.choices([]), .invalidRequest, "no choices"),
            (.grammar("root ::= nam\nname ::= \"a\""), .invalidRequest, "'name'"),
        ] {
            var request = GenerationRequest(prompt: "Hi")
            request.constraint = constraint
            cases.append((request, code, said))
        }
        let long = String(repeating: "word ", count: model.contextLength + 1)
        cases.append((GenerationRequest(prompt: .raw(long)), .contextOverflow, "\(model.contextLength)"))
        for (request, code, said) in cases {
            let error = await #expect(throws: LLMError.self) { _ = try await model.generate(request) }
            #expect(error?.code == code)
            #expect(error?.message.contains(said) == true)
        }
        #expect(model.capabilities == Self.capabilities)
        let embedding = await #expect(throws: LLMError.self) { _ = try await model.embed(["a"]) }
        #expect(embedding?.code == .unsupported)
        let empty = ScoringRequest(prompt: .raw("a"), choices: [""])
        let scoring = await #expect(throws: LLMError.self) { _ = try await model.score(empty) }
        #expect(scoring?.code == .invalidRequest)
    }

    @Test("A model without a chat template takes raw prompts only")
    func withoutChatTemplate() async throws {
        let folder = try TemporaryFolder()
        let path = try DefaultModel.patchedCopy(
            in: folder, "base.gguf", "tokenizer.chat_template", by: "tokenizer.no__template_")
        let model = try LocalModel(path)
        #expect(!model.capabilities.contains(.chat))
        let error = await #expect(throws: LLMError.self) { _ = try await model.generate(Self.request()) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("--raw") == true)
        let response = try await model.generate(Self.request(.raw("The capital of France is"), maxTokens: 2)).response()
        #expect(response.text.contains("Paris"))
    }

    @Test("A model that wants a beginning-of-text token gets it once, whether or not the template writes it")
    func beginningOfText() async throws {
        let folder = try TemporaryFolder()
        let key = "tokenizer.ggml.add_bos_token\u{7}\0\0\0"
        let path = try DefaultModel.patchedCopy(in: folder, "bos.gguf", key + "\0", by: key + "\u{1}")
        let (plain, adding) = (try DefaultModel.get(), try LocalModel(path))
        let cases: [(GenerationPrompt, Int)] = [
            (.raw("Hello"), 1), (.raw("<|im_start|>Hello"), 0), (Self.question, 0), (.raw(""), 1),
        ]
        for (prompt, added) in cases {
            #expect(try await adding.tokenCount(prompt) == plain.tokenCount(prompt) + added)
        }
        let scores = try await adding.score(ScoringRequest(prompt: .raw(""), choices: ["Hello", " there"]))
        #expect(scores.map(\.tokenCount) == [1, 1])
    }

    @Test("A chat template with broken grammar is an error that names the line")
    func brokenChatTemplate() throws {
        let folder = try TemporaryFolder()
        let path = try DefaultModel.patchedCopy(
            in: folder, "broken.gguf", "{% for message in messages %}", by: "{% fro message in messages %}")
        let error = #expect(throws: (any Error).self) { _ = try LocalModel(path) }
        #expect((error as? any CodedError)?.message.contains("line 1") == true)
    }
}

/// Waits until something holds, without sleeping; false when it takes longer than any machine should.
private func becomesTrue(_ condition: () async -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(600)
    while await !condition() {
        guard ContinuousClock.now < deadline else { return false }
        await Task.yield()
    }
    return true
}
