// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore
internal import ModelFacade
internal import OrderedCollections
internal import Synchronization

/// Shows a run step by step while it happens: what goes in, what comes out, how long it takes.
final class FlowPrinter: Sendable {
    private struct State {
        var stepNumber = 0
        var streamed = ""
        var isClosed = false
        /// The lines shown of steps in loops.
        var loopLines = 0
        /// The steps at work; with more than one their texts would mix.
        var running = 0
        /// The stages of pipes, which run together; what flows out of a pipe is shown as the pipe's.
        var stages: Set<String> = []
    }

    /// The most lines shown of steps in loops; after that only how far the loops are.
    private static let maximumLoopLines = 20

    private let pipeline: Pipeline
    /// What is said of steps that are not done now.
    private let recorded: String
    private let style = TextStyle()
    private let state = Mutex(State())

    /// Shows the beginning of a run.
    init(pipeline: Pipeline, model: String, recorded: String = "was done before") {
        self.pipeline = pipeline
        self.recorded = recorded
        let about = pipeline.description.isEmpty ? "" : ": \(pipeline.description)"
        self.write("\(self.style.strong(pipeline.name)) \(pipeline.version)\(about)\n")
        self.write(self.style.faint("model \(model)") + "\n")
    }

    /// Shows an event.
    func show(_ event: PipelineEvent) {
        guard !self.isInPipe(event) else { return }
        switch event {
        case .started(let step, let uses, let inputs): self.start(step, uses, inputs)
        case .text(let step, let delta): self.stream(step, delta)
        case .emitted(let emitted): self.showEvent(emitted)
        case .finished(let record): self.finish(record)
        case .skipped(let step): self.write("\n\(self.style.faint("skipped \(step)"))\n")
        case .progress(let step, let done, let count): self.showProgress(step, done, count)
        case .retrying(let step, let attempt, let error, let wait):
            self.endStream()
            self.write("  again  \(step) in \(Self.time(wait)), since attempt \(attempt) failed: \(error)\n")
        case .waiting(let pending):
            self.endStream()
            self.write("\n\(self.style.strong("waits"))  \(pending.key.rawValue): \(pending.question)\n")
        case .failed(let step, _, let duration):
            self.endStream()
            self.write("  \(self.style.strong("failed"))  \(step) after \(Self.time(duration))\n")
        }
    }

    /// Shows the result.
    ///
    /// - Throws: ``Console/OutputClosed`` when nobody reads any more.
    func finish(_ result: PipelineResult) throws {
        let (prompt, completion) = (result.usage.promptTokens, result.usage.completionTokens)
        let tokens = prompt + completion == 0 ? "" : ", \(prompt) tokens read, \(completion) written"
        let steps = result.stepCount == 1 ? "1 step" : "\(result.stepCount) steps"
        self.write(
            "\n\(self.style.strong("result"))  " + self.style.faint("\(steps), \(Self.time(result.duration))\(tokens)"))
        self.write("\n")
        if self.state.withLock({ $0.isClosed }) { throw Console.OutputClosed() }
        try Console.line(result.output.serialized(indentation: 2))
    }

    // MARK: - Steps

    /// Whether an event is of a stage of a pipe, or of a step in its loop.
    private func isInPipe(_ event: PipelineEvent) -> Bool {
        let step: String
        switch event {
        case .started(let key, _, _), .text(let key, _), .skipped(let key), .progress(let key, _, _): step = key
        case .retrying(let key, _, _, _), .failed(let key, _, _): step = key
        case .finished(let record): step = record.key.rawValue
        case .emitted, .waiting: return false
        }
        return self.state.withLock { state in
            state.stages.contains { step == $0 || step.hasPrefix("\($0)[") }
        }
    }

    private func start(_ step: String, _ uses: String, _ inputs: [String: JSONValue]) {
        let number = self.state.withLock { state in
            state.running += 1
            if uses == "pipe" {
                state.stages.formUnion((inputs["stages"]?.arrayValue ?? []).compactMap(\.stringValue))
            }
            if !step.isInLoop { state.stepNumber += 1 }
            state.streamed = ""
            return state.stepNumber
        }
        guard !step.isInLoop else { return }
        let kind = step == uses ? "" : " (\(uses))"
        let isStraight = self.pipeline.steps.allSatisfy(\.isPlain)
        let count = isStraight ? "/\(self.pipeline.steps.count)" : ""
        self.write("\n\(number)\(count) \(self.style.strong(step))\(kind)\n")
        let order = self.pipeline.steps.first { $0.id == step }?.with.map(\.name) ?? inputs.keys.sorted()
        for name in order { if let value = inputs[name] { self.show("in", name, value) } }
    }

    private func stream(_ step: String, _ delta: String) {
        let isFirst: Bool? = self.state.withLock { state in
            guard state.running <= 1, !step.isInLoop else { return nil }
            defer { state.streamed += delta }
            return state.streamed.isEmpty
        }
        if let isFirst { self.write(Self.indented(delta, isFirst: isFirst)) }
    }

    private func finish(_ record: StepRecord) {
        let streamed = self.endStream()
        self.state.withLock { $0.running = max(0, $0.running - 1) }
        if record.key.rawValue.isInLoop { return self.showTurnStep(record) }
        if record.wasRecorded { self.write("\n\(self.style.strong(record.key.rawValue)) \(self.recorded)\n") }
        if record.uses == "route" {
            self.showDecision(record)
        } else if record.uses == "pipe" {
            self.showStages(record, streamed: streamed)
        } else if record.uses != "emit" || record.wasRecorded {
            for (name, value) in Self.news(in: record.outputs, besides: record.inputs, streamed: streamed) {
                self.show("out", name, value)
            }
        }
        self.write(self.style.faint("  time  \(Self.time(record.duration))") + "\n")
    }

