// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The inputs of a step as far as they are known before running.
public struct StaticInputs: Sendable {
    /// What is wrong with an input.
    public struct Problem: Sendable {
        /// The input's name; nil if it is about the step as a whole.
        public var input: String?
        /// What is wrong.
        public var message: String
        /// What to do about it.
        public var suggestion: String

        /// Describes what is wrong.
        public init(_ input: String?, _ message: String, suggestion: String = "") {
            self.input = input
            self.message = message
            self.suggestion = suggestion
        }
    }

    /// The names of the inputs given.
    public var names: Set<String>
    /// The values without references in them.
    public var literals: [String: JSONValue]
    /// What is known of the members of objects that are written out, with references in them or not.
    public var members: [String: [String: Member]] = [:]

    /// A member of an object that is written out.
    public enum Member: Sendable {
        /// It has no references in it.
        case known(JSONValue)
        /// Its type is known at most.
        case typed(ValueType)
    }
}

/// The inputs of a running step.
public struct StepInputs: Sendable {
    /// The values, by name.
    public var values: [String: JSONValue]

    /// Wraps values.
    public init(_ values: [String: JSONValue]) { self.values = values }

    /// The value, or nil if none was given; a given `null` counts as none.
    public subscript(name: String) -> JSONValue? { self.values[name].flatMap { $0 == .null ? nil : $0 } }

    /// A text.
    public func string(_ name: String) -> String? { self[name]?.stringValue }

    /// A text that the step's definition requires.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue` if there is none.
    public func requiredString(_ name: String) throws -> String {
        guard let text = self.string(name) else { throw PipelineError(.invalidValue, "'\(name)' must be a text.") }
        return text
    }

    /// Texts in an array.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue` if something else is in the array.
    public func strings(_ name: String) throws -> [String] {
        try (self[name]?.arrayValue ?? []).map { element in
            guard let text = element.stringValue else {
                throw PipelineError(.invalidValue, "'\(name)' must hold texts only, but holds \(element).")
            }
            return text
        }
    }
}
