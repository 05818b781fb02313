// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Writes replies of OpenAI's older completions.
package struct CompletionsReply: Sendable {
    /// What all parts of the reply say of it.
    package var head: ChatReply
    /// How many answers each prompt has.
    package var completions: Int
    /// What each answer begins with.
    package var openings: [String]

    /// What a reply is.
    static let object = "text_completion"

    /// Names a reply.
    package init(head: ChatReply, completions: Int, openings: [String]) {
        self.head = head
        self.completions = completions
        self.openings = openings
    }

    /// Writes whole answers.
    package func write(_ answers: [GenerationResponse], to writer: inout JSONWriter) {
        writer.object { writer in
            self.head.writeHead(of: Self.object, to: &writer)
            writer.key("choices")
            writer.array { writer in
                for (index, answer) in answers.enumerated() {
                    let delta = TextDelta(text: answer.text, tokens: answer.tokens)
                    self.write(
                        index, delta, opening: self.openings[index], offset: 0,
                        reason: answer.summary.finishReason, to: &writer)
                }
            }
            writer.key("usage")
            answers.map(\.summary.usage).total(completions: self.completions).write(to: &writer)
        }
    }

    /// Writes a choice, whole or a piece of it.
    ///
    /// - Parameters:
    ///   - index: The answer's number.
    ///   - delta: What is told of it.
    ///   - opening: What stands before that.
    ///   - offset: How many characters of the answer came before.
    ///   - reason: Why it ended, if it did.
    ///   - writer: Takes the choice.
    func write(
        _ index: Int, _ delta: TextDelta, opening: String, offset: Int, reason: FinishReason?,
        to writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.member("index", index)
            writer.member("text", opening + delta.text)
            writer.key("logprobs")
            if let top = self.head.topLogProbabilities, !delta.tokens.isEmpty {
                writer.tokenArrays(delta.tokens, text: delta.text, top: top, offset: offset)
            } else {
                writer.null()
            }
            writer.member("finish_reason", reason.map { .string($0.rawValue) } ?? .null)
        }
    }
}

extension JSONWriter {
    /// Writes tokens with their log-probabilities as these completions have them: arrays side by side.
    fileprivate mutating func tokenArrays(_ tokens: [SampledToken], text: String, top: Int, offset: Int) {
        let texts = tokens.texts(in: text)
        self.object { writer in
            writer.key("tokens")
            writer.array { writer in for text in texts { writer.string(text) } }
            writer.key("token_logprobs")
            writer.array { writer in for token in tokens { writer.number(token.logProbability ?? .nan) } }
            writer.key("top_logprobs")
            if top == 0 {
                writer.null()
            } else {
                writer.array { writer in
                    for (token, text) in zip(tokens, texts) { writer.alternatives(of: token, text, top: top) }
                }
            }
            writer.key("text_offset")
            writer.array { writer in
                var offset = offset
                for text in texts {
                    writer.integer(offset)
                    offset += text.unicodeScalars.count
                }
            }
        }
    }

    /// The likeliest tokens by their texts, and the token itself; of two with one text, the likelier.
    private mutating func alternatives(of token: SampledToken, _ text: String, top: Int) {
        var seen: Set<String> = []
        self.object { writer in
            for alternative in token.alternatives.prefix(top) where seen.insert(alternative.text).inserted {
                writer.member(alternative.text, alternative.logProbability)
            }
            if let value = token.logProbability, seen.insert(text).inserted { writer.member(text, value) }
        }
    }
}
