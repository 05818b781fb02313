// SPDX-License-Identifier: Apache-2.0

/// One way in which an instance breaks its schema.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
    /// JSON pointer (RFC 6901) to the offending part of the instance; empty for the whole.
    public var instancePointer: String
    /// JSON pointer to the keyword that was broken, prefixed by the schema's URI where it has one.
    public var schemaPointer: String
    /// What is wrong and what was expected, for a person or a model to act on.
    public var message: String

    /// Describes one violation.
    public init(instancePointer: String, schemaPointer: String, message: String) {
        self.instancePointer = instancePointer
        self.schemaPointer = schemaPointer
        self.message = message
    }

    /// Where it is and what is wrong, such as `/age: must be at most 150, but is 200`.
    public var description: String {
        self.instancePointer.isEmpty ? "the value \(self.message)" : "\(self.instancePointer) \(self.message)"
    }
}
