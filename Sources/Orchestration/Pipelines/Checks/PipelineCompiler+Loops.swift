// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension PipelineCompiler {
    /// Compiles a loop over elements.
    ///
    /// - Parameter takesFlow: Whether these come from the stage of a pipe before it.
    mutating func forEach(
        _ loop: ForEachLoop, _ step: StepDeclaration, takesFlow: Bool = false
    ) -> ForEachOperation {
        let elements = takesFlow ? .literal(.null) : self.compile(loop.elements, for: nil, in: step)
        if let literal = loop.elements.literal, literal.arrayValue == nil, literal.integerValue == nil {
            self.report(
                loop.elements.place ?? step.place, "'for_each' takes an array or a number, not \(literal.typeName).",
                suggestion: "Write a list, how many times, or a reference such as '${inputs.pages}'.")
        }
        if let literal = loop.elements.literal, literal == [] || literal == 0 {
            self.report(
                loop.elements.place ?? step.place, "The steps of '\(step.id)' never run: there are no elements.",
                suggestion: "Give the loop elements, or remove it.")
        }
        if !(1...10_000).contains(loop.concurrency) {
            self.report(
                step.place, "The concurrency is \(loop.concurrency); it must be from 1 to 10000.",
                suggestion: "Leave it out for one turn at a time.")
        }
        self.beginTurn(loop.steps, of: step)
        let element = self.declare(loop.variable, .value(.any))
        let index = self.declare("index", .value(.integer))
        let (scope, output) = self.scope(loop.steps) { compiler in
            compiler.turnOutput(loop.output, loop.steps)
        }
        self.places.removeLast()
        return ForEachOperation(
            elements: elements, concurrency: max(loop.concurrency, 1), scope: scope, variables: (element, index),
            output: output)
    }

    mutating func loop(_ loop: WhileLoop, _ step: StepDeclaration) -> Operation {
        let initial = loop.initial.map { self.compile($0, for: nil, in: step) }
        self.checkCondition(of: loop, step)
        self.beginTurn(loop.steps, of: step)
        let last = self.declare("last", .value(.any))
        let index = self.declare("index", .value(.integer))
        let condition = self.compile(loop.condition, loop.conditionPlace ?? step.place, in: step)
        let (scope, output) = self.scope(loop.steps) { compiler in
            compiler.turnOutput(loop.output, loop.steps)
        }
        self.places.removeLast()
        return .loop(
            LoopOperation(
                condition: condition, limit: loop.limit, failsAtLimit: loop.failsAtLimit, initial: initial,
                scope: scope, variables: (last, index), output: output))
    }

    private mutating func checkCondition(of loop: WhileLoop, _ step: StepDeclaration) {
        if !(1...1_000_000).contains(loop.limit) {
            self.report(
                step.place, "The limit is \(loop.limit); it must be from 1 to 1000000.",
                suggestion: "Write how many turns are enough, such as 'limit: 20'.")
        }
        guard let holds = loop.condition.constant else { return }
        if !holds {
            self.report(
                loop.conditionPlace ?? step.place,
                "The steps of '\(step.id)' never run: the condition is always false.",
                suggestion: "Let it depend on 'last' or 'index', or remove the loop.")
        } else if loop.failsAtLimit {
            self.report(
                loop.conditionPlace ?? step.place,
                "The loop '\(step.id)' always fails at its limit: the condition is always true.",
                suggestion: "Let the condition depend on 'last' or 'index', or add 'at_limit: stop'.")
        }
    }

    private mutating func beginTurn(_ steps: [StepDeclaration], of step: StepDeclaration) {
        if steps.isEmpty {
            self.report(step.place, "The loop '\(step.id)' has no steps.", suggestion: "List some under 'steps'.")
        }
        self.frames.append(FrameSymbols())
        self.places.append([:])
    }

    /// What a turn gives: what is written, else all outputs of its last step.
    private mutating func turnOutput(_ output: ValueExpression?, _ steps: [StepDeclaration]) -> CompiledValue {
        if let output { return self.compile(output, for: nil, in: nil) }
        let frame = self.frames.count - 1
        guard let id = steps.last?.id, let symbol = self.frames[frame].find(id) else { return .literal(.null) }
        self.frames[frame].use(symbol.slot)
        guard case .outputs(let ports, _) = symbol.content else { return .literal(.null) }
        return .object(
            ports.map { port in
                let text = "${\(id).\(port.name)}"
                return (
                    port.name, .reference(CompiledReference(hops: 0, slot: symbol.slot, path: [port.name], text: text))
                )
            })
    }
}
