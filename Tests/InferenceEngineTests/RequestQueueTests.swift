// SPDX-License-Identifier: Apache-2.0

import InferenceEngine
import Testing

@Suite("Requests that wait")
struct RequestQueueTests {
    private struct Waiting: QueuedRequest {
        let name: String
        var job = GenerationJob(prompt: [])
        var isCancelled = false

        init(_ name: String, client: String = "", priority: Int = 0, promptLength: Int = 1) {
            self.name = name
            self.job = GenerationJob(prompt: Array(repeating: 0, count: promptLength))
            self.job.client = client
            self.job.priority = priority
        }
    }

    private static func order(_ queue: inout RequestQueue<Waiting>) -> [String] {
        var names: [String] = []
        while let next = queue.popNext() { names.append(next.name) }
        return names
    }

    @Test("Those with a higher priority start first, then those that came first")
    func priorities() {
        var queue = RequestQueue<Waiting>()
        for (name, priority) in [("a", 0), ("b", 1), ("c", -1), ("d", 1), ("e", 0)] {
            queue.append(Waiting(name, priority: priority))
        }
        #expect(Self.order(&queue) == ["b", "d", "a", "e", "c"])
        #expect(queue.count == 0)
    }

    @Test("Whoever was served least goes first: one client's flood does not delay another's few requests")
    func fairShares() {
        var queue = RequestQueue<Waiting>()
        for index in 0..<4 { queue.append(Waiting("flood\(index)", client: "flood", promptLength: 100)) }
        for index in 0..<2 { queue.append(Waiting("few\(index)", client: "few", promptLength: 100)) }
        #expect(Self.order(&queue) == ["flood0", "few0", "flood1", "few1", "flood2", "flood3"])
    }

    @Test("Answers count as well as prompts, and twice")
    func answersCount() {
        var queue = RequestQueue<Waiting>()
        for (name, client) in [("a0", "a"), ("b0", "b")] {
            queue.append(Waiting(name, client: client, promptLength: 10))
        }
        let first = queue.popNext()
        let second = queue.popNext()
        for (name, client) in [("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b")] {
            queue.append(Waiting(name, client: client, promptLength: 10))
        }
        if let first { queue.ended(first.job, answerTokens: 11) }
        if let second { queue.ended(second.job, answerTokens: 0) }
        #expect(Self.order(&queue) == ["b1", "b2", "a1", "a2"])
    }

    @Test("A client that was away has no credit to spend")
    func noCredit() {
        var queue = RequestQueue<Waiting>()
        queue.append(Waiting("old0", client: "old", promptLength: 1000))
        #expect(queue.popNext()?.name == "old0")
        for index in 1...2 { queue.append(Waiting("old\(index)", client: "old", promptLength: 100)) }
        for index in 0..<3 { queue.append(Waiting("new\(index)", client: "new", promptLength: 100)) }
        // "new" begins where "old" is: without that, all of its requests would go first.
        #expect(Self.order(&queue) == ["old1", "new0", "old2", "new1", "new2"])
    }

    @Test("A client that has the engine for itself does not pay for it when another one comes")
    func noDebtAfterIdleness() {
        var queue = RequestQueue<Waiting>()
        for _ in 0..<100 {
            queue.append(Waiting("old", client: "old", promptLength: 1000))
            if let next = queue.popNext() { queue.ended(next.job, answerTokens: 0) }
        }
        for index in 0..<3 { queue.append(Waiting("new\(index)", client: "new", promptLength: 100)) }
        queue.append(Waiting("old0", client: "old", promptLength: 100))
        #expect(Self.order(&queue) == ["new0", "old0", "new1", "new2"])
    }

    @Test("Cancelled and late requests leave the queue; only late ones are told")
    func expiry() {
        var queue = RequestQueue<Waiting>()
        let now = ContinuousClock.now
        for (name, deadline, isCancelled) in [
            ("late", now, false), ("both", now, true), ("cancelled", nil, true),
            ("fine", now.advanced(by: .seconds(1)), false),
        ] as [(String, ContinuousClock.Instant?, Bool)] {
            var request = Waiting(name)
            request.job.deadline = deadline
            request.isCancelled = isCancelled
            queue.append(request)
        }
        #expect(queue.removeExpired(now: now).map(\.name) == ["late", "both"])
        #expect(Self.order(&queue) == ["fine"])
    }
}
