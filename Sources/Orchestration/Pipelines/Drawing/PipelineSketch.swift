// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What there is to draw of a step: a box, or a frame around lists of steps that stand beside each other.
indirect enum PipelineSketch {
    case box(title: String, subtitle: String)
    case frame(title: String, lanes: [Lane])

    /// A list of steps, and when it runs.
    struct Lane {
        var label: String
        var steps: [PipelineSketch]
        /// Whether the steps run together, each with what flows from the one before it.
        var isPipe = false
    }

    /// The steps of a pipeline between its beginning and its end.
    static func steps(of pipeline: Pipeline) -> [Self] {
        let inputs = pipeline.inputs.map(\.name).joined(separator: ", ")
        let steps = pipeline.steps.map(Self.init)
        return [.box(title: pipeline.name, subtitle: inputs.isEmpty ? "begin" : inputs)] + steps + [
            .box(title: "output", subtitle: "end")
        ]
    }

    init(_ step: StepDeclaration) {
        let condition = step.when.map { "when \($0.text)" }
        let name = step.id.isEmpty ? "" : "\(step.id): "
        func frame(_ what: String, _ lanes: [(String, [StepDeclaration])]) -> Self {
            let title = [name + what, condition].compactMap { $0 }.joined(separator: ", ")
            let shown = lanes.filter { !$0.1.isEmpty }
            return .frame(title: title, lanes: shown.map { Lane(label: $0, steps: $1.map(Self.init)) })
        }
        func box(_ what: String) -> Self {
            let title = step.id.isEmpty ? what : step.id
            return .box(title: title, subtitle: [what, condition].compactMap { $0 }.joined(separator: ", "))
        }
        switch step.work {
        case .use(let kind, _): self = box(kind)
        case .group(let steps, let otherwise):
            let title = name + (step.when?.text ?? "in order")
            let shown = [("yes", steps), ("no", otherwise)].filter { !$0.1.isEmpty }
            self = .frame(title: title, lanes: shown.map { Lane(label: $0, steps: $1.map(Self.init)) })
        case .choose(let value, let cases, let otherwise):
            self = frame("switch \(value.written)", cases.map { ($0.label, $0.steps) } + [("default", otherwise)])
        case .forEach(let loop):
            let width = loop.concurrency > 1 ? ", \(loop.concurrency) at a time" : ""
            self = frame("for each \(loop.variable) of \(loop.elements.written)\(width)", [("", loop.steps)])
        case .loop(let loop): self = frame("while \(loop.condition.text), at most \(loop.limit)", [("", loop.steps)])
        case .parallel(let branches, _): self = frame("at the same time", branches.map { ("", $0) })
        case .pipe(let stages):
            let title = [name + "pipe", condition].compactMap { $0 }.joined(separator: ", ")
            self = .frame(title: title, lanes: [Lane(label: "", steps: stages.map(Self.init), isPipe: true)])
        case .attempt(let steps, let catching, let finally):
            self = frame("try", [("try", steps), ("catch", catching ?? []), ("finally", finally)])
        case .call(let call): self = box("call \(call.name)")
        case .wait(let question, _): self = box("wait for: \(question.written)")
        case .sleep(let duration): self = box("sleep \(duration)")
        case .fail(let message): self = box("fail: \(message.written)")
        }
    }
}

extension ValueExpression {
    /// The value as it is written, shortened.
    fileprivate var written: String {
        let text: String
        switch self.kind {
        case .reference(let reference): text = "\(reference)"
        case .formula(let formula): text = formula.text
        case .literal(let value): text = value.plainText
        case .text(let pieces):
            text = pieces.map { piece in
                switch piece {
                case .text(let text): text
                case .reference(let reference): "\(reference)"
                case .formula(let formula): "${{\(formula.text)}}"
                }
            }.joined()
        case .array: text = "[…]"
        case .object: text = "{…}"
        }
        return text.count > 48 ? text.prefix(47) + "…" : text
    }
}
