// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension SamplingOptions {
    /// Reads how to sample, with the extras of vLLM (`top_k`, `min_p`, `repetition_penalty`), and of llama.cpp and Ollama
    /// (`typical_p`, `repeat_penalty`, `repeat_last_n`).
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    init(_ fields: RequestFields, defaults: SamplingOptions) throws {
        self = defaults
        if let value = try fields.number("temperature", in: 0...2) { self.temperature = value }
        // A mass of 0 keeps one token, as the smallest mass does.
        if let value = try fields.number("top_p", in: 0...1) { self.topP = max(value, 1e-6) }
        if let value = try fields.number("presence_penalty", in: -2...2) { self.presencePenalty = value }
        if let value = try fields.number("frequency_penalty", in: -2...2) { self.frequencyPenalty = value }
        if let value = try fields.number("min_p", in: 0...1) { self.minP = value }
        if let value = try fields.number("typical_p", in: 0...1) { self.typicalP = max(value, 1e-6) }
        for name in ["repetition_penalty", "repeat_penalty"] {
            if let value = try fields.number(name, in: 0.01...10) { self.repetitionPenalty = value }
        }
        if let value = try fields.integer("repeat_last_n", in: -1 ... .max) {
            self.penaltyWindow = value < 0 ? nil : value
        }
        if let value = try fields.integer("top_k", in: -1 ... .max) { self.topK = value > 0 ? value : nil }
        if let value = try fields.integer("seed") { self.seed = UInt64(bitPattern: Int64(value)) }
        if let bias = try fields.object("logit_bias") { self.logitBias = try bias.tokenBias() }
    }
}

extension RequestFields {
    /// The members as biases by token.
    fileprivate func tokenBias() throws -> [Int: Float] {
        var bias: [Int: Float] = [:]
        for name in self.names {
            guard let token = Int(name), token >= 0 else {
                throw APIError.invalid(self.path, "'\(self.path)' has the key '\(name)', which is no token's number.")
            }
            bias[token] = try self.number(name, in: -100...100)
        }
        return bias
    }
}
