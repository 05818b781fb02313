// SPDX-License-Identifier: Apache-2.0

import KServeProtocol
import OpenAutoGLMTesting
import ServingCore
import Synchronization
import Testing

/// A model that notes who runs it.
final class NotingModel: ImmediateModel, ModelBackend {
    /// Whether the code runs in the task that asks, and not in an instance's.
    @TaskLocal static var isAsking = false

    let name = "held"
    /// Who ran each batch: true for who asked.
    let runs = Mutex<[Bool]>([])
    private let work: @Sendable (InferenceRequest) -> Void

    init(_ work: @escaping @Sendable (InferenceRequest) -> Void = { _ in }) { self.work = work }

    func load(_ source: ModelSource) async throws -> any ServedModel { self }

    func answer(_ requests: [InferenceRequest], instance: Int) -> [Result<[KServeTensor], any Error>] {
        self.runs.withLock { $0.append(Self.isAsking) }
        requests.forEach(self.work)
        return requests.map { .success([$0.inputs[0]]) }
    }
}

/// How requests ended.
private final class Answers: Sendable {
    private let state = Mutex<[Result<InferenceResponse, any Error>]>([])
    var all: [Result<InferenceResponse, any Error>] { self.state.withLock { $0 } }
    func add(_ answer: Result<InferenceResponse, any Error>) { self.state.withLock { $0.append(answer) } }
}

@Suite("Models that answer at once")
struct ImmediateModelTests {
    private static let configuration = Models.identity("dynamic_batching { }").replacing(
        "\"identity\"", with: "\"held\"")

    /// Serves a model while the body asks it.
    private func serve(
        _ model: NotingModel, _ clock: HeldClock, _ body: @escaping @Sendable (ModelRepository) async throws -> Void
    ) async throws {
        let folder = RepositoryFolder()
        try folder.write("held", Self.configuration)
        try await Models.withRepository(folder, backends: [model], clock: ServingClock(clock)) { repository in
            try await repository.load("held")
            try await NotingModel.$isAsking.withValue(true) { try await body(repository) }
        }
    }

    @Test("The first run is an instance's; once runs are known to be brief, who asks runs the model")
    func brief() async throws {
        let model = NotingModel()
        try await self.serve(model, HeldClock()) { repository in
            let request = try Models.text("held")
            // The instance is free again a moment after its answer.
            for _ in 0..<10_000 where !model.runs.withLock({ $0.last == true }) {
                #expect(try await repository.infer(request).outputs == request.inputs)
                await Task.yield()
            }
            let runs = model.runs.withLock(\.self)
            #expect(runs.first == false)
            #expect(runs.last == true)
            #expect(try repository.model(named: "held").statistics.snapshot.executions == runs.count)
        }
    }

    @Test("Runs that take long are left to the instance")
    func long() async throws {
        let clock = HeldClock()
        let model = NotingModel { _ in clock.advance(by: .milliseconds(1)) }
        try await self.serve(model, clock) { repository in
            for _ in 0..<50 {
                _ = try await repository.infer(try Models.text("held"))
                await Task.yield()
            }
            #expect(model.runs.withLock { $0 == Array(repeating: false, count: 50) })
        }
    }

    /// Asks until runs are known to be brief.
    private func warmUp(_ repository: ModelRepository) async throws {
        for _ in 0..<10_000 where repository.briefModel(named: "held") == nil {
            _ = try await repository.infer(try Models.text("held"))
        }
    }

    @Test("What is refused is let go of, with all that its asker holds")
    func refused() async throws {
        final class Held: Sendable {}
        try await self.serve(NotingModel(), HeldClock()) { repository in
            try await self.warmUp(repository)
            let model = try #require(repository.briefModel(named: "held"))
            let job = try #require(model.job(forAnsweringAtOnce: try Models.text("held")))
            try await repository.unload("held")
            var held: Held? = Held()
            weak let known = held
            let refused = repository.start([(model, job)]) { [held] _, _ in withExtendedLifetime(held) {} }
            held = nil
            #expect(refused == [0] && known == nil)
        }
    }

    @Test("What is taken back ends as cancelled, and is counted so")
    func cancelled() async throws {
        let (clock, answers) = (HeldClock(), Answers())
        let folder = RepositoryFolder()
        let waiting = "dynamic_batching { preferred_batch_size: [ 2 ] max_queue_delay_microseconds: 60000000 }"
        try folder.write("held", Self.configuration.replacing("dynamic_batching { }", with: waiting))
        try await Models.withRepository(folder, backends: [NotingModel()], clock: ServingClock(clock)) { repository in
            try await repository.load("held")
            for _ in 0..<10_000 where repository.briefModel(named: "held") == nil {
                async let other = repository.infer(try Models.text("held"))
                _ = try await (repository.infer(try Models.text("held")), other)
            }
            let model = try #require(repository.briefModel(named: "held"))
            let job = try #require(model.job(forAnsweringAtOnce: try Models.text("held")))
            let refused = repository.start([(model, job)]) { _, result in answers.add(result) }
            #expect(refused.isEmpty && answers.all.isEmpty)
            model.cancel(job)
            model.cancel(job)
            #expect(answers.all.count == 1)
            #expect(throws: CancellationError.self) { try answers.all[0].get() }
            #expect(model.statistics.snapshot.failures[.cancelled] == 1)
        }
    }

    @Test("What comes while who asks runs the model is answered next")
    func follower() async throws {
        let calls = Mutex<[InferenceCall]>([])
        let served = Mutex<ModelRepository?>(nil)
        let model = NotingModel { request in
            guard request.id == "first", NotingModel.isAsking, let repository = served.withLock(\.self) else { return }
            let call = Result { try repository.start(try Models.text("held", "second")) }
            calls.withLock { $0 += (try? call.get()).map { [$0] } ?? [] }
        }
        try await self.serve(model, HeldClock()) { repository in
            served.withLock { $0 = repository }
            defer { served.withLock { $0 = nil } }
            var first = try Models.text("held", "first")
            first.id = "first"
            for _ in 0..<10_000 where calls.withLock(\.isEmpty) {
                #expect(try await repository.infer(first).outputs == first.inputs)
                await Task.yield()
            }
            let known = calls.withLock(\.first)
            let call = try #require(known)
            #expect(try await call.response().outputs == (try Models.text("held", "second")).inputs)
        }
    }
}
