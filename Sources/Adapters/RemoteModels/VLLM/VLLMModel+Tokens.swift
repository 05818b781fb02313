// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension VLLMModel {
    /// The tokens of a prompt, chat template included.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    func tokens(_ prompt: GenerationPrompt) async throws -> [Int] {
        try await self.tokenize { writer in
            switch prompt {
            case .raw(let text): writer.member("prompt", text)
            case .messages(let messages):
                writer.key("messages")
                try writer.chatMessages(messages)
            }
        }
    }

    /// The tokens of a text that follows another one.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    func tokens(continuation text: String) async throws -> [Int] {
        try await self.tokenize { writer in
            writer.member("prompt", text)
            writer.member("add_special_tokens", false)
        }
    }

    /// How likely each token of a prompt is after those before it; the first has no such number and counts as 0.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    func promptLogProbabilities(_ tokens: [Int]) async throws -> [Double] {
        let body: JSONValue = [
            "model": .string(self.name), "prompt": .array(tokens.map { .integer($0) }), "max_tokens": 1,
            "temperature": 0, "prompt_logprobs": 0,
        ]
        let answer = try await self.root.value("/v1/completions", body: body)
        if let read = answer["usage"]?["prompt_tokens"]?.integerValue {
            let written = answer["usage"]?["completion_tokens"]?.integerValue ?? 0
            UsageMeter.report(TokenUsage(promptTokens: read, completionTokens: written))
        }
        let reported = answer["choices"]?.arrayValue?.first?["prompt_logprobs"]?.arrayValue ?? []
        return zip(tokens, reported).map { $1["\($0)"]?["logprob"]?.numberValue ?? 0 }
    }

    private func tokenize(_ members: (inout JSONWriter) throws -> Void) async throws -> [Int] {
        var writer = JSONWriter(capacity: 512)
        try writer.object { writer in
            writer.member("model", self.name)
            try members(&writer)
        }
        let answer = try await self.root.json("/tokenize", body: writer.bytes) { try $0.value() }
        guard let tokens = answer["tokens"]?.arrayValue?.compactMap(\.integerValue) else {
            throw LLMError(.backendFailed, "The server at \(self.root.server) did not tell the tokens of a text.")
        }
        return tokens
    }
}
