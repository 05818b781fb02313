// SPDX-License-Identifier: Apache-2.0

/// A place in a file that somebody wrote.
public struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
    /// The file's name, as it was given.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column, from 1.
    public var column: Int

    /// Names a place.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`.
    public var description: String { "\(self.file):\(self.line):\(self.column)" }
}
