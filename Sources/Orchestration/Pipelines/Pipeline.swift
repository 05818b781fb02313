// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import SourceDocuments

/// A graph of typed steps that turn inputs into one output.
///
/// Read one from YAML with ``init(yaml:file:registry:)``, or build one in code:
/// ```swift
/// let pipeline = try Pipeline(
///     name: "capital", inputs: [PipelineInput("country", .string)],
///     steps: [
///         StepDeclaration("answer", uses: "generate", with: ["prompt": "The capital of ${inputs.country}?"])
///     ],
///     output: "${answer.text}")
/// ```
/// Steps run in the order they are listed; each may use the outputs of those before it.
public struct Pipeline: Sendable {
    /// The pipeline's name.
    public let name: String
    /// Its version, such as `1.0.0`.
    public let version: String
    /// What it is for.
    public let description: String
    /// What a run must be given.
    public let inputs: [PipelineInput]
    /// The steps, in order.
    public let steps: [StepDeclaration]
    /// What the run's result is made of; nil takes the value of the last step, which is an `output` step.
    public let output: ValueExpression?

    /// Makes a pipeline and checks it.
    ///
    /// - Throws: ``InvalidPipelineError`` with everything that is wrong.
    public init(
        name: String, version: String = "1.0.0", description: String = "", inputs: [PipelineInput] = [],
        steps: [StepDeclaration], output: JSONValue? = nil, registry: StepRegistry = .standard
    ) throws {
        let content = PipelineContent(
            name: name, version: version, description: description, inputs: inputs, steps: steps,
            output: output.map { ValueExpression($0) })
        try self.init(content, issues: [], registry: registry)
    }

    init(_ content: PipelineContent, issues: [PipelineIssue], registry: StepRegistry) throws {
        let issues = issues + PipelineValidator(content: content, registry: registry).issues()
        guard issues.isEmpty else { throw InvalidPipelineError(issues) }
        self.name = content.name
        self.version = content.version
        self.description = content.description
        self.inputs = content.inputs
        self.steps = content.steps
        self.output = content.output
    }
}

/// A pipeline that has not been checked yet.
struct PipelineContent {
    var name = ""
    var version = "1.0.0"
    var description = ""
    var inputs: [PipelineInput] = []
    var steps: [StepDeclaration] = []
    var output: ValueExpression?
    var place: SourcePlace?
}

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

    /// Declares an input.
    public init(
        _ name: String, _ type: ValueType = .string, description: String = "", defaultValue: JSONValue? = nil,
        place: SourcePlace? = nil
    ) {
        self.name = name
        self.type = type
        self.description = description
        self.defaultValue = defaultValue
        self.place = place
    }
}

/// A step as a pipeline declares it.
public struct StepDeclaration: Sendable {
    /// The name under which other steps refer to it.
    public var id: String
    /// The name of the kind of step.
    public var uses: String
    /// What it is given, by the input's name.
    public var with: [(name: String, value: ValueExpression, place: SourcePlace?)]
    /// Where it is declared.
    public var place: SourcePlace?
    /// Where its kind is named.
    var usesPlace: SourcePlace?

    /// Declares a step.
    ///
    /// - Parameters:
    ///   - id: The name under which other steps refer to it.
    ///   - uses: The name of the kind of step.
    ///   - with: Its inputs; texts may hold `${step.output}` references.
    public init(_ id: String, uses: String, with: KeyValuePairs<String, JSONValue> = [:]) {
        self.id = id
        self.uses = uses
        self.with = with.map { ($0.key, ValueExpression($0.value), nil) }
    }
}
