// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// One model that runs in several places.
///
/// Each request goes to the replica that the policy chooses; where that fails before its first event, to another one.
/// Replicas that fail rest and are probed (``CircuitBreaker``).
public final class BalancedModel: ModelAdapter {
    /// A place where the model runs.
    public struct Replica: Sendable {
        /// The model there.
        public var model: any ModelAdapter
        /// Its share of the requests, compared with the others' weights.
        public var weight: Double

        /// Names a place where the model runs.
        public init(_ model: any ModelAdapter, weight: Double = 1) {
            self.model = model
            self.weight = weight
        }
    }

    /// The name given at the start.
    public let name: String
    /// What all replicas can do.
    public let capabilities: ModelCapabilities
    private let replicas: [(model: any ModelAdapter, breaker: CircuitBreaking)]
    private let table: Mutex<ReplicaTable>
    private let time: Timekeeper

    /// Makes one model of several replicas.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` when there is none.
    public init(
        name: String, replicas: [Replica], policy: BalancingPolicy = .leastBusy,
        health: CircuitBreaker.Settings = CircuitBreaker.Settings(), time: Timekeeper = Timekeeper()
    ) throws {
        self.name = name
        self.capabilities = try ModelCapabilities(sharedBy: replicas.map(\.model), of: name)
        self.replicas = replicas.map { ($0.model, CircuitBreaking(health, time: time)) }
        self.table = Mutex(ReplicaTable(weights: replicas.map(\.weight), policy: policy))
        self.time = time
    }

    /// What the first replica's makers recommend.
    public var defaultSampling: SamplingOptions { self.replicas[0].model.defaultSampling }

    /// Generates on one of the replicas.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try await self.attempt { model, lease in try await model.generate(request).opened().holding(lease) }
    }

    /// Scores on one of the replicas.
    public func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        try await self.attempt { model, _ in try await model.score(request) }
    }

    /// Embeds on one of the replicas.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        try await self.attempt { model, _ in try await model.embed(texts) }
    }

    /// Counts on one of the replicas.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        try await self.attempt { model, _ in try await model.tokenCount(prompt) }
    }

    /// Asks the replicas' backends, until one is well.
    public func checkHealth() async throws {
        var failure: (any Error)?
        for replica in self.replicas {
            do { return try await replica.model.checkHealth() } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Asks every replica's backend whether it is well: one that is not gets no requests until it has rested, and one that is
    /// need not rest any longer.
    ///
    /// - Parameter limit: How long each may take to say so.
    /// - Throws: `CancellationError`.
    public func checkReplicas(within limit: Duration) async throws {
        try await withThrowingTaskGroup { group in
            for (model, breaker) in self.replicas {
                group.addTask {
                    do {
                        let answer: Void? = try await self.time.race(limit) { try await model.checkHealth() }
                        breaker.note(isWell: answer != nil)
                    } catch let error as LLMError where error.code == .unsupported {
                        // Who cannot be asked is judged by its requests alone.
                    } catch {
                        try Task.checkCancellation()
                        breaker.note(isWell: false)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// How long each replica still rests; zero for those that take requests.
    public var rests: [Duration] { self.replicas.map(\.breaker.refusal) }

    /// Tries replicas, each at most once, until one answers; a replica is busy while its lease is held.
    private func attempt<Answer>(
        _ body: (any ModelAdapter, Lease) async throws -> Answer
    ) async throws -> Answer {
        var untried = Array(self.replicas.indices)
        var failure: (any Error)?
        while let index = self.start(among: untried) {
            let lease = Lease { self.table.withLock { $0.finish(index) } }
            let (model, breaker) = self.replicas[index]
            let start = self.time.now
            do {
                let answer = try await body(LayeredModel(model, in: breaker), lease)
                self.table.withLock { $0.measured(self.time.now - start, of: index, at: self.time.now) }
                return answer
            } catch  where error.isWorthAnotherReplica {
                failure = error
                untried.removeAll { $0 == index }
            }
            withExtendedLifetime(lease) {}
        }
        throw failure ?? self.allRest()
    }

    private func start(among untried: [Int]) -> Int? {
        let candidates = untried.filter { self.replicas[$0].breaker.refusal == .zero }
        return self.table.withLock { $0.start(among: candidates, at: self.time.now) }
    }

    private func allRest() -> LLMError {
        let rest = self.rests.min() ?? .zero
        return LLMError(
            .unavailable, "All replicas of the model '\(self.name)' have failed and rest for \(rest) at least.",
            retryAfter: rest)
    }
}
