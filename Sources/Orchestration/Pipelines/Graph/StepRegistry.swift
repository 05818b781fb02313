// SPDX-License-Identifier: Apache-2.0

/// The kinds of steps that pipelines can name.
public struct StepRegistry: Sendable {
    private var steps: [String: any PipelineStep] = [:]
    /// The models that steps can name; nil where they are not known, and names of models are not checked.
    public private(set) var models: [String]?

    /// Collects kinds of steps; of two with one name the last is kept.
    public init(_ steps: [any PipelineStep]) {
        for step in steps { self.register(step) }
    }

    /// Adds a kind of step, or replaces the one with its name.
    public mutating func register(_ step: any PipelineStep) { self.steps[step.definition.name] = step }

    /// The kind of that name; nil if there is none.
    public subscript(name: String) -> (any PipelineStep)? { self.steps[name] }

    /// What every kind of step is, by name.
    public var definitions: [StepDefinition] {
        self.steps.values.map { self.definition(of: $0) }.sorted { $0.name < $1.name }
    }

    /// What a kind of step is, with the models that it can ask.
    func definition(of step: any PipelineStep) -> StepDefinition {
        var definition = step.definition
        guard let models else { return definition }
        for index in definition.inputs.indices where definition.inputs[index].isModel {
            definition.inputs[index].choices = models
        }
        return definition
    }

    /// The same kinds of steps, which may name these models and no others.
    public func offering(models: [String]) -> Self {
        var registry = self
        registry.models = models
        if let chat = self["chat"] as? ChatStep { registry.register(chat.offering(models: models)) }
        return registry
    }

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
