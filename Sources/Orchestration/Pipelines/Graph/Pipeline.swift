// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import SourceDocuments

/// A graph of typed steps that turn inputs into one output.
///
/// Read one from YAML with ``init(yaml:file:registry:include:)``, or build one in code:
/// ```swift
/// let pipeline = try Pipeline("capital", inputs: [PipelineInput("country")], output: "${answer.text}") {
///     Step("answer", uses: "generate", with: ["prompt": "The capital of ${inputs.country}?"])
/// }
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
    /// When its runs begin by themselves, once it is put on schedule; nil if never.
    public let schedule: RunSchedule?
    /// The texts of the files that it calls, and that those call, by the paths that name them.
    public let included: [String: String]
    /// What runs.
    let program: Program

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

    init(
        _ content: PipelineContent, issues: [PipelineIssue], included: [String: String] = [:], registry: StepRegistry
    ) throws {
        var compiler = PipelineCompiler(registry: registry, issues: issues)
        self.program = compiler.compile(content)
        guard compiler.issues.isEmpty else { throw InvalidPipelineError(compiler.reportedIssues) }
        self.name = content.name
        self.version = content.version
        self.description = content.description
        self.inputs = content.inputs
        self.steps = content.steps
        self.output = content.output
        self.schedule = content.schedule
        self.included = included
    }
}

/// A pipeline that has not been checked yet.
struct PipelineContent: Sendable {
    var name = ""
    var version = "1.0.0"
    var description = ""
    var inputs: [PipelineInput] = []
    var steps: [StepDeclaration] = []
    var output: ValueExpression?
    var schedule: RunSchedule?
    var place: SourcePlace?
}

extension Pipeline {
    /// Checks the inputs of a run before anything of it is stored.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidInput` where one is missing, unknown or of the wrong type.
    public func check(inputs: [String: JSONValue]) throws { _ = try self.program.checked(inputs) }
}
