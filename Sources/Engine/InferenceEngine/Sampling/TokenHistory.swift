// SPDX-License-Identifier: Apache-2.0

/// The tokens of a sequence so far, and how often each is among the last ones.
struct TokenHistory {
    /// How often a token occurs.
    struct Count {
        /// In prompt and answer.
        var all: Int32 = 0
        /// In the answer.
        var generated: Int32 = 0

        mutating func add(generated: Int32) {
            self.all += 1
            self.generated += generated
        }
    }

    /// The prompt and the answer.
    private(set) var tokens: [Int32]
    /// How often each token is among the last `window`.
    private(set) var counts: [Int32: Count] = [:]
    private let window: Int
    private let promptCount: Int

    /// Begins with a prompt.
    ///
    /// - Parameter window: How many of the last tokens are counted; nil counts all.
    init(prompt: [Int32], window: Int?) {
        self.tokens = prompt
        self.window = window ?? .max
        self.promptCount = prompt.count
        for token in prompt.suffix(self.window) {
            self.counts[token, default: Count()].add(generated: 0)
        }
    }

    /// Takes another token of the answer.
    mutating func append(_ token: Int32) {
        self.tokens.append(token)
        guard self.window > 0 else { return }
        self.counts[token, default: Count()].add(generated: 1)
        if self.tokens.count > self.window { self.forget(self.tokens.count - self.window - 1) }
    }

    private mutating func forget(_ position: Int) {
        let token = self.tokens[position]
        guard var count = self.counts[token] else { return }
        count.all -= 1
        if position >= self.promptCount { count.generated -= 1 }
        self.counts[token] = count.all == 0 ? nil : count
    }
}
