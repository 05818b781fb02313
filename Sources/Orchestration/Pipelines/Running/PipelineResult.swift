// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
public import LLMCore

/// What came out of a run.
public struct PipelineResult: Sendable {
    /// The output.
    public var output: JSONValue
    /// What the steps did, in the order they ended; of a long run the first, see ``PipelineRunner/recordLimit``.
    public var steps: [StepRecord]
    /// How many steps ended, those recorded before included.
    public var stepCount: Int
    /// The events that steps told, as many as steps; those told in an earlier attempt to run included.
    public var events: [EmittedEvent] = []
    /// The tokens of all model calls.
    public var usage: TokenUsage
    /// How long the run took.
    public var duration: Duration
}

/// What a step did.
public struct StepRecord: Sendable {
    /// The step's id.
    public var id: String
    /// The name of this execution of the step, such as `pages[12].ask`.
    public var key: StepKey
    /// The kind of step.
    public var uses: String
    /// What it was given.
    public var inputs: [String: JSONValue]
    /// What it gave.
    public var outputs: [String: JSONValue]
    /// How long it took.
    public var duration: Duration
    /// The tokens of its model calls; nil if it made none.
    public var usage: TokenUsage?
    /// Whether it was done in an earlier attempt to run, and its outputs come from the journal.
    public var wasRecorded = false
}

/// An event that a step told the bus.
public struct EmittedEvent: Sendable, Hashable {
    /// The step that told it.
    public var step: StepKey
    /// The event.
    public var event: Event

    init(step: StepKey, event: Event) {
        self.step = step
        self.event = event
    }

    /// The event behind a recorded outcome; nil where the step was no `emit`, or did not end well.
    public init?(_ call: StepCall, _ outcome: StepOutcome) {
        guard call.uses == "emit", case .finished(let outputs, _) = outcome, let id = outputs["id"]?.stringValue,
            let subject = outputs["subject"]?.stringValue.flatMap({ try? EventSubject($0) })
        else { return nil }
        self.init(step: call.key, event: Event(id: id, subject: subject, payload: outputs["payload"] ?? .null))
    }
}

/// Something that happens during a run; steps are named by their keys, such as `ask` or `pages[12].ask`.
public enum PipelineEvent: Sendable {
    /// A step begins.
    case started(step: String, uses: String, inputs: [String: JSONValue])
    /// A step's model generated more text.
    case text(step: String, delta: String)
    /// A step told an event.
    case emitted(EmittedEvent)
    /// A step ended well.
    case finished(StepRecord)
    /// A step's condition did not hold.
    case skipped(step: String)
    /// A loop has ended so many of its turns; of a `while` loop nobody knows how many there will be.
    case progress(step: String, done: Int, of: Int?)
    /// An attempt failed, and another follows.
    case retrying(step: String, attempt: Int, error: any Error, wait: Duration)
    /// A step waits for an answer.
    case waiting(PendingAnswer)
    /// A step failed; the run fails with it unless a `try` around it catches that.
    case failed(step: String, error: any Error, duration: Duration)
}
