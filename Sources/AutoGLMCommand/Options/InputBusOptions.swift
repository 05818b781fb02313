// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EventMessaging
internal import Foundation
internal import InputsMessaging
internal import LLMCore
internal import MultimodalInputs

/// Inputs that come from an event bus, and what was found in inputs that goes to one.
struct InputBusOptions: ParsableArguments {
    @Option(
        name: .customLong("from-bus"),
        help: ArgumentHelp(
            "Take what is told on some subjects, also what was told while nobody ran; may be given several times.",
            valueName: "subject"))
    var subjects: [String] = []

    @Flag(help: "Take from the bus only what is told from now on, without a stream that keeps it.")
    var live = false

    @Option(
        name: .customLong("to-bus"),
        help: ArgumentHelp(
            "Tell what was found: events on SUBJECT.input, windows on SUBJECT.window, failures on SUBJECT.failed.",
            valueName: "subject"))
    var target: String?

    @Option(help: "The event bus: the URL of a NATS server such as nats://127.0.0.1:4222 (default: AUTOGLM_BUS).")
    var bus: String?

    func validate() throws {
        let patterns = try self.subjects.map { subject in
            do { return try EventPattern(subject) } catch let error as EventError {
                throw ValidationError("--from-bus: \(error.message)")
            }
        }
        guard let target else { return }
        do {
            for kind in FoundInputs.Kind.allCases {
                let subject = try kind.subject(under: target)
                guard !patterns.contains(where: { $0.matches(subject) }) else {
                    throw ValidationError("--from-bus takes what --to-bus tells on '\(subject)'; that would never end.")
                }
            }
        } catch let error as EventError {
            throw ValidationError("--to-bus: \(error.message)")
        }
    }

    /// The bus; nil where it is not needed.
    ///
    /// - Throws: What is wrong with its URL.
    func open() throws -> ProgramBus? {
        guard !self.subjects.isEmpty || self.target != nil else { return nil }
        let bus = try ProgramBus(self.bus)
        guard !bus.isInProcess else {
            throw ValidationError(
                "--from-bus and --to-bus need a server: --bus nats://HOST:PORT, or the same in AUTOGLM_BUS.")
        }
        return bus
    }

    /// Where what was found goes; nil where nobody is told.
    func found(_ bus: ProgramBus?) -> FoundInputs? {
        guard let target, let bus else { return nil }
        return FoundInputs(under: target, on: bus.bus)
    }

    /// What brings inputs, prepared so that nothing told from now on is missed.
    ///
    /// - Parameter table: The routing table's file, which names the reader.
    /// - Throws: `EventError`, as where the server keeps no streams.
    func inputs(_ bus: ProgramBus?, table: String) async throws -> BusInputs {
        var inputs = BusInputs()
        guard let bus else { return inputs }
        let name = ProgramBus.name("inputs-" + URL(fileURLWithPath: table).deletingPathExtension().lastPathComponent)
        for pattern in try self.subjects.map({ try EventPattern($0) }) {
            if self.live {
                inputs.live.append(try await LiveInputs(pattern, of: bus.bus))
            } else {
                let durable = DurableInputs(pattern, of: bus.bus, as: name) { error in
                    Console.note(
                        "The event bus cannot be used now: \((error as? any CodedError)?.message ?? "\(error)")")
                }
                try await durable.prepare()
                inputs.durable.append(durable)
            }
        }
        return inputs
    }
}

/// What brings inputs from a bus.
struct BusInputs: Sendable {
    var live: [LiveInputs] = []
    var durable: [DurableInputs] = []

    /// How many were lost because they came faster than they were taken.
    var droppedCount: Int { self.live.reduce(0) { $0 + $1.droppedCount } }

    /// Takes inputs until nothing new has come for a while; nil for never.
    func run(
        into queue: InputQueue, untilIdle idle: Duration?,
        onFailure: @escaping @Sendable (String, any Error) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for inputs in self.live {
                group.addTask { try await inputs.run(into: queue, untilIdle: idle, onFailure: onFailure) }
            }
            for inputs in self.durable {
                group.addTask { try await inputs.run(into: queue, untilIdle: idle, onFailure: onFailure) }
            }
            try await group.waitForAll()
        }
    }

    /// Acknowledges what was handled, until ``finish()``.
    func acknowledge() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for inputs in self.durable { group.addTask { try await inputs.acknowledge() } }
            try await group.waitForAll()
        }
    }

    /// Says that nothing more will be handled.
    func finish() { for inputs in self.durable { inputs.finish() } }
}
