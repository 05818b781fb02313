// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
public import LLMCore

/// A pipeline that begins with each event of some subjects.
public struct RunTrigger: Sendable {
    /// Names the trigger among those of a store and a bus: letters, digits, `-` and `_`.
    public var name: String
    /// The subjects.
    public var pattern: EventPattern
    /// The pipeline.
    public var pipeline: Pipeline
    /// The pipeline as it is stored with its runs.
    public var source: PipelineSource
    /// On whose behalf its runs are.
    public var tenant: String
    /// Before which others of the tenant they come.
    public var priority: Int

    /// The input that gets the whole event: `id`, `subject`, `payload`, `headers`, `schema_version`.
    public static let eventInput = "event"

    /// Describes a trigger.
    public init(
        _ name: String, _ pattern: EventPattern, _ pipeline: Pipeline, _ source: PipelineSource,
        tenant: String = "default", priority: Int = 0
    ) {
        self.name = name
        self.pattern = pattern
        self.pipeline = pipeline
        self.source = source
        self.tenant = tenant
        self.priority = priority
    }

    /// The inputs of the run for an event: each is the payload's member of its name; `event` is the whole event.
    ///
    /// - Throws: ``PipelineError`` where the pipeline needs others.
    public func inputs(for event: Event) throws -> [String: JSONValue] {
        var inputs: [String: JSONValue] = [:]
        for input in self.pipeline.inputs {
            if input.name == Self.eventInput {
                inputs[input.name] = Self.json(event)
            } else if let value = event.payload[input.name] {
                inputs[input.name] = value
            }
        }
        try self.pipeline.check(inputs: inputs)
        return inputs
    }

    private static func json(_ event: Event) -> JSONValue {
        let headers = Dictionary(
            uniqueKeysWithValues: event.headers.pairs.map { ($0.name, JSONValue.string($0.value)) })
        return [
            "id": .string(event.id), "subject": .string("\(event.subject)"), "payload": event.payload,
            "headers": JSONValue(sorted: headers), "schema_version": .integer(event.schemaVersion),
        ]
    }

    /// How often an event is tried: with growing pauses, up to about a minute, as long as the stream keeps it.
    static let maximumDeliveries = 10_000

    /// What brings the trigger's events.
    var consumer: EventConsumerConfiguration {
        EventConsumerConfiguration(self.name, maximumDeliveries: Self.maximumDeliveries)
    }

    /// The stream that keeps the trigger's events, also when they have their runs, and drops the oldest over its limits.
    var stream: EventStreamConfiguration { .keeping(self.pattern) }
}
