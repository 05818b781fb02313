// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import SourceDocuments

/// One thing that is wrong with a pipeline.
public struct PipelineIssue: Sendable, Hashable, CustomStringConvertible {
    /// Where; nil in a pipeline that was built in code.
    public var place: SourcePlace?
    /// What is wrong.
    public var message: String
    /// What to do about it; may be empty.
    public var suggestion: String

    /// Describes one thing that is wrong.
    public init(_ place: SourcePlace?, _ message: String, suggestion: String = "") {
        self.place = place
        self.message = message
        self.suggestion = suggestion
    }

    /// The place, what is wrong and what to do, in one line.
    public var description: String {
        let place = self.place.map { "\($0): " } ?? ""
        return "\(place)\(self.message)\(self.suggestion.isEmpty ? "" : " \(self.suggestion)")"
    }
}

/// Everything that is wrong with a pipeline, found before anything runs.
public struct InvalidPipelineError: CodedError {
    /// What is wrong, in the order of the file.
    public var issues: [PipelineIssue]
    /// Always `pipeline.invalid`.
    public var codeName: String { "pipeline.invalid" }
    /// Where in the program the error was thrown.
    public var location: ErrorLocation
    /// There is no error underneath.
    public var cause: (any Error)? { nil }

    /// Collects what is wrong.
    public init(_ issues: [PipelineIssue], file: String = #fileID, line: Int = #line) {
        self.issues = issues.sorted {
            ($0.place?.line ?? 0, $0.place?.column ?? 0) < ($1.place?.line ?? 0, $1.place?.column ?? 0)
        }
        self.location = ErrorLocation(file: file, line: line)
    }

    /// One line for each thing that is wrong.
    public var message: String { self.issues.map(\.description).joined(separator: "\n") }
}
