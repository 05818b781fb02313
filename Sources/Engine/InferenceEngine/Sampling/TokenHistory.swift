// SPDX-License-Identifier: Apache-2.0

/// The tokens of a sequence so far, and how often each is among the last ones.
struct TokenHistory {
    /// How often a token occurs.
    struct Count {
        let token: Int32
        /// In prompt and answer.
        var all = 0
        /// In the answer.
        var generated = 0
    }

    /// The prompt and the answer.
    private(set) var tokens: [Int32]
    /// The tokens among the last `window`, each once, in no particular order.
    private(set) var counts: [Count] = []
    /// Where each token is in ``counts``.
    private var places: [Int32: Int] = [:]
    private let window: Int
    private let promptCount: Int

    /// Begins with a prompt.
    ///
    /// - Parameter window: How many of the last tokens are counted; nil counts all.
    init(prompt: [Int32], window: Int?) {
        self.tokens = prompt
        self.window = window ?? .max
        self.promptCount = prompt.count
        for token in prompt.suffix(self.window) { self.counts[self.place(of: token)].all += 1 }
    }

    /// Takes another token of the answer.
    mutating func append(_ token: Int32) {
        self.tokens.append(token)
        guard self.window > 0 else { return }
        let place = self.place(of: token)
        self.counts[place].all += 1
        self.counts[place].generated += 1
        if self.tokens.count > self.window { self.forget(self.tokens.count - self.window - 1) }
    }

    private mutating func place(of token: Int32) -> Int {
        if let place = self.places[token] { return place }
        self.places[token] = self.counts.count
        self.counts.append(Count(token: token))
        return self.counts.count - 1
    }

    private mutating func forget(_ position: Int) {
        let token = self.tokens[position]
        guard let place = self.places[token] else { return }
        self.counts[place].all -= 1
        if position >= self.promptCount { self.counts[place].generated -= 1 }
        guard self.counts[place].all == 0, let last = self.counts.popLast() else { return }
        self.places[token] = nil
        guard last.token != token else { return }
        self.counts[place] = last
        self.places[last.token] = place
    }
}
