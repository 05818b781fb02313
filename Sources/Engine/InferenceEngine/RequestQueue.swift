// SPDX-License-Identifier: Apache-2.0

/// Requests that wait for a place, and the order in which they get one: priority, fair share, arrival.
struct RequestQueue {
    private(set) var waiting: [ActiveSequence.Request] = []
    private var shares = FairShares()

    var count: Int { self.waiting.count }

    mutating func append(_ request: ActiveSequence.Request) {
        self.shares.began(request.job.client)
        self.waiting.append(request)
    }

    /// Takes out whoever is next.
    mutating func popNext() -> ActiveSequence.Request? {
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
    /// - Returns: Those whose deadline has passed.
    mutating func removeExpired(now: ContinuousClock.Instant) -> [ActiveSequence.Request] {
        var expired: [ActiveSequence.Request] = []
        self.waiting.removeAll { request in
            let isLate = request.job.deadline.map { $0 <= now } ?? false
            guard isLate || request.handle.isCancelled else { return false }
            self.shares.ended(request.job.client, answerTokens: 0)
            if isLate { expired.append(request) }
            return true
        }
        return expired
    }

    /// Keeps account of a request that was computed.
    mutating func ended(_ job: GenerationJob, answerTokens: Int) {
        self.shares.ended(job.client, answerTokens: answerTokens)
    }
}
