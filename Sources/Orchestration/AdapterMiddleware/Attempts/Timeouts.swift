// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Ends what takes too long.
public struct Timeouts: ModelMiddleware {
    private let firstToken: Duration?
    private let total: Duration?
    private let time: Timekeeper

    /// Makes the middleware.
    ///
    /// - Parameters:
    ///   - firstToken: How long the first event of an answer may take; nil does not limit it.
    ///   - total: How long the whole answer may take, whoever reads included; nil does not limit it.
    ///   - time: The clock.
    public init(firstToken: Duration? = nil, total: Duration? = nil, time: Timekeeper = Timekeeper()) {
        self.firstToken = firstToken
        self.total = total
        self.time = time
    }

    /// Generates within the limits; the model is told of the total, too.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        let start = self.time.now
        var request = request
        let limit = self.total.map { min($0, request.scheduling.timeLimit ?? $0) }
        if let limit { request.scheduling.timeLimit = limit }
        let limited = request
        let toOpen = [self.firstToken, limit].compactMap { $0 }.min()
        let stream = try await self.limit(toOpen, "begin to answer", next.name) {
            let stream = try await next.generate(limited)
            return self.firstToken == nil ? stream : try await stream.opened()
        }
        guard let limit else { return stream }
        let left = limit - (self.time.now - start)
        guard left > .zero else { throw Self.error("complete its answer", next.name) }
        return GenerationStream(
            relayed(
                against: { try await self.time.sleep(for: left) },
                isOver: { Self.error("complete its answer", next.name) },
                { give in while let event = try await stream.next() { give(event) } }))
    }

    /// Scores within the total.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        try await self.limit(self.total, "score", next.name) { try await next.score(request) }
    }

    /// Embeds within the total.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        try await self.limit(self.total, "embed", next.name) { try await next.embed(texts) }
    }

    private func limit<Answer: Sendable>(
        _ duration: Duration?, _ what: String, _ model: String, _ body: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        guard let duration else { return try await body() }
        guard let answer = try await self.time.race(duration, body) else {
            throw Self.error(what, model)
        }
        return answer
    }

    private static func error(_ what: String, _ model: String) -> LLMError {
        LLMError(.deadlineExceeded, "The model '\(model)' did not \(what) in time.")
    }
}
