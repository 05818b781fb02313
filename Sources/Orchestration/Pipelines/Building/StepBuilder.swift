// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import SourceDocuments

/// Collects steps that are written one below the other.
@resultBuilder
public enum StepBuilder {
    /// One step.
    public static func buildExpression(_ step: some StepConvertible) -> [StepDeclaration] { [step.declaration] }
    /// Steps made elsewhere.
    public static func buildExpression(_ steps: [StepDeclaration]) -> [StepDeclaration] { steps }
    /// Steps in order.
    public static func buildBlock(_ steps: [StepDeclaration]...) -> [StepDeclaration] { steps.flatMap { $0 } }
    /// Steps that Swift's own `for` makes while the pipeline is built.
    public static func buildArray(_ steps: [[StepDeclaration]]) -> [StepDeclaration] { steps.flatMap { $0 } }
    /// Steps that Swift's own `if` leaves out while the pipeline is built.
    public static func buildOptional(_ steps: [StepDeclaration]?) -> [StepDeclaration] { steps ?? [] }
    /// The first of two ways to build.
    public static func buildEither(first steps: [StepDeclaration]) -> [StepDeclaration] { steps }
    /// The second of two ways to build.
    public static func buildEither(second steps: [StepDeclaration]) -> [StepDeclaration] { steps }
}

/// Something that declares a step.
public protocol StepConvertible {
    /// The step.
    var declaration: StepDeclaration { get }
}

extension StepDeclaration: StepConvertible {
    /// The step itself.
    public var declaration: StepDeclaration { self }
}

extension StepConvertible {
    /// The step, to run only if an expression holds.
    public func when(_ condition: String) -> StepDeclaration {
        var step = self.declaration
        do { step.when = try Formula(condition) } catch { step.problems.append(error.message) }
        return step
    }

    /// The step, to fail if it takes longer.
    public func timeout(_ duration: Duration) -> StepDeclaration {
        var step = self.declaration
        step.timeout = duration
        return step
    }

    /// The step, to be tried again when it fails.
    public func retry(_ policy: RetryPolicy) -> StepDeclaration {
        var step = self.declaration
        step.retry = policy
        return step
    }

    /// The step, with a wait before it until somebody lets the run go on.
    public func breakpoint() -> StepDeclaration {
        var step = self.declaration
        step.isBreakpoint = true
        return step
    }
}

extension Pipeline {
    /// Makes a pipeline of steps written one below the other, and checks it.
    ///
    /// - Throws: ``InvalidPipelineError`` with everything that is wrong.
    public init(
        _ name: String, version: String = "1.0.0", description: String = "", inputs: [PipelineInput] = [],
        output: JSONValue? = nil, registry: StepRegistry = .standard, file: String = #fileID, line: Int = #line,
        column: Int = #column, @StepBuilder steps: () -> [StepDeclaration]
    ) throws {
        let place = SourcePlace(file: file, line: line, column: column)
        var content = PipelineContent(
            name: name, version: version, description: description, inputs: inputs, steps: steps(),
            output: output.map { ValueExpression($0, place: place) })
        content.place = place
        try self.init(content, issues: [], registry: registry)
    }
}
