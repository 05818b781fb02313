// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

/// What flows from one stage of a pipe to the next.
private struct Flow {
    let stage: String
    let port: StepPort

    /// How the next stage names it.
    var reference: String { "${\(self.stage).\(self.port.name)}" }

    /// Whether a value is exactly what flows.
    func isNamed(by expression: ValueExpression) -> Bool {
        guard case .reference(let reference) = expression.kind else { return false }
        return reference.source == self.stage && reference.path == [self.port.name]
    }
}

extension PipelineCompiler {
    /// Compiles steps that run at the same time, each with what flows from the one before it.
    mutating func pipe(_ stages: [StepDeclaration], _ step: StepDeclaration) -> Operation {
        if stages.count < 2 {
            self.report(
                step.place, "The pipe '\(step.id)' has \(stages.count == 1 ? "one stage" : "no stages").",
                suggestion: "It needs two or more; a single step needs no pipe.")
        }
        let outer = self.isInPipe
        self.isInPipe = true
        defer { self.isInPipe = outer }
        let inner = self.frames.count - 1
        self.frames[inner].beginBranch()
        var compiled: [PipeStage] = []
        var flow: Flow?
        for (position, declared) in stages.enumerated() where !self.isFull {
            let stage = self.begin(declared)
            self.checkStage(stage)
            let isLast = position == stages.count - 1
            let work = self.work(of: stage, from: flow, isFirst: position == 0, isLast: isLast)
            let ports = self.ports(of: stage)
            let slot = self.declare(stage, work == nil ? .unknown : .flowing(ports, of: stage.uses))
            self.path.removeLast()
            let output = ports.first(where: \.isStream)
            flow = work == nil ? nil : output.map { Flow(stage: stage.id, port: $0) }
            guard let work else { continue }
            compiled.append(
                PipeStage(
                    instruction: Instruction(stage, slot: slot, when: nil, isCaught: self.isCaught, work.operation),
                    work: work, output: output))
        }
        self.reveal(self.frames[inner].endBranch().mapValues(\.ended))
        return .pipe(PipeOperation(stages: compiled, retry: step.retry))
    }

    /// Finds what a stage cannot have.
    private mutating func checkStage(_ stage: StepDeclaration) {
        let found = [
            ("when", stage.when != nil), ("timeout", stage.timeout != nil), ("retry", stage.retry != nil),
            ("breakpoint", stage.isBreakpoint),
        ].filter(\.1)
        for (key, _) in found {
            self.report(
                stage.place, "A stage has no '\(key)' of its own: the stages of a pipe run together.",
                suggestion: "Put it on the pipe, or on the steps of a 'for_each' in it.")
        }
    }

    /// Compiles what a stage does; nil if that is wrong, which has been told.
    private mutating func work(
        of stage: StepDeclaration, from flow: Flow?, isFirst: Bool, isLast: Bool
    ) -> PipeStage.Work? {
        switch stage.work {
        case .use(let name, let arguments):
            // A kind that there is not is told of where arguments are compiled.
            guard let kind = self.registry[name] else {
                _ = self.operation(name, arguments, of: stage)
                return nil
            }
            let input = isFirst ? nil : kind.definition.streamingInput
            guard let step = self.streaming(kind, stage, isFirst: isFirst, isLast: isLast) else { return nil }
            let given = arguments.first { $0.name == input?.name }
            guard isFirst || self.takes(flow, given?.value, at: given?.place, input, stage) else { return nil }
            return self.operation(name, arguments, of: stage, flowing: input?.name).map { .step(step, $0) }
        case .forEach(let loop):
            guard isFirst || self.takes(flow, loop.elements, at: loop.elements.place, Self.elements, stage) else {
                return nil
            }
            return .forEach(self.forEach(loop, stage, takesFlow: !isFirst))
        default:
            self.report(
                stage.usesPlace ?? stage.place, "'\(stage.uses)' is no stage of a pipe.",
                suggestion: "Put it into a 'for_each' of the pipe, or before or after the pipe.")
            return nil
        }
    }

    private static let elements = StepPort("for_each", .array, "What the loop goes through.")

    /// A kind of step as a stage; nil, which is told, if nothing can flow through it where it stands.
    private mutating func streaming(
        _ kind: any PipelineStep, _ stage: StepDeclaration, isFirst: Bool, isLast: Bool
    ) -> (any StreamingStep)? {
        let step = kind as? any StreamingStep
        let place = stage.usesPlace ?? stage.place
        if !isFirst, step?.definition.streamingInput == nil {
            self.report(
                place, "'\(stage.uses)' takes nothing before it is whole.",
                suggestion: "Put it into a 'for_each' of the pipe, or after the pipe.")
            return nil
        }
        if !isLast, step?.definition.streamingOutput == nil {
            self.report(
                place, "'\(stage.uses)' gives nothing before it has ended.",
                suggestion: "Put it before the pipe, or last in it if it takes what flows.")
            return nil
        }
        return step
    }

    /// Whether a stage takes what flows from the one before it; tells what is wrong.
    private mutating func takes(
        _ flow: Flow?, _ value: ValueExpression?, at place: SourcePlace?, _ port: StepPort?, _ stage: StepDeclaration
    ) -> Bool {
        // Without a flow something is wrong with the stage before, which has been told.
        guard let flow, let port else { return false }
        guard let value, flow.isNamed(by: value) else {
            self.report(
                value?.place ?? place ?? stage.place,
                "The stage '\(stage.id)' does not take what flows from '\(flow.stage)'.",
                suggestion: "Give '\(port.name): \"\(flow.reference)\"' to it.")
            return false
        }
        guard port.type.accepts(flow.port.type) else {
            let isText = flow.port.type == .string
            self.report(
                value.place ?? stage.place,
                "'\(port.name)' takes \(isText ? "elements" : "a text"), but \(flow.reference) flows as \(isText ? "a text" : "elements").",
                suggestion: isText
                    ? "Cut the text first, with a stage 'uses: split'."
                    : "Take the elements one by one, with a stage 'for_each'.")
            return false
        }
        return true
    }
}

extension Symbol {
    /// What a stage's name stands for after the pipe.
    fileprivate var ended: Symbol {
        guard case .flowing(let ports, let owner) = self.content else { return self }
        return Symbol(slot: self.slot, content: .outputs(ports, of: owner))
    }
}
