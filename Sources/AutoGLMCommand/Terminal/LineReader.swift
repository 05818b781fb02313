// SPDX-License-Identifier: Apache-2.0

/// Reads standard input line by line.
struct LineReader {
    private var held: [UInt8] = []
    private var isAtEnd = false

    /// The next line without its ending, or nil at the end; bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Throws: ``CommandError``; `CancellationError` when the task is cancelled while nothing comes.
    mutating func next() throws -> String? {
        while true {
            if let end = self.held.firstIndex(of: UInt8(ascii: "\n")) {
                defer { self.held.removeFirst(end + 1) }
                return Self.text(self.held[..<end])
            }
            if self.isAtEnd {
                defer { self.held = [] }
                return self.held.isEmpty ? nil : Self.text(self.held[...])
            }
            let more = try InputFile.standardInputPart()
            self.isAtEnd = more.isEmpty
            self.held += more
        }
    }

    private static func text(_ line: ArraySlice<UInt8>) -> String {
        String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
}
