// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ModelAdapterConformance {
    /// What comes whole is what comes in pieces.
    func checkWholeAnswer() async throws -> String? {
        let pieces = try await self.model.generate(self.request()).response()
        var request = self.request()
        request.isStreamed = false
        let whole = try await self.model.generate(request).response()
        if whole.text != pieces.text { return "the answer is '\(whole.text)', and in pieces '\(pieces.text)'" }
        if whole.summary.finishReason != pieces.summary.finishReason { return "the finish reasons differ" }
        return whole.summary.usage.completionTokens == pieces.summary.usage.completionTokens
            ? nil : "the same answer is counted as different numbers of tokens"
    }

    /// A limit is kept, and said to be the reason.
    func checkLimit() async throws -> String? {
        let free = try await self.model.generate(self.request()).response()
        var request = self.request()
        request.maxTokens = 1
        let short = try await self.model.generate(request).response()
        if short.summary.usage.completionTokens > 1 {
            return "\(short.summary.usage.completionTokens) tokens were generated, 1 allowed"
        }
        if free.summary.usage.completionTokens > 1, short.summary.finishReason != .length {
            return "an answer cut by its limit ends with the reason '\(short.summary.finishReason.rawValue)'"
        }
        return nil
    }

    /// Each token has its log-probability, and alternatives from the likeliest down.
    func checkLogProbabilities() async throws -> String? {
        var request = self.request()
        request.topLogProbabilities = 2
        guard self.model.capabilities.contains(.logProbabilities) else { return nil }
        let response = try await self.model.generate(request).response()
        if response.tokens.isEmpty { return "no tokens are reported" }
        for token in response.tokens {
            guard let value = token.logProbability, value <= 0.001 else {
                return "'\(token.text ?? "?")' has no log-probability, or one above 0"
            }
            if token.alternatives.isEmpty { return "'\(token.text ?? "?")' has no alternatives" }
            let values = token.alternatives.map(\.logProbability)
            if values != values.sorted(by: >) { return "alternatives are not sorted from the likeliest down" }
        }
        return nil
    }

    /// JSON schemas are kept to.
    func checkSchema() async throws -> String? {
        var request = self.request()
        request.maxTokens = 64
        request.constraint = .jsonSchema([
            "type": "object", "properties": ["city": ["type": "string", "enum": ["Paris", "Rome"]]],
            "required": ["city"], "additionalProperties": false,
        ])
        guard self.model.capabilities.contains(.jsonConstraints) else { return nil }
        let response = try await self.model.generate(request).response()
        let city = (try? JSONValue(parsing: response.text))?["city"]?.stringValue
        return city == "Paris" || city == "Rome" ? nil : "'\(response.text)' does not fit the schema"
    }
}
