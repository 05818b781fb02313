// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension PipelineCompiler {
    /// Compiles a step of any sort, and declares its name.
    mutating func instruction(_ declared: StepDeclaration) -> Instruction {
        let step = self.begin(declared)
        defer { self.path.removeLast() }
        let when = step.when.map { self.compile($0, step.whenPlace ?? step.place, in: step) }
        self.checkConstant(step)
        self.checkWaits(step)
        let operation = self.operation(of: step)
        let slot = self.declare(step, operation == nil ? .unknown : .outputs(self.ports(of: step), of: step.uses))
        return Instruction(
            step, slot: slot, when: when, isCaught: self.isCaught, operation ?? .fail(.literal(.null)))
    }

    /// Begins a step: numbers and checks it; whoever calls this takes it from the path in the end.
    mutating func begin(_ declared: StepDeclaration) -> StepDeclaration {
        var step = declared
        self.count += 1
        if step.id.isEmpty { step.id = "\(step.uses)@\(self.count)" }
        self.path.append(step)
        for problem in step.problems { self.report(step.place, problem) }
        self.checkID(step)
        self.checkLimits(step)
        return step
    }

    /// Gives a step's outputs a slot; of two steps with one id the first keeps the name.
    mutating func declare(_ step: StepDeclaration, _ content: Symbol.Content) -> Int {
        let isNew = self.places[self.places.count - 1].updateValue(step.place, forKey: step.id) == nil
        return self.declare(isNew ? step.id : "\(step.id) again", content)
    }

    private mutating func checkWaits(_ step: StepDeclaration) {
        guard self.isInPipe else { return }
        if case .wait = step.work {
            self.report(
                step.usesPlace ?? step.place, "A pipe cannot wait for an answer: it is done again from its beginning.",
                suggestion: "Ask before the pipe, or after it.")
        } else if step.isBreakpoint {
            self.report(
                step.place, "A run cannot stop inside a pipe.", suggestion: "Put the breakpoint on the pipe.")
        }
    }

    private mutating func checkID(_ step: StepDeclaration) {
        guard let place = self.places[self.places.count - 1][step.id], !step.id.isEmpty else { return }
        self.report(
            step.place, "The id '\(step.id)' is already that of a step\(place.map { " in line \($0.line)" } ?? "").",
            suggestion: "Give each step its own 'id'.")
    }

    private mutating func checkLimits(_ step: StepDeclaration) {
        if let retry = step.retry {
            switch step.work {
            case .use, .pipe: break
            default:
                self.report(
                    step.place, "'retry' is for steps with 'uses' and for pipes.",
                    suggestion: "Put it on the steps inside.")
            }
            if !(1...1_000).contains(retry.attempts) || !(0...1).contains(retry.jitter)
                || !(1...100).contains(retry.factor)
                || retry.backoff < .zero
            {
                self.report(
                    step.place, "The retries of '\(step.id)' are out of range.",
                    suggestion: "Attempts are from 1 to 1000, the factor from 1 to 100, the jitter from 0 to 1.")
            }
        }
        if let timeout = step.timeout, timeout <= .zero {
            self.report(
                step.place, "The timeout of '\(step.id)' must be longer than 0.",
                suggestion: "Write a time such as 'timeout: 30s', or leave it out.")
        }
    }

    /// Finds steps that a constant condition keeps from ever running.
    private mutating func checkConstant(_ step: StepDeclaration) {
        guard let holds = step.when?.constant else { return }
        let otherwise: [StepDeclaration] = if case .group(_, let steps) = step.work { steps } else { [] }
        if !holds {
            self.report(
                step.whenPlace ?? step.place, "The step '\(step.id)' never runs: its condition is always false.",
                suggestion: "Remove it, or its condition.")
        } else if let first = otherwise.first {
            self.report(
                first.place, "The step '\(first.id)' never runs: the condition before 'else' is always true.",
                suggestion: "Remove it, or the condition.")
        }
    }

    /// What other steps can refer to.
    func ports(of step: StepDeclaration) -> [StepPort] {
        switch step.work {
        case .use(let name, _): self.registry[name]?.definition.outputs ?? []
        case .forEach:
            [
                StepPort("results", .array, "What each turn gave, in order.", isStream: true),
                StepPort("count", .integer, "How many turns there were."),
            ]
        case .loop:
            [
                StepPort("result", .any, "What the last turn gave."),
                StepPort("count", .integer, "How many turns there were."),
            ]
        case .attempt: [StepPort("failed", .boolean, "Whether a step under 'try' failed.")]
        case .call: [StepPort("output", .any, "The called pipeline's output.")]
        case .wait: [StepPort("answer", .any, "What was answered.")]
        case .group, .choose, .parallel, .pipe, .sleep, .fail: []
        }
    }

    // MARK: - Kinds of control

    /// Compiles what a step does; nil if that is nothing that can be compiled.
    private mutating func operation(of step: StepDeclaration) -> Operation? {
        switch step.work {
        case .use(let name, let arguments): return self.operation(name, arguments, of: step).map { .step($0) }
        case .group(let steps, let otherwise):
            let (block, names) = self.branch(steps)
            let (other, otherNames) = self.branch(otherwise)
            self.reveal(names)
            self.reveal(otherNames)
            return .group(block, otherwise: other)
        case .choose(let value, let cases, let otherwise): return self.choose(value, cases, otherwise, step)
        case .forEach(let loop): return .forEach(self.forEach(loop, step))
        case .loop(let loop): return self.loop(loop, step)
        case .parallel(let branches, let concurrency): return self.parallel(branches, concurrency, step)
        case .pipe(let stages): return self.pipe(stages, step)
        case .attempt(let steps, let catching, let finally): return self.attempt(steps, catching, finally)
        case .call(let call): return self.call(call, step)
        case .wait(let question, let choices):
            return .wait(question: self.compile(question, for: nil, in: step), choices: choices)
        case .sleep(let duration):
            if duration < .zero {
                self.report(
                    step.place, "The sleep must be 0 or longer.", suggestion: "Write a time such as 'sleep: 10s'.")
            }
            return .sleep(duration)
        case .fail(let message): return .fail(self.compile(message, for: nil, in: step))
        }
    }

    private mutating func choose(
        _ value: ValueExpression, _ cases: [SwitchCase], _ otherwise: [StepDeclaration], _ step: StepDeclaration
    ) -> Operation {
        let compiled = self.compile(value, for: nil, in: step)
        var blocks: [String: Block] = [:]
        var revealed: [[String: Symbol]] = []
        for branch in cases {
            if let literal = value.literal, literal.plainText != branch.label {
                self.report(
                    branch.place ?? step.place,
                    "The case '\(branch.label)' never runs: the value is always '\(literal.plainText)'.",
                    suggestion: "Switch on a reference such as '${step.output}'.")
            }
            let (block, names) = self.branch(branch.steps)
            revealed.append(names)
            if blocks.updateValue(block, forKey: branch.label) != nil {
                self.report(
                    branch.place ?? step.place, "The case '\(branch.label)' never runs: there is one like it before.",
                    suggestion: "Put its steps into that one, or name another value.")
            }
        }
        let (other, names) = self.branch(otherwise)
        for names in revealed + [names] { self.reveal(names) }
        return .choose(compiled, cases: blocks, otherwise: other)
    }

    private mutating func attempt(
        _ steps: [StepDeclaration], _ catching: [StepDeclaration]?, _ finally: [StepDeclaration]
    ) -> Operation {
        let outer = self.isCaught
        self.isCaught = outer || catching != nil
        let (body, names) = self.branch(steps)
        self.isCaught = outer
        var handler: (Block, Int)?
        var caught: [String: Symbol] = [:]
        if let catching {
            let inner = self.frames.count - 1
            self.frames[inner].beginBranch()
            let slot = self.declare("error", .outputs(Failure.ports, of: "error"))
            handler = (self.block(catching), slot)
            caught = self.frames[inner].endBranch().filter { $0.key != "error" }
        }
        self.reveal(names)
        self.reveal(caught)
        let (last, lastNames) = self.branch(finally)
        self.reveal(lastNames)
        return .attempt(AttemptOperation(body: body, catching: handler, finally: last))
    }

    private mutating func parallel(
        _ branches: [[StepDeclaration]], _ concurrency: Int?, _ step: StepDeclaration
    ) -> Operation {
        if let concurrency, concurrency < 1 {
            self.report(
                step.place, "The concurrency is \(concurrency); it must be 1 or more.",
                suggestion: "Leave it out to run all branches at once.")
        }
        var compiled: [(Scope, [(name: String, symbol: Symbol)])] = []
        for steps in branches {
            self.frames.append(FrameSymbols())
            let (scope, declared) = self.scope(steps) { compiler in
                let frame = compiler.frames.count - 1
                let declared = compiler.frames[frame].declared
                for (_, symbol) in declared { compiler.frames[frame].use(symbol.slot) }
                return declared
            }
            compiled.append((scope, declared))
        }
        let operations = compiled.map { scope, declared in
            BranchOperation(
                scope: scope, results: declared.map { ($0.symbol.slot, self.declare($0.name, $0.symbol.content)) })
        }
        return .parallel(operations, concurrency: max(concurrency ?? branches.count, 1))
    }

    private mutating func call(_ call: PipelineCall, _ step: StepDeclaration) -> Operation? {
        guard let content = call.content else { return nil }
        let ports = content.inputs.map {
            StepPort($0.name, $0.type, $0.description, isRequired: $0.defaultValue == nil)
        }
        let (arguments, _) = self.compile(
            call.with, for: ports, of: step, owner: "The pipeline '\(content.name)'")
        return .call(self.compile(content, key: call.key), with: arguments)
    }
}
