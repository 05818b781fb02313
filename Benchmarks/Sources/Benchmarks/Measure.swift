// SPDX-License-Identifier: Apache-2.0

internal import AllocationCounter
internal import InferenceEngine
internal import LLMCore
internal import Tokenization
internal import TransformerRuntime

/// Something that is done a number of times after a warm-up, and what one time takes.
struct Measure: Sendable {
    struct Result {
        let allocations: Double
        /// Of the calling thread only; nil where the processor's counters cannot be read.
        let instructions: Double?
    }

    let name: String
    let run: @Sendable (Subject) async throws -> Result

    static let all: [Self] = [
        Self(name: "forward pass, decode, 1 sequence") { try $0.decode(sequences: 1) },
        Self(name: "forward pass, decode, 16 sequences") { try $0.decode(sequences: 16) },
        Self(name: "forward pass, prefill of 256 tokens") { try $0.prefill(tokens: 256) },
        Self(name: "sampler, greedy") { try $0.sample(.greedy) },
        Self(name: "sampler, top-p and top-k") { try $0.sample(SamplingOptions(temperature: 0.8, topK: 40, seed: 1)) },
        Self(name: "sampler, penalties") {
            try $0.sample(SamplingOptions(temperature: 0.8, repetitionPenalty: 1.1, seed: 1))
        },
        Self(name: "engine, a token of an answer") { try await $0.generate() },
    ]

    /// Counts what `times` calls of a body take, and divides.
    static func count(times: Int, _ body: () throws -> Void) rethrows -> Result {
        let counter = alc_open_instructions()
        let (allocations, instructions) = (alc_count(), alc_read_instructions(counter))
        for _ in 0..<times { try body() }
        return Result(
            allocations: Double(alc_count() - allocations) / Double(times),
            instructions: counter < 0
                ? nil : Double(alc_read_instructions(counter) - instructions) / Double(times))
    }
}

extension Subject {
    func decode(sequences: Int) throws -> Measure.Result {
        let caches = (0..<sequences).map { _ in KVCache(model: self.model, capacity: 256) }
        let token: [TokenID] = [5]
        func step() throws {
            self.batch.clear()
            for cache in caches { self.batch.append(token[...], of: cache, logits: .last) }
            try self.forward.run(self.batch)
        }
        // Pages are taken every 64 tokens; what is counted lies inside one.
        for _ in 0..<70 { try step() }
        return try Measure.count(times: 20, step)
    }

    func prefill(tokens: Int) throws -> Measure.Result {
        let prompt = [TokenID](repeating: 5, count: tokens)
        let cache = KVCache(model: self.model, capacity: 256)
        func step() throws {
            self.batch.clear()
            self.batch.append(prompt[...], of: cache, logits: .last)
            try self.forward.run(self.batch)
            cache.truncate(to: 0)
        }
        try step()
        // The pages of the prompt: each is an object, its memory comes from the pool.
        return try Measure.count(times: 3, step)
    }

    func sample(_ options: SamplingOptions) throws -> Measure.Result {
        var sampler = Sampler(options: options, prompt: self.prompt)
        let cache = KVCache(model: self.model, capacity: 256)
        self.batch.clear()
        self.batch.append(self.prompt[...], of: cache, logits: .last)
        try self.forward.run(self.batch)
        let original = Array(self.forward.logits(0))
        var logits = original
        func step() {
            logits.withUnsafeMutableBufferPointer { buffer in
                original.withUnsafeBufferPointer { _ = buffer.update(from: $0) }
                _ = sampler.sample(buffer)
            }
        }
        for _ in 0..<50 { step() }
        return Measure.count(times: 100, step)
    }

    func generate() async throws -> Measure.Result {
        func allocations(tokens: Int) async throws -> UInt64 {
            let before = alc_count()
            let job = GenerationJob(prompt: self.prompt, maxTokens: tokens)
            let response = try await self.engine.generate(job).response()
            precondition(response.tokens.count == tokens, "the answer must not end before")
            return alc_count() - before
        }
        _ = try await allocations(tokens: 120)
        // What a request itself takes cancels out; the new page in between is a few allocations.
        let short = try await allocations(tokens: 10)
        let long = try await allocations(tokens: 110)
        return Measure.Result(allocations: Double(long - short) / 100, instructions: nil)
    }
}
