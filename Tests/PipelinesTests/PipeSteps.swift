// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Synchronization

/// Something that one task waits for and another tells.
final class Signal: Sendable {
    /// Something that never happens.
    static let never = Signal()

    private let (stream, continuation) = AsyncStream<Void>.makeStream()

    func tell() { self.continuation.finish() }

    /// Waits until it was told.
    func wait() async throws {
        for await _ in self.stream {}
        try Task.checkCancellation()
    }
}

/// Sends numbers, one after the other, and notes that it began and how it ended.
struct CountStep: StreamingStep {
    let deeds: Deeds
    /// Done before each number is sent.
    var before: @Sendable (Int) async throws -> Void = { _ in }
    let definition = StepDefinition(
        name: "count", summary: "Counts.", inputs: [StepPort("to", .integer, "How far.", isRequired: true)],
        outputs: [StepPort("numbers", .array, "The numbers.", isStream: true), StepPort("last", .integer, "The last.")])

    func run(_ inputs: StepInputs, flow: StepFlow, context: StepContext) async throws -> [String: JSONValue] {
        _ = self.deeds.add("\(context.key.rawValue) begins")
        let count = inputs["to"]?.integerValue ?? 0
        do {
            for number in 0..<count {
                try await self.before(number)
                try await flow.send(.integer(number))
            }
        } catch {
            _ = self.deeds.add("\(context.key.rawValue) is ended by \(type(of: error))")
            throw error
        }
        return ["last": .integer(count - 1)]
    }
}

extension TestRun {
    /// A runner of pipelines that count in a pipe.
    func piping(before: @escaping @Sendable (Int) async throws -> Void = { _ in }) -> StepRegistry {
        var registry = self.registry
        for step in [CountStep(deeds: self.deeds, before: before), SplitStep(), GenerateStep()] as [any PipelineStep] {
            registry.register(step)
        }
        return registry
    }
}
