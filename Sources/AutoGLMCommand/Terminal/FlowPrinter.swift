// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFacade
internal import Synchronization

/// Shows a run step by step while it happens: what goes in, what comes out, how long it takes.
final class FlowPrinter: Sendable {
    private struct State {
        var stepNumber = 0
        var streamed = ""
        var isClosed = false
    }

    private let pipeline: Pipeline
    private let style = TextStyle()
    private let state = Mutex(State())

    /// Shows the beginning of a run.
    init(pipeline: Pipeline, model: String) {
        self.pipeline = pipeline
        let about = pipeline.description.isEmpty ? "" : ": \(pipeline.description)"
        self.write("\(self.style.strong(pipeline.name)) \(pipeline.version)\(about)\n")
        self.write(self.style.faint("model \(model)") + "\n")
    }

    /// Shows an event.
    func show(_ event: PipelineEvent) {
        switch event {
        case .started(let step, let uses, let inputs): self.start(step, uses, inputs)
        case .text(_, let delta):
            self.write(Self.indented(delta, isFirst: self.state.withLock { $0.streamed.isEmpty }))
            self.state.withLock { $0.streamed += delta }
        case .finished(let record): self.finish(record)
        case .failed(let step, _, let duration):
            self.endStream()
            self.write("  \(self.style.strong("failed"))  \(step) after \(Self.time(duration))\n")
        }
    }

    /// Shows the result.
    ///
    /// - Throws: ``Console/OutputClosed`` when nobody reads any more.
    func finish(_ result: PipelineResult) throws {
        let prompt = result.steps.compactMap(\.usage?.promptTokens).reduce(0, +)
        let completion = result.steps.compactMap(\.usage?.completionTokens).reduce(0, +)
        let tokens = prompt + completion == 0 ? "" : ", \(prompt) tokens read, \(completion) written"
        let steps = result.steps.count == 1 ? "1 step" : "\(result.steps.count) steps"
        self.write(
            "\n\(self.style.strong("result"))  " + self.style.faint("\(steps), \(Self.time(result.duration))\(tokens)"))
        self.write("\n")
        if self.state.withLock({ $0.isClosed }) { throw Console.OutputClosed() }
        try Console.line(result.output.serialized(indentation: 2))
    }

    // MARK: - Steps

    private func start(_ step: String, _ uses: String, _ inputs: [String: JSONValue]) {
        let number = self.state.withLock { state in
            state.stepNumber += 1
            state.streamed = ""
            return state.stepNumber
        }
        let kind = step == uses ? "" : " (\(uses))"
        self.write("\n\(number)/\(self.pipeline.steps.count) \(self.style.strong(step))\(kind)\n")
        let order = self.pipeline.steps.first { $0.id == step }?.with.map(\.name) ?? []
        for name in order { if let value = inputs[name] { self.show("in", name, value) } }
    }

    private func finish(_ record: StepRecord) {
        let streamed = self.endStream()
        if record.uses == "route" {
            self.showDecision(record)
        } else {
            for (name, value) in record.outputs.sorted(by: { $0.key < $1.key }) {
                // What has been shown already, and what says nothing, is left out.
                if value.stringValue == streamed, !streamed.isEmpty { continue }
                if value == .null || value == [] || value == [:] || record.inputs.values.contains(value) { continue }
                self.show("out", name, value)
            }
        }
        self.write(self.style.faint("  time  \(Self.time(record.duration))") + "\n")
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
        if !streamed.isEmpty { self.write("\n") }
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

extension Double {
    /// The number without a fraction of zero.
    fileprivate var plain: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}

extension String {
    /// The text with spaces behind it up to a length.
    func padding(to length: Int) -> String { self + String(repeating: " ", count: max(0, length - self.count)) }
}
