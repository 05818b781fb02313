// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Synchronization
import Testing

/// A model that answers with a function of the last turn, whatever the order of the requests.
final class FunctionModel: ModelAdapter {
    let name = "function"
    let capabilities: ModelCapabilities = .chat
    private let answer: @Sendable (String) -> String
    private let state = Mutex((running: 0, most: 0, texts: [String]()))

    init(_ answer: @escaping @Sendable (String) -> String) { self.answer = answer }

    /// What it was asked.
    var texts: [String] { self.state.withLock { $0.texts } }
    /// How many requests it answered at once at most.
    var mostAtOnce: Int { self.state.withLock { $0.most } }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        guard case .messages(let messages) = request.prompt, let text = messages.last?.text else {
            throw LLMError(.invalidRequest, "No conversation.")
        }
        self.state.withLock {
            $0.running += 1
            $0.most = max($0.most, $0.running)
            $0.texts.append(text)
        }
        await Task.yield()
        self.state.withLock { $0.running -= 1 }
        return try await ScriptedModel(replies: [.text(self.answer(text))]).generate(request)
    }

    func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        throw LLMError(.unsupported, "It cannot count.")
    }
}

@Suite("Steps over long texts")
struct StepsLongTextTests {
    /// Sentences that can be told apart, in paragraphs of five.
    static func article(sentences: Int) -> String {
        (0..<sentences).map {
            "Sentence number \($0) tells of ship \($0 * 7 % 10) and its crew." + ($0 % 5 == 4 ? "\n\n" : " ")
        }
        .joined()
    }

    @Test("A short text is summarised at once")
    func short() async throws {
        let model = FunctionModel { _ in " Short. " }
        let outputs = try await runStep("summarise", ["text": "A few words."], model: model)
        #expect(outputs == ["text": "Short.", "parts": ["Short."], "rounds": 1])
    }

    @Test("A long text is summarised by pieces that end with sentences, and then by summaries")
    func long() async throws {
        let model = FunctionModel { text in "Sum of \(text.count)." }
        let text = Self.article(sentences: 100)
        let outputs = try await runStep(
            "summarise", ["text": .string(text), "chunk_tokens": 300, "max_tokens": 60, "concurrency": 3], model: model)
        let parts = try #require(outputs["parts"]?.arrayValue)
        #expect(parts.count > 4)
        #expect(outputs["rounds"] == 2)
        let pieces = model.texts.dropLast()
        #expect(pieces.count == parts.count)
        #expect(pieces.allSatisfy { $0.hasPrefix("Sentence") && $0.utf8.count <= 900 })
        #expect(model.mostAtOnce <= 3)
    }

    @Test("Summaries that get no shorter end with an error, not with endless rounds")
    func endless() async throws {
        let model = FunctionModel { $0 }
        let error = await #expect(throws: PipelineError.self) {
            try await runStep(
                "summarise", ["text": .string(Self.article(sentences: 20)), "chunk_tokens": 100, "max_tokens": 20],
                model: model)
        }
        #expect("\(try #require(error))".contains("8 rounds of summaries did not make the text short"))
    }

    @Test("A translation keeps the white space between its pieces", arguments: [100, 100_000])
    func translate(chunk: Int) async throws {
        let model = FunctionModel { $0.replacing("Sentence", with: "Satz") }
        let text = "\n " + Self.article(sentences: 40)
        let outputs = try await runStep(
            "translate",
            ["text": .string(text), "to": "German", "chunk_tokens": .integer(chunk), "glossary": ["ship": "Schiff"]],
            model: model)
        #expect(outputs["text"]?.stringValue == text.replacing("Sentence", with: "Satz"))
        #expect(outputs["pieces"]?.integerValue.map { ($0 > 1) == (chunk == 100) } == true)
    }

    @Test("A translation that was cut off is an error")
    func cutOff() async throws {
        let model = ScriptedModel(replies: [.ended("Satz", .length)])
        let error = await #expect(throws: PipelineError.self) {
            try await runStep("translate", ["text": "Sentence.", "to": "German"], model: model)
        }
        #expect("\(try #require(error))".contains("cut off"))
    }

    @Test("Texts without any border, and of any characters, are cut, too", arguments: ["x", "好", "👩‍👩‍👧", "\r\n", " "])
    func hostile(character: String) async throws {
        let text = "a" + String(repeating: character, count: 3_000) + "z"
        let model = FunctionModel { $0 }
        let outputs = try await runStep(
            "translate", ["text": .string(text), "to": "x", "chunk_tokens": 64], model: model)
        #expect(outputs["text"]?.stringValue == text)
    }
}