    /// Shows what the stages of a pipe gave.
    private func showStages(_ record: StepRecord, streamed: String) {
        let keys = (record.inputs["stages"]?.arrayValue ?? []).compactMap(\.stringValue)
        self.state.withLock { $0.stages.subtract(keys) }
        for key in keys {
            let id = String(key.split(separator: ".").last ?? "")
            let outputs = (record.outputs[id]?.objectValue ?? [:]).map { ($0, $1) }
            for (name, value) in Self.news(in: Dictionary(uniqueKeysWithValues: outputs), streamed: streamed) {
                self.show("out", "\(id).\(name)", value)
            }
        }
    }

    /// The outputs without what has been shown already, and what says nothing.
    private static func news(
        in outputs: [String: JSONValue], besides inputs: [String: JSONValue] = [:], streamed: String = ""
    ) -> [(key: String, value: JSONValue)] {
        outputs.sorted { $0.key < $1.key }.filter { _, value in
            if value.stringValue == streamed, !streamed.isEmpty { return false }
            return value != .null && value != [] && value != [:] && !inputs.values.contains(value)
        }
    }

    /// Shows a step in a loop in one line, as long as there are few.
    private func showTurnStep(_ record: StepRecord) {
        let line = self.state.withLock { state in
            state.loopLines += 1
            return state.loopLines
        }
        guard line <= Self.maximumLoopLines else { return }
        let value =
            Self.news(in: record.outputs, besides: record.inputs).first.map { "\($0.key): \(Self.brief($0.value))" }
            ?? ""
        self.write("  \(record.key.rawValue)  \(value)  \(self.style.faint(Self.time(record.duration)))\n")
        if line == Self.maximumLoopLines {
            self.write(self.style.faint("  … and so on; how far the loops are:") + "\n")
        }
    }

    /// Shows how far a loop is: each of few turns, some of many.
    private func showProgress(_ step: String, _ done: Int, _ count: Int?) {
        let stride = max(1, (count ?? 100) / 10)
        guard done == count || done.isMultiple(of: stride) else { return }
        self.write("  \(self.style.faint("\(step): \(done)\(count.map { " of \($0)" } ?? "") turns"))\n")
    }

    /// Shows an event: each of few that steps in loops tell, as with what these steps do.
    private func showEvent(_ emitted: EmittedEvent) {
        guard self.state.withLock({ $0.loopLines < Self.maximumLoopLines || !emitted.step.rawValue.isInLoop }) else {
            return
        }
        self.endStream()
        self.write("  event  \(self.style.strong("\(emitted.event.subject)")) \(Self.brief(emitted.event.payload))\n")
    }

    private func showDecision(_ record: StepRecord) {
        let confidence =
            record.outputs["confidence"]?.numberValue.map { ", confidence \($0.rounded(toPlaces: 2))" } ?? ""
        let task = record.outputs["task"]?.stringValue ?? "?"
        let source = record.outputs["source"]?.stringValue ?? "?"
        self.write("  out   task: \(self.style.strong(task))\(confidence), decided by \(source)\n")
        if let reason = record.outputs["explanation"] { self.show("out", "explanation", reason) }
    }

    private func show(_ direction: String, _ name: String, _ value: JSONValue) {
        let label = direction.padding(to: 4)
        self.write("  \(label)  \(self.style.faint("\(name):")) \(Self.brief(value))\n")
    }

    // MARK: - Text

    /// Ends the line of text that a model has written.
    @discardableResult
    private func endStream() -> String {
        let streamed = self.state.withLock { $0.streamed }
        if !streamed.isEmpty, !streamed.hasSuffix("\n") { self.write("\n") }
        return streamed
    }

    private func write(_ text: String) {
        guard !self.state.withLock({ $0.isClosed }) else { return }
        do { try Console.write(text) } catch { self.state.withLock { $0.isClosed = true } }
    }

    /// A value in one line.
    static func brief(_ value: JSONValue) -> String {
        if case .number(let number) = value { return number.rounded(toPlaces: 4).plain }
        let text = value.stringValue.map { JSONValue.string($0).serialized() } ?? value.serialized()
        let limit = 96
        guard text.count > limit else { return text }
        return text.prefix(limit) + "… (\(text.count) characters)"
    }

    private static func indented(_ text: String, isFirst: Bool) -> String {
        (isFirst ? "  text  " : "")
            + text.split(separator: "\n", omittingEmptySubsequences: false)
            .joined(separator: "\n        ")
    }

    /// A duration in a unit that suits it.
    static func time(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        if milliseconds >= 10_000 { return "\((milliseconds / 1000).rounded(toPlaces: 1)) s" }
        return "\(milliseconds.rounded(toPlaces: milliseconds < 10 ? 2 : 0).plain) ms"
    }
}

extension String {
    /// Whether this names a step inside a loop, such as `pages[3].ask`.
    fileprivate var isInLoop: Bool { self.contains("[") }
}

extension StepDeclaration {
    /// Whether this is a step without other steps in it that always runs.
    fileprivate var isPlain: Bool { if case .use = self.work { self.when == nil } else { false } }
}

extension Double {
    /// The number without a fraction of zero.
    fileprivate var plain: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}

extension String {
    /// The text with spaces behind it up to a length.
    func padding(to length: Int) -> String { self + String(repeating: " ", count: max(0, length - self.count)) }
}
