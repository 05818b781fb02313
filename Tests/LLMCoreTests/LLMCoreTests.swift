// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing

@Suite("Shared values")
struct LLMCoreTests {
    @Test(
        "The nearest name is suggested where one is near",
        arguments: [
            ("qwn", ["qwen", "llama"], "qwen"), ("SMOLLM", ["smollm2"], "smollm2"), ("teh", ["the", "ten"], "the"),
            ("zzzzzz", ["qwen", "llama"], nil), ("", ["ab"], "ab"), ("x", [], nil),
        ] as [(String, [String], String?)])
    func nearest(name: String, known: [String], expected: String?) {
        #expect(NearestName.find(name, in: known) == expected)
    }

    @Test("A hint suggests, or else lists what is known")
    func hints() {
        #expect(NearestName.hint(for: "qwn", in: ["qwen"]) == "Did you mean 'qwen'?")
        #expect(NearestName.hint(for: "zzzzzz", in: ["b", "a"]) == "Known: a, b.")
        #expect(NearestName.hint(for: "zz", in: []) == "None are known.")
    }

    @Test("A stream is read into one response")
    func response() async throws {
        let summary = GenerationSummary(
            finishReason: .toolCalls, usage: TokenUsage(promptTokens: 3, completionTokens: 2))
        let stream = Self.stream([
            .text(TextDelta(text: "Par", tokens: [SampledToken(id: 1)])), .text(TextDelta(text: "is")),
            .toolCall(ToolCall(id: "c", name: "f", arguments: [:])), .finished(summary),
        ])
        let response = try await stream.response()
        #expect(response.text == "Paris")
        #expect(response.tokenIDs == [1])
        #expect(response.toolCalls.map(\.name) == ["f"])
        #expect(response.summary == summary)
    }

    @Test("A stream that is cut off is an error")
    func truncated() async {
        let error = await #expect(throws: LLMError.self) {
            try await Self.stream([.text(TextDelta(text: "Par"))]).response()
        }
        #expect(error?.code == .truncatedStream)
        #expect(error?.message.contains("3 characters") == true)
    }

    private static func stream(_ events: [GenerationEvent]) -> GenerationStream {
        GenerationStream(
            AsyncThrowingStream { continuation in
                for event in events { continuation.yield(event) }
                continuation.finish()
            })
    }

    @Test("An error says its code, its message and its cause")
    func errors() {
        let inner = JSONError(.malformed, "Inner.")
        let error = LLMError(.backendFailed, "Outer.", cause: inner)
        #expect(error.codeName == "llm.backend-failed")
        #expect(error.description == "Outer. (because: Inner.)")
        #expect(error.location.file.hasSuffix("LLMCoreTests.swift"))
    }
}
