// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import SourceDocuments

/// Something that a run must, or may, be given.
public struct PipelineInput: Sendable {
    /// Its name in `${inputs.name}`.
    public var name: String
    /// Its type.
    public var type: ValueType
    /// What it is, for people.
    public var description: String
    /// What it is if not given; nil if it must be given.
    public var defaultValue: JSONValue?
    /// Where it is declared.
    public var place: SourcePlace?

    /// Declares an input, at a place in a file or else where this is called.
    public init(
        _ name: String, _ type: ValueType = .string, description: String = "", defaultValue: JSONValue? = nil,
        place: SourcePlace? = nil, file: String = #fileID, line: Int = #line, column: Int = #column
    ) {
        self.name = name
        self.type = type
        self.description = description
        self.defaultValue = defaultValue
        self.place = place ?? SourcePlace(file: file, line: line, column: column)
    }
}
