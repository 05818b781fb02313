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
