// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EventMessaging
internal import LLMCore
internal import ModelFacade

/// Which events begin runs, and where they come from.
struct TriggerOptions: ParsableArguments {
    @Option(
        help: """
            The event bus: memory, or the URL of a NATS server such as nats://127.0.0.1:4222 (default: AUTOGLM_BUS, \
            else 'bus' of the configuration, else memory).
            """)
    var bus: String?

    @Option(
        name: .customLong("on"),
        help: ArgumentHelp(
            "Run a pipeline for each event of some subjects; may be given several times.",
            valueName: "subject=pipeline.yaml"))
    var triggers: [String] = []

    func validate() throws {
        for trigger in self.triggers where !trigger.contains("=") {
            throw ValidationError("--on is '\(trigger)'; write SUBJECT=PIPELINE.yaml.")
        }
    }

    /// What begins the runs; nil where nothing does.
    ///
    /// - Throws: What is wrong with a subject or a pipeline.
    func triggers(_ registry: StepRegistry, _ bus: ProgramBus, _ store: OpenStore) throws -> EventTriggers? {
        guard !self.triggers.isEmpty else { return nil }
        let triggers = try self.triggers.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ValidationError("--on is '\(text)'; write SUBJECT=PIPELINE.yaml.") }
            let pipeline = try PipelineFile.read(parts[1], registry: registry)
            return RunTrigger(
                ProgramBus.name(pipeline.name), try EventPattern(parts[0]), pipeline,
                try PipelineFile.source(of: pipeline, at: parts[1]))
        }
        return EventTriggers(triggers, bus: bus.bus, store: store.runs, queue: store.queue, onNotice: Self.note)
    }

    private static func note(_ notice: EventTriggers.Notice) {
        switch notice {
        case .began(let run, let event, let trigger):
            Console.note("began \(run) of \(trigger) for the event \(event.id)")
        case .refused(let event, let trigger, let error):
            Console.note("The event \(event.id) cannot begin a run of \(trigger): \(error)")
        case .failed(let trigger, let error): Console.note("Events of \(trigger) cannot be taken now: \(error)")
        }
    }
}
