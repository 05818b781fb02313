// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import SourceDocuments

/// A step that does something.
public struct Step: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Names the kind of step and what it is given; texts may hold `${step.output}` references.
    public init(
        _ id: String, uses: String, with: KeyValuePairs<String, JSONValue> = [:], file: String = #fileID,
        line: Int = #line, column: Int = #column
    ) {
        let arguments = with.map { StepArgument($0.key, ValueExpression($0.value)) }
        self.declaration = StepDeclaration(
            id, .use(uses, with: arguments), at: SourcePlace(file: file, line: line, column: column))
    }
}

/// Runs another pipeline; what comes out is `${id.output}`.
public struct Call: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Names the pipeline and its inputs.
    public init(
        _ id: String, _ pipeline: Pipeline, with: KeyValuePairs<String, JSONValue> = [:], file: String = #fileID,
        line: Int = #line, column: Int = #column
    ) {
        let content = PipelineContent(
            name: pipeline.name, version: pipeline.version, description: pipeline.description,
            inputs: pipeline.inputs, steps: pipeline.steps, output: pipeline.output)
        let arguments = with.map { StepArgument($0.key, ValueExpression($0.value)) }
        self.declaration = StepDeclaration(
            id, .call(PipelineCall(content, name: pipeline.name, with: arguments)),
            at: SourcePlace(file: file, line: line, column: column))
    }
}

/// Waits for somebody's answer, which is then `${id.answer}`.
public struct WaitFor: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Asks a question; without choices any answer will do.
    public init(
        _ id: String, _ question: String, choices: [String] = [], file: String = #fileID, line: Int = #line,
        column: Int = #column
    ) {
        self.declaration = StepDeclaration(
            id, .wait(question: ValueExpression(.string(question)), choices: choices),
            at: SourcePlace(file: file, line: line, column: column))
    }
}

/// Waits for some time.
public struct Sleep: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Waits so long.
    public init(
        _ duration: Duration, file: String = #fileID, line: Int = #line, column: Int = #column
    ) {
        self.declaration = StepDeclaration(
            "", .sleep(duration), at: SourcePlace(file: file, line: line, column: column))
    }
}

/// Fails with a message.
public struct Fail: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Fails with this message, which may hold references.
    public init(_ message: String, file: String = #fileID, line: Int = #line, column: Int = #column) {
        self.declaration = StepDeclaration(
            "", .fail(ValueExpression(.string(message))), at: SourcePlace(file: file, line: line, column: column))
    }
}
