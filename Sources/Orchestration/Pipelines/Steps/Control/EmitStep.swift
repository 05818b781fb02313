// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
public import LLMCore

/// Tells an event to whoever subscribed to its subject, and to whoever watches the run.
public struct EmitStep: PipelineStep {
    private let bus: any EventBus

    /// Makes the step.
    ///
    /// - Parameter bus: What brings the events to their subscribers.
    public init(bus: any EventBus) { self.bus = bus }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "emit", summary: "Tells an event to whoever subscribed to its subject.",
            inputs: [
                StepPort("subject", .string, "What it is about, such as documents.read.", isRequired: true),
                StepPort("payload", .any, "What there is to say; null if not given."),
            ],
            outputs: [
                StepPort("id", .string, "The event's name, the same if the step is done again after a crash."),
                StepPort("subject", .string, "What it was about."), StepPort("payload", .any, "What there was to say."),
            ])
    }

    /// Checks the subject.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        guard let subject = inputs.literals["subject"]?.stringValue else { return [] }
        do {
            _ = try EventSubject(subject)
            return []
        } catch { return [.init("subject", (error as? any CodedError)?.message ?? "\(error)")] }
    }

    /// Publishes the event.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let event = Event(
            id: context.idempotencyKey, subject: try EventSubject(inputs.requiredString("subject")),
            payload: inputs["payload"] ?? .null)
        try await self.bus.publish(event)
        context.emit(event)
        return ["id": .string(event.id), "subject": .string("\(event.subject)"), "payload": event.payload]
    }
}
