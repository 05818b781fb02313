// SPDX-License-Identifier: Apache-2.0

/// A request that waits for a place in the engine.
package protocol QueuedRequest {
    /// What is asked, by whom, how urgently.
    var job: GenerationJob { get }
    /// Whether nobody waits for the answer any more.
    var isCancelled: Bool { get }
}

/// Requests that wait for a place, and the order in which they get one: priority, fair share, arrival.
package struct RequestQueue<Request: QueuedRequest> {
    private var waiting: [Request] = []
    private var shares = FairShares()

    /// An empty queue.
    package init() {}

    /// How many wait.
    package var count: Int { self.waiting.count }

    /// Adds a request behind the others.
    package mutating func append(_ request: Request) {
        self.shares.began(request.job.client)
        self.waiting.append(request)
    }

    /// Takes out whoever is next.
    package mutating func popNext() -> Request? {
        guard var best = self.waiting.indices.first else { return nil }
        for index in self.waiting.indices.dropFirst() where self.isBefore(index, best) { best = index }
        let request = self.waiting.remove(at: best)
        self.shares.started(request.job.client, promptTokens: request.job.prompt.count)
        return request
    }

    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        let (first, second) = (self.waiting[one].job, self.waiting[other].job)
        if first.priority != second.priority { return first.priority > second.priority }
        return self.shares.service(of: first.client) < self.shares.service(of: second.client)
    }

    /// Takes out those that nobody waits for any more.
    ///
    /// - Parameter now: The time that deadlines are compared with.
    /// - Returns: Those whose deadline has passed.
    package mutating func removeExpired(now: ContinuousClock.Instant) -> [Request] {
        var expired: [Request] = []
        self.waiting.removeAll { request in
            let isLate = request.job.deadline.map { $0 <= now } ?? false
            guard isLate || request.isCancelled else { return false }
            self.shares.ended(request.job.client, answerTokens: 0)
            if isLate { expired.append(request) }
            return true
        }
        return expired
    }

    /// Keeps account of a request that had its place.
    package mutating func ended(_ job: GenerationJob, answerTokens: Int) {
        self.shares.ended(job.client, answerTokens: answerTokens)
    }
}
