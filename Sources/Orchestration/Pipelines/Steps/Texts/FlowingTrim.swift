// SPDX-License-Identifier: Apache-2.0

internal import ResultParsing

/// Takes the white space around a text that comes in parts away.
struct FlowingTrim {
    private var hasBegun = false
    /// White space that belongs to the text only if something follows it.
    private var space = ""

    /// Takes a part.
    ///
    /// - Returns: What is known to belong to the trimmed text; all that is returned together is that text.
    mutating func add(_ part: String) -> String {
        let text = self.space + part
        let words = text.trimmingSpace
        guard !words.isEmpty else {
            self.space = self.hasBegun ? text : ""
            return ""
        }
        self.space = String(text[words.endIndex...])
        defer { self.hasBegun = true }
        return String(self.hasBegun ? text[..<words.endIndex] : words)
    }
}
