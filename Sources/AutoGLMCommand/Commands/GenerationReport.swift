// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore
internal import LocalModels
internal import OrderedCollections
internal import ResultParsing
internal import Tokenization

/// One answer as `--output json` shows it.
struct GenerationReport {
    private let response: GenerationResponse
    private let model: any ModelAdapter
    private let sampling: SamplingOptions
    private let parsed: ParsedResult?
    private let attempts: Int

    /// Describes an answer.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - model: Who gave it.
    ///   - sampling: How its tokens were chosen.
    ///   - parsed: What was read out of it, where that was asked for.
    ///   - attempts: How many answers it took.
    init(
        _ response: GenerationResponse, model: any ModelAdapter, sampling: SamplingOptions, parsed: ParsedResult? = nil,
        attempts: Int = 1
    ) {
        self.response = response
        self.model = model
        self.sampling = sampling
        self.parsed = parsed
        self.attempts = attempts
    }

    /// The JSON object.
    var json: JSONValue {
        let summary = self.response.summary
        var members: OrderedDictionary<String, JSONValue> = [
            "text": .string(self.response.text),
            "token_ids": .array(self.response.tokenIDs.map { .integer($0) }),
            "finish_reason": .string(summary.finishReason.rawValue),
            "usage": [
                "prompt_tokens": .integer(summary.usage.promptTokens),
                "completion_tokens": .integer(summary.usage.completionTokens),
                "total_tokens": .integer(summary.usage.totalTokens),
            ],
        ]
        if let timings = summary.timings { members["timings"] = Self.json(timings, usage: summary.usage) }
        members["model"] = .string(self.model.name)
        members["sampling"] = Self.json(self.sampling)
        if self.response.tokens.contains(where: { $0.logProbability != nil }) {
            members["log_probabilities"] = .array(self.response.tokens.map(self.logProbabilities))
        }
        if let parsed {
            members["value"] = parsed.value
            members["repairs"] = .array(parsed.repairs.map { .string($0) })
            members["attempts"] = .integer(self.attempts)
        }
        return .object(members)
    }

    private static func json(_ sampling: SamplingOptions) -> JSONValue {
        func number(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }
        return [
            "temperature": number(sampling.temperature), "top_k": sampling.topK.map { .integer($0) } ?? .null,
            "top_p": number(sampling.topP), "min_p": number(sampling.minP), "typical_p": number(sampling.typicalP),
            "repetition_penalty": number(sampling.repetitionPenalty),
        ]
    }

    private static func json(_ timings: GenerationTimings, usage: TokenUsage) -> JSONValue {
        func rate(_ tokens: Int, _ time: Duration) -> JSONValue {
            tokens > 0 && time > .zero ? .number((Double(tokens) / time.seconds).rounded(toPlaces: 1)) : .null
        }
        return [
            "time_to_first_token_ms": .number(timings.timeToFirstToken.milliseconds),
            "prefill_ms": .number(timings.prefill.milliseconds),
            "decode_ms": .number(timings.decode.milliseconds),
            "prefill_tokens_per_second": rate(usage.promptTokens, timings.prefill),
            "decode_tokens_per_second": rate(usage.completionTokens - 1, timings.decode),
        ]
    }

    private static func json(_ tokenID: Int?) -> JSONValue { tokenID.map { .integer($0) } ?? .null }

    private func logProbabilities(_ token: SampledToken) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = ["token_id": Self.json(token.id)]
        if let tokenizer = (self.model as? LocalModel)?.engine.tokenizer,
            let id = token.id.flatMap(TokenID.init(exactly:))
        {
            members["text"] = .string(tokenizer.decode([id], skipSpecial: false))
        } else if let text = token.text {
            members["text"] = .string(text)
        }
        members["log_probability"] = token.logProbability.map { .number(Double($0)) } ?? .null
        members["top"] = .array(
            token.alternatives.map {
                [
                    "token_id": Self.json($0.id), "text": .string($0.text),
                    "log_probability": .number(Double($0.logProbability)),
                ]
            })
        return .object(members)
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double { self / .seconds(1) }

    /// The duration in milliseconds, to a microsecond.
    var milliseconds: Double { (self / .milliseconds(1)).rounded(toPlaces: 3) }
}

extension Double {
    /// The number rounded to so many decimal places.
    func rounded(toPlaces places: Int) -> Double {
        let factor = (0..<places).reduce(1.0) { power, _ in power * 10 }
        return (self * factor).rounded() / factor
    }
}
