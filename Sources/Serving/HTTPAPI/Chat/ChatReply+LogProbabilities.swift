// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ChatReply {
    /// Writes the log-probabilities of a text's tokens, or `null` where they were not asked for.
    func writeLogProbabilities(_ tokens: [SampledToken], text: String, to writer: inout JSONWriter) {
        guard let top = self.topLogProbabilities else { return writer.null() }
        writer.object { writer in
            writer.key("content")
            writer.tokens(tokens, text: text, top: top)
            writer.member("refusal", .null)
        }
    }

}

extension [SampledToken] {
    /// The text of each token, together the whole text; what a backend does not tell goes to the last token.
    func texts(in text: String) -> [String] {
        var rest = text[...]
        return self.enumerated().map { index, token in
            if index == self.count - 1 { return token.text ?? String(rest) }
            let named = token.text ?? token.alternatives.first { $0.id != nil && $0.id == token.id }?.text
            guard let named, rest.hasPrefix(named) else { return named ?? "" }
            rest = rest.dropFirst(named.count)
            return named
        }
    }
}

extension JSONWriter {
    /// Writes tokens with their log-probabilities, each with so many of its alternatives.
    mutating func tokens(_ tokens: [SampledToken], text: String, top: Int) {
        self.array { writer in
            for (token, text) in zip(tokens, tokens.texts(in: text)) {
                writer.object { $0.write(token, text, top: top) }
            }
        }
    }

    private mutating func write(_ token: SampledToken, _ text: String, top: Int) {
        self.write(text, token.logProbability)
        self.key("top_logprobs")
        self.array { writer in
            for alternative in token.alternatives.prefix(top) {
                writer.object { $0.write(alternative.text, alternative.logProbability) }
            }
        }
    }

    private mutating func write(_ text: String, _ logProbability: Float?) {
        self.member("token", text)
        // OpenAI's own sign for a token that is too unlikely to be told.
        self.member("logprob", logProbability ?? -9999)
        self.key("bytes")
        self.array { writer in for byte in text.utf8 { writer.integer(Int(byte)) } }
    }
}
