// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

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
    /// What doing it once more would change.
    public var effect: StepEffect

    /// Describes a kind of step.
    public init(
        name: String, summary: String, inputs: [StepPort], outputs: [StepPort], effect: StepEffect = .outside
    ) {
        self.name = name
        self.summary = summary
        self.inputs = inputs
        self.outputs = outputs
        self.effect = effect
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
    /// Whether it flows where the step is a stage of a pipe: a text in parts of any length, an array by its elements.
    ///
    /// Of a ``StreamingStep`` at most one input and one output flow.
    public var isStream: Bool
    /// Whether it is the name of one of the run's models, which are checked before running (``StepRegistry/models``).
    public var isModel = false

    /// The input of a step that asks a model: which one.
    ///
    /// ``StepContext/model`` is that one then.
    public static let model: Self = {
        var port = Self(
            "model", .string, "Which model of the configuration is asked; that of the run if not given.")
        port.isModel = true
        return port
    }()

    /// Describes an input or output.
    public init(
        _ name: String, _ type: ValueType, _ description: String, isRequired: Bool = false, choices: [String] = [],
        isStream: Bool = false
    ) {
        self.name = name
        self.type = type
        self.description = description
        self.isRequired = isRequired
        self.choices = choices
        self.isStream = isStream
    }

    var schema: JSONValue {
        var members: [(String, JSONValue)] = [("description", .string(self.description))]
        if self.type != .any { members.append(("type", .string(self.type.rawValue))) }
        if !self.choices.isEmpty { members.append(("enum", .array(self.choices.map { .string($0) }))) }
        return .object(.init(uniqueKeysWithValues: members))
    }
}
