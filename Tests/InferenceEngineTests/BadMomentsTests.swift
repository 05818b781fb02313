// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine
import LLMCore
import ModelFiles
import TensorKernels
import Testing
import Tokenization
import TransformerRuntime

@Suite("Bad moments: nothing is lost, leaked or left hanging", .timeLimit(.minutes(20)))
struct BadMomentsTests {
    private static func job(_ seed: UInt64, length: Int, maxTokens: Int?) -> GenerationJob {
        GenerationJob(
            prompt: LocalEngine.prompt(seed, length: length), sampling: SamplingOptions(temperature: 1, seed: seed),
            maxTokens: maxTokens)
    }

    /// Everything that sequences held is back.
    private static func checkNothingLeaked(_ engine: LocalEngine) async throws {
        try await engine.waitUntilIdle()
        let usage = await engine.usage
        #expect(usage.usedPages == usage.rememberedPages && usage.usedPages <= usage.totalPages)
    }

    private static func responses(_ engine: LocalEngine, _ jobs: [GenerationJob]) async throws -> [GenerationResponse] {
        let streams = try jobs.map(engine.generate)
        return try await withThrowingTaskGroup(of: (Int, GenerationResponse).self) { group in
            for (index, stream) in streams.enumerated() { group.addTask { (index, try await stream.response()) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    @Test("A thousand requests at once on a small cache are all answered, as if each had been alone")
    func thousandRequests() async throws {
        let engine = try TinyEngine.open(TinyEngine.with { ($0.cacheTokens, $0.maximumSequences) = (640, 32) })
        let jobs = (0..<1000).map { Self.job(UInt64($0), length: 20 + $0 % 90, maxTokens: 6) }
        let responses = try await Self.responses(engine, jobs)
        #expect(responses.allSatisfy { $0.tokens.count == 6 })
        let alone = try TinyEngine.open()
        for index in stride(from: 0, to: 1000, by: 50) {
            #expect(try await alone.response(jobs[index]).tokens == responses[index].tokens)
        }
        try await Self.checkNothingLeaked(engine)
    }

    @Test(
        "Sequences that outgrow the cache together take turns, and none notices",
        arguments: [256, 320, 512], [true, false])
    func outgrown(cacheTokens: Int, prefixCache: Bool) async throws {
        let engine = try TinyEngine.open(
            TinyEngine.with { ($0.cacheTokens, $0.prefixCache, $0.contextLength) = (cacheTokens, prefixCache, 200) })
        let jobs = (0..<8).map { Self.job(UInt64($0), length: 30, maxTokens: 150) }
        let responses = try await Self.responses(engine, jobs)
        let alone = try TinyEngine.open()
        for (job, response) in zip(jobs, responses) {
            #expect(try await alone.response(job).tokens == response.tokens)
        }
        try await Self.checkNothingLeaked(engine)
    }

    @Test("Every client goes away in the middle of its answer")
    func everyoneCancels() async throws {
        let engine = try TinyEngine.open(TinyEngine.with { $0.cacheTokens = 1024 })
        await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<100 {
                group.addTask {
                    var job = Self.job(UInt64(index), length: 10 + index % 60, maxTokens: nil)
                    job.overflow = .slide(keeping: 4)
                    var count = 0
                    for try await event in try engine.generate(job) {
                        if case .text(let delta) = event { count += delta.tokens.count }
                        if count > index % 7 { break }
                    }
                }
            }
        }
        try await Self.checkNothingLeaked(engine)
        #expect(try await engine.response(Self.job(1, length: 10, maxTokens: 5)).tokens.count == 5)
    }

    @Test("A cache too small for a request refuses it with the sizes", arguments: [1, 64, 100])
    func smallCache(cacheTokens: Int) async throws {
        let engine = try TinyEngine.open(TinyEngine.with { $0.cacheTokens = cacheTokens })
        let error = #expect(throws: EngineError.self) {
            _ = try engine.generate(Self.job(1, length: 120, maxTokens: 1))
        }
        #expect(error?.code == .contextOverflow && error?.message.contains("120") == true)
        if cacheTokens > 20 {
            let response = try await engine.response(Self.job(1, length: 20, maxTokens: nil))
            #expect(response.tokens.count == cacheTokens - 20 && response.summary.finishReason == .length)
        }
        try await Self.checkNothingLeaked(engine)
    }

    @Test("A context that slides goes on past its end, however the work is cut")
    func slidingContext() async throws {
        var job = Self.job(3, length: 300, maxTokens: 500)
        job.overflow = .slide(keeping: 16)
        var found: Set<[Int]> = []
        for (batch, prefixCache) in [(256, true), (16, true), (50, false)] {
            let engine = try TinyEngine.open(
                TinyEngine.with { ($0.contextLength, $0.batchTokens, $0.prefixCache) = (128, batch, prefixCache) })
            let response = try await engine.response(job)
            #expect(response.tokens.count == 500 && response.summary.finishReason == .length)
            #expect(response.summary.usage.promptTokens == 300)
            found.insert(response.tokenIDs)
            try await Self.checkNothingLeaked(engine)
        }
        #expect(found.count == 1)
    }

    @Test("A deadline that has passed, or passes, ends the request with an error")
    func deadlines() async throws {
        let engine = try TinyEngine.open(TinyEngine.with { $0.maximumSequences = 1 })
        var endless = Self.job(1, length: 10, maxTokens: nil)
        endless.overflow = .slide(keeping: 0)
        for delay in [.zero, .milliseconds(30)] as [Duration] {
            endless.deadline = .now.advanced(by: delay)
            let error = await #expect(throws: LLMError.self) { try await engine.response(endless) }
            #expect(error?.code == .deadlineExceeded)
        }
        try await Self.checkNothingLeaked(engine)
    }

    @Test("A model file that is truncated or deleted while it is open does not disturb the engine")
    func fileGone() async throws {
        let url = try TinyEngine.ownFile()
        defer { try? FileManager.default.removeItem(at: url) }
        let engine = try LocalEngine(path: url.path, configuration: TinyEngine.with { _ in })
        let job = Self.job(1, length: 40, maxTokens: 20)
        let before = try await engine.response(job)
        try FileHandle(forWritingTo: url).truncate(atOffset: 100)
        #expect(try await engine.response(Self.job(2, length: 40, maxTokens: 20)).tokens.count == 20)
        try FileManager.default.removeItem(at: url)
        #expect(try await engine.response(job).tokens == before.tokens)
    }

    @Test("A model file that is truncated between opening and loading is an error, not a crash")
    func fileTruncated() throws {
        let url = try TinyEngine.ownFile()
        defer { try? FileManager.default.removeItem(at: url) }
        let file = try GGUFFile(path: url.path)
        try FileHandle(forWritingTo: url).truncate(atOffset: 5000)
        let error = #expect(throws: ModelFileError.self) {
            try TransformerModel(file: file, pool: WorkerPool(count: 1))
        }
        #expect(error?.code == .truncated && error?.message.contains("became shorter") == true)
    }

    @Test("A client that waits for each answer always finds its place free again")
    func placeIsFree() async throws {
        let engine = try TinyEngine.open(
            TinyEngine.with { ($0.maximumSequences, $0.maximumQueuedRequests) = (1, 0) })
        for seed in 0..<300 as Range<UInt64> {
            let response = try await engine.response(Self.job(seed % 5, length: 10, maxTokens: 1))
            #expect(response.tokens.count == 1)
        }
    }

    @Test("A long scoring lets others have their turn, and their deadlines")
    func longScoring() async throws {
        let engine = try TinyEngine.open()
        let continuations = (0..<2000).map { LocalEngine.prompt(UInt64($0), length: 100) }
        let order = try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                let scores = try await engine.score(prompt: [1, 2, 3], continuations: continuations)
                #expect(scores.count == 2000)
                return "scores"
            }
            group.addTask {
                let response = try await engine.response(Self.job(1, length: 10, maxTokens: 20))
                #expect(response.tokens.count == 20)
                return "answer"
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(order == ["answer", "scores"])
        try await Self.checkNothingLeaked(engine)
    }

    @Test(
        "Stop strings without bounds and contexts too small to slide are refused",
        arguments: [
            (Array(repeating: "a", count: 65), ContextOverflow.stop, "stop strings"),
            ([String(repeating: "a", count: 257)], .stop, "stop strings"),
            ([], .slide(keeping: 1), "too small to slide"),
        ])
    func refused(stop: [String], overflow: ContextOverflow, said: String) throws {
        let engine = try TinyEngine.open(TinyEngine.with { $0.contextLength = 3 })
        var job = Self.job(1, length: 2, maxTokens: 1)
        (job.stop, job.overflow) = (stop, overflow)
        let error = #expect(throws: LLMError.self) { _ = try engine.generate(job) }
        #expect(error?.code == .invalidRequest && error?.message.contains(said) == true)
    }

    @Test("The smallest context that slides goes on and on")
    func smallestContext() async throws {
        let engine = try TinyEngine.open(TinyEngine.with { $0.contextLength = 4 })
        var job = Self.job(1, length: 30, maxTokens: 50)
        job.overflow = .slide(keeping: 3)
        #expect(try await engine.response(job).tokens.count == 50)
    }

    @Test("Two engines in one process do not disturb each other")
    func twoEngines() async throws {
        let engines = [try TinyEngine.open(), try TinyEngine.open(TinyEngine.with { $0.threads = 2 })]
        let jobs = (0..<6).map { Self.job(UInt64($0), length: 40, maxTokens: 20) }
        async let first = Self.responses(engines[0], jobs)
        async let second = Self.responses(engines[1], jobs)
        #expect(try await first.map(\.tokens) == (try await second.map(\.tokens)))
        for engine in engines { try await Self.checkNothingLeaked(engine) }
    }

    @Test("A request is refused while the queue is full, and a group of completions as a whole")
    func fullQueue() async throws {
        let engine = try TinyEngine.open(
            TinyEngine.with { ($0.maximumSequences, $0.maximumQueuedRequests) = (1, 4) })
        var endless = Self.job(1, length: 10, maxTokens: nil)
        endless.overflow = .slide(keeping: 0)
        var first = try engine.generate(endless, completions: 4)
        let error = #expect(throws: EngineError.self) { _ = try engine.generate(endless, completions: 2) }
        #expect(error?.code == .queueFull)
        first.append(try engine.generate(endless))
        first = []
        try await engine.waitUntilIdle()
        #expect(await engine.usage.queuedRequests == 0)
        let streams = try engine.generate(Self.job(1, length: 10, maxTokens: 5), completions: 5)
        for stream in streams { #expect(try await stream.response().tokens.count == 5) }
        try await Self.checkNothingLeaked(engine)
    }

    @Test("An engine that is let go of in the middle of an answer ends it")
    func droppedEngine() async throws {
        var engine: LocalEngine? = try TinyEngine.open()
        let stream = try #require(try engine?.generate(Self.job(1, length: 10, maxTokens: 200)))
        engine = nil
        let response = try await stream.response()
        #expect(response.tokens.count == 200)
    }
}
