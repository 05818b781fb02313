// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// A request for OpenAI's older completions of plain text, read.
package struct CompletionsRequest: Sendable {
    /// What the model is asked, for each prompt.
    package var generations: [GenerationRequest]
    /// How many answers to each prompt.
    package var completions: Int
    /// Whether the answers are streamed.
    package var streams: Bool
    /// Whether a stream ends with the count of tokens.
    package var includesUsage: Bool
    /// What each answer begins with: its prompt where that is asked for, or nothing.
    package var openings: [String]

    /// The most answers of one request, all prompts together.
    private static let maximumAnswers = 128
    /// How long answers are where nothing is said, as OpenAI has it.
    private static let defaultMaxTokens = 16

    /// Reads the options and prompts.
    ///
    /// - Parameters:
    ///   - fields: The request.
    ///   - sampling: How the model's makers recommend to sample; what the request does not say stays as it is there.
    /// - Throws: ``APIError`` that names the member that is wrong.
    package init(_ fields: RequestFields, sampling: SamplingOptions) throws {
        self.streams = try fields.bool("stream") ?? false
        self.includesUsage = try fields.object("stream_options")?.bool("include_usage") ?? false
        let completions = try fields.integer("n", in: 1...Self.maximumAnswers) ?? 1
        self.completions = completions
        try fields.refuse(
            "suffix", "This server writes what follows a prompt, not what is missing in it; leave out 'suffix'.")
        guard try fields.integer("best_of").map({ $0 == completions }) ?? true else {
            throw APIError.invalid(
                "best_of", "This server sends every answer it makes; make 'best_of' equal to 'n', or leave it out.",
                code: "unsupported_value")
        }
        var request = GenerationRequest(
            prompt: .raw(""), sampling: try SamplingOptions(fields, defaults: sampling),
            maxTokens: try fields.integer("max_tokens", in: 1 ... .max) ?? Self.defaultMaxTokens,
            stop: try fields.stops(), topLogProbabilities: try fields.integer("logprobs", in: 0...20))
        request.isStreamed = self.streams
        request.scheduling.client = try fields.string("user") ?? ""
        let prompts = try Self.prompts(fields, completions: completions)
        let echoes = try Self.echoes(fields, request)
        self.openings = prompts.flatMap { Array(repeating: echoes ? $0 : "", count: completions) }
        self.generations = prompts.map { prompt in
            var next = request
            next.prompt = .raw(prompt)
            return next
        }
    }

    private static func prompts(_ fields: RequestFields, completions: Int) throws -> [String] {
        let value = try fields.required("prompt", fields.value("prompt"))
        if let first = value.arrayValue?.first, first.numberValue != nil || first.arrayValue != nil {
            throw APIError.invalid(
                "prompt", "'prompt' has numbers of tokens; this server takes texts.", code: "unsupported_value")
        }
        let prompts = try fields.texts("prompt") ?? []
        guard !prompts.isEmpty, prompts.count <= Self.maximumAnswers / completions else {
            throw APIError.invalid(
                "prompt",
                "'prompt' has \(prompts.count) texts; with 'n' it must have 1 to \(Self.maximumAnswers / completions).")
        }
        return prompts
    }

    private static func echoes(_ fields: RequestFields, _ request: GenerationRequest) throws -> Bool {
        guard try fields.bool("echo") ?? false else { return false }
        guard request.topLogProbabilities == nil else {
            throw APIError.invalid(
                "echo", "The tokens of prompts have no log-probabilities here; leave out 'echo' or 'logprobs'.",
                code: "unsupported_value")
        }
        return true
    }
}
