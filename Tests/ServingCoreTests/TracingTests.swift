// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import KServeProtocol
import LLMCore
import Observability
import OpenAutoGLMTesting
import ServingCore
import Synchronization
import Testing
import Tracing

/// Spans as they end.
final class SpanList: TelemetryReceiver {
    private let state = Mutex<[SpanRecord]>([])

    var all: [SpanRecord] { self.state.withLock { $0 } }

    func receive(_ span: SpanRecord) { self.state.withLock { $0.append(span) } }

    func named(_ name: String) -> [SpanRecord] { self.all.filter { $0.name == name } }

    /// What a span is made of.
    func parts(of span: SpanRecord) -> [String] {
        self.all.filter { $0.parentID == span.context.spanID }.map(\.name).sorted()
    }
}

@Suite("Spans of served models")
struct TracingTests {
    private let spans = SpanList()

    private func tracer(_ sampler: Sampler = .alwaysOn, tail: TailSampler? = nil) -> SpanTracer {
        SpanTracer(sampler: sampler, tail: tail, receivers: [self.spans])
    }

    /// Does something in a span, as a server does for each request.
    @discardableResult
    private static func asking<Value>(
        _ tracer: SpanTracer, _ name: String = "ask", _ body: () async throws -> Value
    ) async rethrows -> Value {
        let span = tracer.begin(name, kind: .server, parent: nil)
        defer { span.finish() }
        return try await ServiceContext.withValue(span.context) { try await body() }
    }

    /// Serves a model whose runs the test holds.
    private static func serve(
        _ model: some ModelBackend, _ tracer: SpanTracer?, _ more: String = "dynamic_batching { }",
        clock: ServingClock = ServingClock(), _ body: @escaping @Sendable (ModelRepository) async throws -> Void
    ) async throws {
        let folder = RepositoryFolder()
        try folder.write("held", Models.identity(more).replacing("\"identity\"", with: "\"held\""))
        try await Models.withRepository(folder, backends: [model], clock: clock, tracer: tracer) { repository in
            try await repository.load("held")
            try await body(repository)
        }
    }

    @Test("A request waits in one span and runs in another, both parts of the one that asks")
    func single() async throws {
        let tracer = self.tracer()
        try await Self.serve(AtOnce(), tracer) { repository in
            try await Self.asking(tracer) { _ = try await repository.infer(try Models.text("held")) }
        }
        let ask = try #require(self.spans.named("ask").first)
        #expect(self.spans.parts(of: ask) == ["execute held", "queue held"])
        let (queue, run) = (self.spans.named("queue held")[0], self.spans.named("execute held")[0])
        #expect(queue.end == run.start && queue.start <= queue.end && run.end <= ask.end)
        #expect(run.attributes["autoglm.model.name"] == "held" && run.attributes["autoglm.model.version"] == "1")
        #expect(run.attributes["autoglm.model.instance"] == 0 && run.attributes["autoglm.batch.size"] == 1)
        #expect(queue.attributes["autoglm.model.name"] == "held" && run.links.isEmpty && !run.isError)
    }

    @Test("Requests that run together have a span each, which are linked, and those of the model are the first one's")
    func batch() async throws {
        let (tracer, model) = (self.tracer(), HeldModel())
        try await Self.serve(model, tracer) { repository in
            var sizes = model.batches.makeAsyncIterator()
            let first = try repository.start(try Models.text("held"))
            _ = await sizes.next()
            // One of the batch is in no trace.
            var calls = [try repository.start(try Models.text("held"))]
            for index in 0..<3 {
                var request = try Models.text("held")
                request.id = index == 1 ? "fail" : ""
                let call = try await Self.asking(tracer, "ask \(index)") { try repository.start(request) }
                calls.append(call)
            }
            model.release()
            let size = await sizes.next()
            #expect(size == 4)
            model.release()
            for call in [first] + calls { _ = try? await call.response() }
        }
        let runs = self.spans.named("execute held")
        #expect(runs.count == 3 && self.spans.named("queue held").count == 3)
        for index in 0..<3 {
            let ask = try #require(self.spans.named("ask \(index)").first)
            #expect(self.spans.parts(of: ask) == ["execute held", "queue held"])
        }
        let leader = try #require(runs.first { $0.links.count == 2 })
        let others = runs.filter { $0.context.spanID != leader.context.spanID }
        #expect(others.map(\.links) == [[leader.context], [leader.context]])
        #expect(Set(leader.links) == Set(others.map(\.context)) && Set(runs.map(\.context.traceID)).count == 3)
        #expect(runs.allSatisfy { $0.attributes["autoglm.batch.requests"] == 4 })
        #expect(runs.filter(\.isError).map { $0.attributes["error.type"] } == ["serving.internal"])
    }

