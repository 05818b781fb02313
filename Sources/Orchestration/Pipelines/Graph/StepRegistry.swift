// SPDX-License-Identifier: Apache-2.0

/// The kinds of steps that pipelines can name.
public struct StepRegistry: Sendable {
    private var steps: [String: any PipelineStep] = [:]

    /// Collects kinds of steps; of two with one name the last is kept.
    public init(_ steps: [any PipelineStep]) {
        for step in steps { self.register(step) }
    }

    /// Adds a kind of step, or replaces the one with its name.
    public mutating func register(_ step: any PipelineStep) { self.steps[step.definition.name] = step }

    /// The kind of that name; nil if there is none.
    public subscript(name: String) -> (any PipelineStep)? { self.steps[name] }

    /// What every kind of step is, by name.
    public var definitions: [StepDefinition] { self.steps.values.map(\.definition).sorted { $0.name < $1.name } }

    /// The kinds that need nothing but a model; all but `chat` can be its tools.
    public static let standard: Self = {
        var registry = Self([
            InputStep(), RouteStep(), SplitStep(), PromptStep(), GenerateStep(), ParseStep(), ExtractStep(),
            ClassifyStep(),
            SummariseStep(), TranslateStep(), JudgeStep(), EmbedStep(), CalculatorStep(), AssertStep(), OutputStep(),
        ])
        registry.register(ChatStep(tools: registry))
        return registry
    }()
}
