// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

/// A kind of step: named, typed inputs and outputs, and what happens between them.
///
/// Prompts, models, parsers, routers and plug-ins are all steps. A step keeps no state between runs: what it needs comes
/// in through its inputs and the context.
public protocol PipelineStep: Sendable {
    /// Its name, inputs and outputs.
    var definition: StepDefinition { get }

    /// Finds what is wrong with inputs that are known before running.
    ///
    /// - Parameter inputs: What the pipeline's author wrote.
    /// - Returns: What is wrong; types, unknown and missing inputs have been checked already.
    func check(_ inputs: StaticInputs) -> [StaticInputs.Problem]

    /// Does the work.
    ///
    /// - Parameters:
    ///   - inputs: The inputs' values, of the types declared, defaults filled in.
    ///   - context: The model and what else the run provides.
    /// - Returns: A value for every output.
    func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue]
}

extension PipelineStep {
    /// Finds nothing wrong.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] { [] }
}

/// What there is to know of a kind of step without running it.
public struct StepDefinition: Sendable {
    /// The name that pipelines use.
    public var name: String
    /// What it does, in one sentence.
    public var summary: String
    /// What it can be given.
    public var inputs: [StepPort]
    /// What it gives.
    public var outputs: [StepPort]

    /// Describes a kind of step.
    public init(name: String, summary: String, inputs: [StepPort], outputs: [StepPort]) {
        self.name = name
        self.summary = summary
        self.inputs = inputs
        self.outputs = outputs
    }

    /// The inputs as a JSON Schema.
    public var inputSchema: JSONValue {
        [
            "type": "object", "properties": Self.properties(self.inputs),
            "required": .array(self.inputs.filter(\.isRequired).map { .string($0.name) }),
            "additionalProperties": false,
        ]
    }

    /// The outputs as a JSON Schema.
    public var outputSchema: JSONValue { ["type": "object", "properties": Self.properties(self.outputs)] }

    private static func properties(_ ports: [StepPort]) -> JSONValue {
        .object(.init(ports.map { ($0.name, $0.schema) }, uniquingKeysWith: { first, _ in first }))
    }
}

/// A named, typed input or output of a step.
public struct StepPort: Sendable {
    /// Its name.
    public var name: String
    /// Its type.
    public var type: ValueType
    /// What it is, for people.
    public var description: String
    /// Whether the step cannot run without it.
    public var isRequired: Bool
    /// The only values allowed; empty allows all.
    public var choices: [String]

    /// Describes an input or output.
    public init(
        _ name: String, _ type: ValueType, _ description: String, isRequired: Bool = false, choices: [String] = []
    ) {
        self.name = name
        self.type = type
        self.description = description
        self.isRequired = isRequired
        self.choices = choices
    }

    var schema: JSONValue {
        var members: [(String, JSONValue)] = [("description", .string(self.description))]
        if self.type != .any { members.append(("type", .string(self.type.rawValue))) }
        if !self.choices.isEmpty { members.append(("enum", .array(self.choices.map { .string($0) }))) }
        return .object(.init(uniqueKeysWithValues: members))
    }
}

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
