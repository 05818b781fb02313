// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore
internal import ModelFacade

/// A stored run as text: a line a step, with a bar as long as its share of the time.
struct RunDrawing {
    private static let barLength = 24

    let run: StoredRun
    let steps: [RecordedStep]
    private let style = TextStyle()

    init(run: StoredRun, steps: [RecordedStep]) {
        self.run = run
        self.steps = steps
    }

    /// Writes it to stdout.
    func write() throws {
        let summary = self.run.summary
        try Console.line("\(self.style.strong("run \(summary.id)"))  \(summary.state.rawValue)")
        try self.fact("pipeline", "\(summary.pipeline) \(summary.version), \(self.run.source.file)")
        try self.fact("content", String(self.run.contentHash.prefix(16)))
        try self.fact("created", RunReport.text(summary.createdAt))
        if let start = summary.startedAt { try self.fact("started", RunReport.text(start)) }
        if let end = summary.endedAt { try self.fact("left", RunReport.text(end)) }
        try self.fact("attempts", "\(summary.attempts)")
        for (name, value) in self.run.inputs.sorted(by: { $0.key < $1.key }) {
            try self.fact("input", "\(name): \(FlowPrinter.brief(value))")
        }
        try self.writeSteps()
        try self.writeEvents()
        for pending in self.run.pending {
            try Console.line("\nwaits at \(pending.key.rawValue): \(pending.question)")
            try Console.line("  answer with: autoglm runs answer \(summary.id) \(pending.key.rawValue) ANSWER")
        }
        if let failure = summary.failure { try Console.line("\nfailed: \(failure.message)\n  code: \(failure.code)") }
        if let output = self.run.output { try Console.line("\n\(output.serialized(indentation: 2))") }
    }

    private func writeSteps() throws {
        let longest = self.steps.map(\.duration).max() ?? .zero
        let width = self.steps.map { self.name($0).count }.max() ?? 0
        if !self.steps.isEmpty { try Console.line("") }
        for step in self.steps {
            let share = longest == .zero ? 0 : step.duration / longest
            let bar = String(repeating: "▇", count: max(1, Int(share * Double(Self.barLength))))
            let time = FlowPrinter.time(step.duration)
            try Console.line(
                "  \(self.name(step).padding(to: width))  \(bar.padding(to: Self.barLength)) \(time.padding(to: 9)) "
                    + Self.brief(step.outcome))
        }
        let rest = self.run.summary.stepCount - self.steps.count
        if rest > 0 { try Console.line("  … and \(rest) more; --limit shows more") }
    }

    /// What the steps shown told the bus.
    private func writeEvents() throws {
        let events = self.steps.compactMap { EmittedEvent($0.call, $0.outcome) }
        if !events.isEmpty { try Console.line("") }
        for emitted in events {
            try Console.line(
                "event \(self.style.strong("\(emitted.event.subject)")) from \(emitted.step.rawValue): "
                    + FlowPrinter.brief(emitted.event.payload))
        }
    }

    private func name(_ step: RecordedStep) -> String {
        let key = step.call.key.rawValue
        return key == step.call.uses ? key : "\(key) (\(step.call.uses))"
    }

    private func fact(_ name: String, _ value: String) throws {
        try Console.line("  \(self.style.faint(name.padding(to: 9))) \(value)")
    }

    private static func brief(_ outcome: StepOutcome) -> String {
        switch outcome {
        case .failed(let code, _): return "failed: \(code)"
        case .finished(let outputs, _):
            guard let first = outputs.sorted(by: { $0.key < $1.key }).first(where: { $0.value != .null }) else {
                return ""
            }
            return "\(first.key): \(FlowPrinter.brief(first.value))"
        }
    }
}
