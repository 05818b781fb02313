// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension JSONReader {
    /// Reads the `logprobs` of a choice: `content` of Chat Completions, or `tokens`, `token_logprobs` and `top_logprobs` of
    /// Completions.
    mutating func chatLogProbabilities() throws -> [SampledToken] {
        var tokens: [SampledToken] = []
        var (texts, values) = ([String](), [Double?]())
        var alternatives: [[SampledToken.Alternative]] = []
        try self.object { reader, key in
            switch key {
            case "content": try reader.array { tokens.append(try $0.chatToken()) }
            case "tokens": try reader.array { texts.append(try $0.string() ?? "") }
            case "token_logprobs": try reader.array { values.append(try $0.number()) }
            case "top_logprobs": try reader.array { alternatives.append(try $0.completionAlternatives()) }
            default: try reader.skip()
            }
        }
        for (index, text) in texts.enumerated() {
            tokens.append(
                SampledToken(
                    text: text, logProbability: index < values.count ? values[index].map { Float($0) } : nil,
                    alternatives: index < alternatives.count ? alternatives[index] : []))
        }
        return tokens
    }

    private mutating func chatToken() throws -> SampledToken {
        var token = SampledToken()
        try self.object { reader, key in
            switch key {
            case "id": token.id = try reader.integer()
            case "token": token.text = try reader.string()
            case "logprob": token.logProbability = try reader.number().map { Float($0) }
            case "top_logprobs":
                try reader.array { reader in
                    let other = try reader.chatToken()
                    token.alternatives.append(
                        SampledToken.Alternative(
                            id: other.id, text: other.text ?? "", logProbability: other.logProbability ?? -.infinity))
                }
            default: try reader.skip()
            }
        }
        return token
    }

    private mutating func completionAlternatives() throws -> [SampledToken.Alternative] {
        var alternatives: [SampledToken.Alternative] = []
        try self.object { reader, text in
            let value = try reader.number() ?? -.infinity
            alternatives.append(SampledToken.Alternative(text: text, logProbability: Float(value)))
        }
        return alternatives.sorted { $0.logProbability > $1.logProbability }
    }
}

extension SampledToken {
    /// A token as OpenAI's protocols, and others after them, have it: `token`, `logprob` and `top_logprobs`.
    init(openAI json: JSONValue) {
        self.init(
            text: json["token"]?.stringValue, logProbability: json["logprob"]?.numberValue.map { Float($0) },
            alternatives: (json["top_logprobs"]?.arrayValue ?? []).map {
                Alternative(
                    text: $0["token"]?.stringValue ?? "",
                    logProbability: Float($0["logprob"]?.numberValue ?? -.infinity))
            })
    }
}
