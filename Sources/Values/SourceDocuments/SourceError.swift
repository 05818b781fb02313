// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// What keeps a file from being read, and where.
package struct SourceError: CodedError {
    /// Where.
    package var place: SourcePlace
    /// What is wrong.
    package var problem: String
    /// What to do about it; may be empty.
    package var suggestion: String
    /// Always `source.malformed`.
    package var codeName: String { "source.malformed" }
    /// Where in the program the error was thrown.
    package var location: ErrorLocation
    /// There is no error underneath.
    package var cause: (any Error)? { nil }
    /// The place, what is wrong and what to do, in one line.
    package var message: String {
        "\(self.place): \(self.problem)\(self.suggestion.isEmpty ? "" : " \(self.suggestion)")"
    }

    /// Describes what keeps a file from being read.
    package init(
        _ place: SourcePlace, _ problem: String, suggestion: String = "", file: String = #fileID, line: Int = #line
    ) {
        self.place = place
        self.problem = problem
        self.suggestion = suggestion
        self.location = ErrorLocation(file: file, line: line)
    }
}