    @Test("What is not run has only waited, and says why")
    func refused() async throws {
        let (tracer, model, clock) = (self.tracer(), HeldModel(), HeldClock())
        let timeout = "dynamic_batching { default_queue_policy { default_timeout_microseconds: 1000 } }"
        try await Self.serve(model, tracer, timeout, clock: ServingClock(clock)) { repository in
            var sizes = model.batches.makeAsyncIterator()
            let first = try repository.start(try Models.text("held"))
            _ = await sizes.next()
            let late = try await Self.asking(tracer) { try repository.start(try Models.text("held")) }
            await clock.waitForSleepers(1)
            clock.advance(by: .milliseconds(1))
            await #expect(throws: ServingError.self) { try await late.response() }
            let gone = try await Self.asking(tracer) { try repository.start(try Models.text("held")) }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await #expect(throws: CancellationError.self) { try await gone.response() } }
                group.cancelAll()
            }
            model.release()
            _ = try await first.response()
        }
        let queued = self.spans.named("queue held")
        #expect(queued.map { $0.attributes["error.type"] } == ["serving.unavailable", "cancelled"])
        #expect(queued.map(\.isError) == [true, false] && self.spans.named("execute held").isEmpty)
    }

    @Test("What who asks runs by itself has not waited")
    func immediate() async throws {
        let (tracer, model) = (self.tracer(), NotingModel())
        try await Self.serve(model, tracer, clock: ServingClock(HeldClock())) { repository in
            try await NotingModel.$isAsking.withValue(true) {
                for _ in 0..<10_000 where !model.runs.withLock({ $0.last == true }) {
                    try await Self.asking(tracer) { _ = try await repository.infer(try Models.text("held")) }
                    await Task.yield()
                }
            }
        }
        let asks = self.spans.named("ask")
        #expect(self.spans.parts(of: try #require(asks.first)) == ["execute held", "queue held"])
        #expect(self.spans.parts(of: try #require(asks.last)) == ["execute held"])
    }

    @Test(
        "Spans are made of what may be kept only",
        arguments: [
            (Sampler.alwaysOn, nil, true, 3), (.alwaysOff, nil, true, 0), (.alwaysOn, nil, false, 0),
            // A trace that turns out to be slow has all of its parts.
            (.alwaysOff, TailSampler(slow: .zero), true, 3), (.alwaysOff, TailSampler(slow: .seconds(99)), true, 0),
        ] as [(Sampler, TailSampler?, Bool, Int)])
    func recorded(sampler: Sampler, tail: TailSampler?, isAsked: Bool, count: Int) async throws {
        let tracer = self.tracer(sampler, tail: tail)
        try await Self.serve(AtOnce(), tracer) { repository in
            guard isAsked else {
                _ = try await repository.infer(try Models.text("held"))
                return
            }
            try await Self.asking(tracer) { _ = try await repository.infer(try Models.text("held")) }
        }
        #expect(self.spans.all.count == count)
    }

    @Test("The models of an ensemble are parts of its run")
    func ensemble() async throws {
        let (folder, tracer) = (RepositoryFolder(), self.tracer())
        try folder.write("texts", Models.identity("dynamic_batching { }"))
        try folder.write(
            "whole",
            """
            platform: "ensemble" max_batch_size: 8
            input { name: "INPUT0" data_type: TYPE_STRING dims: [ -1 ] }
            output { name: "OUTPUT0" data_type: TYPE_STRING dims: [ -1 ] }
            ensemble_scheduling { step { model_name: "texts"
              input_map { key: "INPUT0" value: "INPUT0" } output_map { key: "OUTPUT0" value: "OUTPUT0" } } }
            """)
        try await Models.withRepository(folder, tracer: tracer) { repository in
            try await repository.load("whole")
            try await Self.asking(tracer) { _ = try await repository.infer(try Models.text("whole")) }
        }
        #expect(self.spans.parts(of: self.spans.named("ask")[0]) == ["execute whole"])
        let run = try #require(self.spans.named("execute whole").first)
        #expect(self.spans.parts(of: run) == ["execute texts", "queue texts"])
    }

    @Test("A language model's generation is a part of its run, whole and in pieces", arguments: [false, true])
    func languageModel(isStreamed: Bool) async throws {
        let tracer = self.tracer()
        let model = ScriptedModel(replies: ["Hello", .failure(LLMError(.unavailable, "Gone."))]).wrapped(in: [
            GenerationTelemetry(Telemetry(tracer: tracer), model: ModelIdentity(provider: "test", model: "m"))
        ])
        let configuration = try LanguageModelBackend.configuration(named: "text")
        let request = InferenceRequest(
            model: "text",
            inputs: [
                try KServeTensor("text_input", shape: [1], strings: ["Hi"]),
                try KServeTensor("stream", shape: [1], values: [isStreamed]),
            ])
        try await Models.withRepository(RepositoryFolder(), tracer: tracer) { repository in
            let source = ModelSource(configuration: configuration, version: 1, folder: "")
            repository.add(try await LanguageModelBackend { _ in model }.load(source), configuration: configuration)
            try await Self.asking(tracer) { try await repository.start(request).stream { _ in } }
            await #expect(throws: ServingError.self) {
                try await Self.asking(tracer) { try await repository.start(request).stream { _ in } }
            }
        }
        let runs = self.spans.named("execute text")
        #expect(runs.map { self.spans.parts(of: $0) } == [["chat m"], ["chat m"]])
        #expect(runs.map { $0.attributes["error.type"] } == [nil, "llm.unavailable"])
        #expect(self.spans.named("ask").map { self.spans.parts(of: $0) } == [["execute text"], ["execute text"]])
    }
}

/// A model that answers what it is asked, by itself.
private struct AtOnce: ServedModel, ModelBackend {
    let name = "held"

    func load(_ source: ModelSource) async throws -> any ServedModel { self }

    func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>] {
        requests.map { .success([$0.inputs[0]]) }
    }
}
