// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import SourceDocuments

/// Runs steps if an expression holds, else others.
public struct If: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Names the condition and both ways.
    public init(
        _ condition: String, file: String = #fileID, line: Int = #line, column: Int = #column,
        @StepBuilder then steps: () -> [StepDeclaration],
        @StepBuilder else otherwise: () -> [StepDeclaration] = { [] }
    ) {
        self.declaration = StepDeclaration(
            "", .group(steps(), otherwise: otherwise()), at: SourcePlace(file: file, line: line, column: column)
        ).when(condition)
    }
}

/// Runs the steps of the case that a value names, else those of the default.
public struct Switch: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Names the value and the cases, `["yes": [Step(…)]]`.
    public init(
        _ value: JSONValue, cases: KeyValuePairs<String, [any StepConvertible]>, file: String = #fileID,
        line: Int = #line, column: Int = #column,
        @StepBuilder default otherwise: () -> [StepDeclaration] = { [] }
    ) {
        self.declaration = StepDeclaration(
            "",
            .choose(
                ValueExpression(value), cases: cases.map { SwitchCase($0.key, steps: $0.value.map(\.declaration)) },
                otherwise: otherwise()), at: SourcePlace(file: file, line: line, column: column))
    }
}

/// Runs steps once for each element, or so many times; what the turns give is `${id.results}`.
public struct ForEach: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Names the elements, and what each turn gives; without that it is the outputs of its last step.
    public init(
        _ elements: JSONValue, id: String = "", as variable: String = "item", concurrency: Int = 1,
        output: JSONValue? = nil, file: String = #fileID, line: Int = #line, column: Int = #column,
        @StepBuilder steps: () -> [StepDeclaration]
    ) {
        let place = SourcePlace(file: file, line: line, column: column)
        self.declaration = StepDeclaration(
            id,
            .forEach(
                ForEachLoop(
                    ValueExpression(elements), as: variable, concurrency: concurrency, steps: steps(),
                    output: output.map { ValueExpression($0, place: place) })), at: place)
    }
}

/// Runs steps while an expression holds; what the last turn gave is `${id.result}`, and `last` in the next turn.
public struct While: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Names the condition and the most turns.
    public init(
        _ condition: String, id: String = "", limit: Int, failsAtLimit: Bool = true, initial: JSONValue? = nil,
        output: JSONValue? = nil, file: String = #fileID, line: Int = #line, column: Int = #column,
        @StepBuilder steps: () -> [StepDeclaration]
    ) {
        let place = SourcePlace(file: file, line: line, column: column)
        do {
            let loop = WhileLoop(
                try Formula(condition), limit: limit, failsAtLimit: failsAtLimit,
                initial: initial.map { ValueExpression($0) }, steps: steps(),
                output: output.map { ValueExpression($0, place: place) })
            self.declaration = StepDeclaration(id, .loop(loop), at: place)
        } catch {
            var group = StepDeclaration(id, .group(steps(), otherwise: []), at: place)
            group.problems.append(error.message)
            self.declaration = group
        }
    }
}

/// Runs steps at the same time: each step given is a branch, and an ``InOrder`` is a branch of several.
public struct Parallel: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Lists the branches.
    public init(
        concurrency: Int? = nil, file: String = #fileID, line: Int = #line, column: Int = #column,
        @StepBuilder branches: () -> [StepDeclaration]
    ) {
        let branches = branches().map { step in
            if case .group(let steps, _) = step.work, step.when == nil { steps } else { [step] }
        }
        self.declaration = StepDeclaration(
            "", .parallel(branches, concurrency: concurrency), at: SourcePlace(file: file, line: line, column: column))
    }
}

/// Runs steps at the same time, each with what the one before it gives, as that comes.
///
/// Each names what it takes as it would outside of a pipe, `["text": "${draft.text}"]`; it must be what flows from the step
/// directly before it.
public struct Pipe: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Lists the stages: steps of kinds that stream, and ``ForEach``.
    public init(
        _ id: String = "", file: String = #fileID, line: Int = #line, column: Int = #column,
        @StepBuilder stages: () -> [StepDeclaration]
    ) {
        self.declaration = StepDeclaration(id, .pipe(stages()), at: SourcePlace(file: file, line: line, column: column))
    }
}

/// Steps one after the other, as one branch of ``Parallel``.
public struct InOrder: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Lists the steps.
    public init(
        file: String = #fileID, line: Int = #line, column: Int = #column,
        @StepBuilder steps: () -> [StepDeclaration]
    ) {
        self.declaration = StepDeclaration(
            "", .group(steps(), otherwise: []), at: SourcePlace(file: file, line: line, column: column))
    }
}

/// Runs steps, others if one of them fails, and yet others in any case.
public struct Try: StepConvertible {
    /// The step.
    public let declaration: StepDeclaration

    /// Lists the steps, those for a failure, which find it in `${error.message}`, and those for any case.
    public init(
        id: String = "", file: String = #fileID, line: Int = #line, column: Int = #column,
        @StepBuilder _ steps: () -> [StepDeclaration], @StepBuilder catch catching: () -> [StepDeclaration],
        @StepBuilder finally: () -> [StepDeclaration] = { [] }
    ) {
        self.declaration = StepDeclaration(
            id, .attempt(steps(), catching: catching(), finally: finally()),
            at: SourcePlace(file: file, line: line, column: column))
    }

    /// Lists the steps, and those for any case; a failure goes on after these.
    public init(
        id: String = "", file: String = #fileID, line: Int = #line, column: Int = #column,
        @StepBuilder _ steps: () -> [StepDeclaration], @StepBuilder finally: () -> [StepDeclaration]
    ) {
        self.declaration = StepDeclaration(
            id, .attempt(steps(), catching: nil, finally: finally()),
            at: SourcePlace(file: file, line: line, column: column))
    }
}
