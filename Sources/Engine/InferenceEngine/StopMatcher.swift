// SPDX-License-Identifier: Apache-2.0

/// Finds stop strings in text that comes in pieces, and holds back what may be the beginning of one.
package struct StopMatcher: Sendable {
    private let stops: [[UInt8]]
    private var held: [UInt8] = []

    /// What to do with the text so far.
    package enum Outcome: Sendable, Equatable {
        /// Pass this on; nothing was found yet.
        case pass(String)
        /// Pass this on and end: a stop string follows it.
        case stop(String)
    }

    /// Looks for these texts; empty ones are ignored.
    package init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty } }

    /// Takes more text, whole characters.
    package mutating func append(_ text: String) -> Outcome {
        if self.stops.isEmpty { return .pass(text) }
        self.held += text.utf8
        if let start = self.firstStop() {
            defer { self.held = [] }
            return .stop(String(decoding: self.held[..<start], as: UTF8.self))
        }
        let keep = self.possibleStart()
        let passed = String(decoding: self.held[..<keep], as: UTF8.self)
        self.held.removeFirst(keep)
        return .pass(passed)
    }

    /// Ends the text: what was held back was no stop string.
    package mutating func finish() -> String {
        defer { self.held = [] }
        return String(decoding: self.held, as: UTF8.self)
    }

    private func firstStop() -> Int? {
        self.held.indices.first { start in self.stops.contains { self.held[start...].starts(with: $0) } }
    }

    /// Where the longest end of the text begins that is the start of a stop string.
    private func possibleStart() -> Int {
        self.held.indices.first { start in self.stops.contains { $0.starts(with: self.held[start...]) } }
            ?? self.held.count
    }
}
