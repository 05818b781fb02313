// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Tells from the first characters of JSON whether it is calls or the answer; the answer passes at once.
struct CallsOrAnswer {
    private var held = ""
    /// Whether the JSON is calls; nil until that shows.
    private(set) var isCalls: Bool?

    /// Takes more JSON.
    ///
    /// - Returns: What can be passed on as the answer.
    mutating func append(_ text: String) -> String {
        if self.isCalls == false { return text }
        self.held += text
        guard self.isCalls == nil else { return "" }
        let start = String(self.held.lazy.filter { !$0.isWhitespace }.prefix(Self.callsStart.count))
        if start == Self.callsStart {
            self.isCalls = true
        } else if !Self.callsStart.hasPrefix(start) {
            self.isCalls = false
            return self.held
        }
        return ""
    }

    /// Ends the JSON.
    ///
    /// - Returns: The calls, as they were written, or nil where it was an answer.
    func calls() throws -> [JSONValue]? {
        guard self.isCalls == true else { return nil }
        return try JSONValue(parsing: self.held)[ToolCallSchema.callsKey]?.arrayValue
    }

    /// The JSON that was not passed on.
    var unsent: String { self.isCalls == nil ? self.held : "" }

    private static let callsStart = "{\"\(ToolCallSchema.callsKey)\":"
}
