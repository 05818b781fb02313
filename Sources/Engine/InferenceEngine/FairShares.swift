// SPDX-License-Identifier: Apache-2.0

/// How much each client was served, to let whoever had least go first (Sheng and others 2024: virtual token counter).
struct FairShares {
    private var served: [String: Double] = [:]
    /// Requests of each client that wait or are computed.
    private var pending: [String: Int] = [:]

    /// How much was served to whoever was the last to be served; where newcomers begin when nobody else is there.
    private var level = 0.0

    /// Clients that are remembered while they ask for nothing.
    private static let remembered = 4096
    /// An answer's token costs a whole step of the engine; a prompt's shares one with many others.
    static let answerWeight = 2.0

    /// How much a client was served, in tokens of a prompt.
    func service(of client: String) -> Double { self.served[client, default: 0] }

    /// A request has come; a client that was away gets no credit for the time.
    mutating func began(_ client: String) {
        if self.pending[client, default: 0] == 0 {
            let least = self.pending.keys.map { self.service(of: $0) }.min() ?? self.level
            self.served[client] = max(self.service(of: client), least)
        }
        self.pending[client, default: 0] += 1
    }

    /// A request gets its place.
    mutating func started(_ client: String, promptTokens: Int) {
        self.served[client, default: 0] += Double(promptTokens)
    }

    /// A request has ended, in whatever way.
    mutating func ended(_ client: String, answerTokens: Int) {
        self.served[client, default: 0] += Self.answerWeight * Double(answerTokens)
        self.pending[client, default: 1] -= 1
        if self.pending[client] == 0 { self.pending[client] = nil }
        if self.pending.isEmpty { self.level = max(self.level, self.service(of: client)) }
        if self.served.count > Self.remembered { self.served = self.served.filter { self.pending[$0.key] != nil } }
    }
}
