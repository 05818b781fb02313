// SPDX-License-Identifier: Apache-2.0

import LLMCore

/// What the scripted text model answers: the words of the prompt, as Triton's vLLM backend would send them.
///
/// The prompt's last word can ask for trouble after the first piece.
struct FakeText {
    /// What follows the pieces.
    enum End: String {
        case complete
        /// The model fails.
        case error
        /// The stream ends as if it were complete.
        case cut
        /// The connection breaks.
        case drop
        /// Nothing more comes.
        case silence
    }

    var pieces: [String]
    var reason: String
    var end: End
    var promptTokens: Int

    init(_ prompt: String, isStreamed: Bool, options: String) {
        let words = prompt.split(separator: " ").map(String.init)
        let limit = (try? JSONValue(parsing: options))?["max_tokens"]?.integerValue ?? words.count
        let kept = words.prefix(limit)
        self.end = End(rawValue: words.last ?? "") ?? .complete
        self.reason = kept.count < words.count ? "length" : "stop"
        self.promptTokens = words.count
        self.pieces = kept.enumerated().map { $0 == 0 ? $1 : " \($1)" }
        if !isStreamed { self.pieces = [self.pieces.joined()] }
        if self.end != .complete { self.pieces = Array(self.pieces.prefix(1)) }
    }

    /// The outputs of each response.
    var responses: [(text: String, reason: String, tokens: Int)] {
        self.pieces.enumerated().map { index, piece in
            let isLast = index == self.pieces.count - 1 && self.end == .complete
            return (piece, isLast ? self.reason : "None", piece.split(separator: " ").count)
        }
    }
}
