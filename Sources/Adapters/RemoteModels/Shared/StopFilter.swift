// SPDX-License-Identifier: Apache-2.0

/// Keeps back what could become a stop string, for servers that send it as part of the answer.
struct StopFilter: Sendable {
    private let stops: [String]
    private var kept = ""

    /// Starts before the first character.
    init(_ stops: [String]) { self.stops = stops.filter { !$0.isEmpty } }

    /// Takes more text, and gives what is certainly no beginning of a stop string.
    mutating func take(_ text: String) -> String {
        guard !self.stops.isEmpty else { return text }
        self.kept += text
        let certain = self.kept.utf8.count - self.longestOpening
        defer { self.kept = String(decoding: self.kept.utf8.dropFirst(certain), as: UTF8.self) }
        return String(decoding: self.kept.utf8.prefix(certain), as: UTF8.self)
    }

    /// Gives what was kept back.
    ///
    /// - Parameter wasStopped: Whether a stop string ended the answer; it is left out.
    mutating func finish(wasStopped: Bool) -> String {
        defer { self.kept = "" }
        guard wasStopped else { return self.kept }
        let stop = self.stops.filter(self.kept.hasSuffix).max { $0.utf8.count < $1.utf8.count } ?? ""
        return String(self.kept.dropLast(stop.count))
    }

    /// How many bytes at the end may belong to a stop string.
    private var longestOpening: Int {
        let text = Array(self.kept.utf8)
        return self.stops.map { stop in
            let stop = Array(stop.utf8)
            return (0...min(stop.count, text.count)).last { text.suffix($0).elementsEqual(stop.prefix($0)) } ?? 0
        }.max() ?? 0
    }
}
