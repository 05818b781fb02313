// SPDX-License-Identifier: Apache-2.0

/// What a balancer knows of its replicas, and its choice among them; a value that reads no clock.
struct ReplicaTable {
    private struct Replica {
        let weight: Double
        /// Requests under way.
        var busy = 0
        /// Requests so far; of equals, the one with fewer is chosen.
        var chosen = 0
        /// Credit of smooth weighted round-robin.
        var credit = 0.0
        /// Seconds until the first event, averaged with more weight on what is recent; nil before the first.
        var latency: Double?
        /// When the latency was last measured.
        var measured = Duration.zero
    }

    /// How much of the average the newest measurement is.
    private static let newest = 0.3
    /// After this time without a measurement a latency counts half, so that a replica that was slow is tried again.
    private static let forgetting = 30.0

    private let policy: BalancingPolicy
    private var replicas: [Replica]

    init(weights: [Double], policy: BalancingPolicy) {
        self.policy = policy
        self.replicas = weights.map { Replica(weight: max($0, 0.001)) }
    }

    /// Chooses a replica and counts a request as under way.
    ///
    /// - Returns: nil when there is no candidate.
    mutating func start(among candidates: [Int], at now: Duration) -> Int? {
        guard let index = self.choose(among: candidates, at: now) else { return nil }
        self.replicas[index].busy += 1
        self.replicas[index].chosen += 1
        return index
    }

    /// Notes that a request is no longer under way.
    mutating func finish(_ index: Int) { self.replicas[index].busy -= 1 }

    /// Notes how long a replica took to begin its answer.
    mutating func measured(_ latency: Duration, of index: Int, at now: Duration) {
        let (seconds, attoseconds) = latency.components
        let sample = Double(seconds) + Double(attoseconds) * 1e-18
        let old = self.replicas[index].latency ?? sample
        self.replicas[index].latency = old + Self.newest * (sample - old)
        self.replicas[index].measured = now
    }

    private mutating func choose(among candidates: [Int], at now: Duration) -> Int? {
        switch self.policy {
        case .weighted: self.nextInTurn(candidates)
        case .leastBusy: self.cheapest(candidates) { Double($0.busy) / $0.weight }
        case .lowestLatency:
            self.cheapest(candidates) { replica in
                let age = Double((now - replica.measured).components.seconds)
                return (replica.latency ?? 0) * Double(replica.busy + 1) / replica.weight / (1 + age / Self.forgetting)
            }
        }
    }

    /// Smooth weighted round-robin: weights 5, 1, 1 give a a b a c a a.
    private mutating func nextInTurn(_ candidates: [Int]) -> Int? {
        for index in candidates { self.replicas[index].credit += self.replicas[index].weight }
        guard let best = candidates.max(by: { self.replicas[$0].credit < self.replicas[$1].credit }) else { return nil }
        self.replicas[best].credit -= candidates.map { self.replicas[$0].weight }.reduce(0, +)
        return best
    }

    private func cheapest(_ candidates: [Int], _ cost: (Replica) -> Double) -> Int? {
        candidates.min { left, right in
            let (a, b) = (self.replicas[left], self.replicas[right])
            return (cost(a), a.busy, a.chosen) < (cost(b), b.busy, b.chosen)
        }
    }
}
