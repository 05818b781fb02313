// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A durable consumer of a stream in memory: all that it knows is in the stream.
struct InProcessEventConsumer: EventConsumer {
    let configuration: EventConsumerConfiguration
    private let stream: InProcessEventStream

    init(_ configuration: EventConsumerConfiguration, stream: InProcessEventStream) {
        self.configuration = configuration
        self.stream = stream
    }

    func next(_ maximum: Int, waiting: Duration) async throws -> [EventDelivery] {
        let clock = ContinuousClock()
        let end = clock.now + waiting
        while true {
            let (taken, changes, due) = try self.stream.take(max(1, maximum), for: self.configuration.name)
            let left = end - clock.now
            guard taken.isEmpty, left > .zero else { return taken }
            try Task.checkCancellation()
            let untilDue = due.map { Duration.seconds(max(0.001, $0.timeIntervalSinceNow)) } ?? left
            _ = try await race(against: { try await clock.sleep(for: min(left, untilDue)) }) { [stream] in
                await stream.waitForChange(after: changes)
            }
        }
    }

    func acknowledge(_ deliveries: [EventDelivery]) async throws {
        try self.stream.change(self.configuration.name) { progress in
            for delivery in deliveries { progress.settle(delivery.stored.sequence) }
        }
    }

    func giveBack(_ delivery: EventDelivery, after delay: Duration) async throws {
        try self.postpone(delivery, by: delay)
    }

    func extend(_ delivery: EventDelivery) async throws { try self.postpone(delivery, by: nil) }

    func discard(_ delivery: EventDelivery) async throws { try await self.acknowledge([delivery]) }

    private func postpone(_ delivery: EventDelivery, by delay: Duration?) throws {
        try self.stream.change(self.configuration.name) { progress in
            progress.postpone(delivery.stored.sequence, by: delay, at: Date())
        }
    }
}
