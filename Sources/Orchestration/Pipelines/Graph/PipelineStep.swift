// SPDX-License-Identifier: Apache-2.0

public import LLMCore

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

    /// What the step asks the model with these inputs, for a later step that asks once more; nil if it asks nothing.
    ///
    /// Equal inputs give an equal request, so that it needs no place in the run's journal.
    func request(_ inputs: StepInputs, context: StepContext) throws -> GenerationRequest?

    /// Whether a step that may ask the model can often do without, so that a dry run tries.
    var isTriedWithoutModel: Bool { get }
}

extension PipelineStep {
    /// Finds nothing wrong.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] { [] }

    /// It cannot.
    public var isTriedWithoutModel: Bool { false }

    /// Asks nothing.
    public func request(_ inputs: StepInputs, context: StepContext) throws -> GenerationRequest? { nil }
}
