// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import LLMCore
internal import Logging
internal import Observability
internal import SwiftProtobuf
internal import Synchronization

/// Sends messages until they arrive or it is no use; what did not arrive is counted, and told once in a while.
final class OTLPSender: Sendable {
    /// What became of what was to be sent.
    struct Counts: Sendable, Hashable {
        var sent = 0
        var failed = 0
        var rejected = 0
    }

    private let carrier: any OTLPCarrier
    private let policy: RetryPolicy
    private let time: Timekeeper
    private let chance: @Sendable () -> Double
    private let logger: Logger
    private let state = Mutex<[OTLPSettings.Signal: Counts]>([:])

    init(
        _ carrier: any OTLPCarrier, policy: RetryPolicy, time: Timekeeper, chance: @escaping @Sendable () -> Double,
        logger: Logger
    ) {
        self.carrier = carrier
        self.policy = policy
        self.time = time
        self.chance = chance
        self.logger = logger
    }

    /// What became of the spans, metrics or log lines.
    func counts(of signal: OTLPSettings.Signal) -> Counts { self.state.withLock { $0[signal] ?? Counts() } }

    /// Holds connections while work is done.
    func connected(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await self.carrier.connected(work)
    }

    /// Sends a message, several times if need be.
    ///
    /// - Parameter count: How many spans, metrics or log lines it has.
    func deliver(_ message: some SwiftProtobuf.Message, of signal: OTLPSettings.Signal, count: Int) async throws {
        var failures = 0
        while true {
            do {
                let rest = try await self.carrier.send(message, of: signal)
                let rejected = min(count, max(0, Int(rest.rejected)))
                self.state.withLock {
                    $0[signal, default: Counts()].sent += count - rejected
                    $0[signal, default: Counts()].rejected += rejected
                }
                if rejected > 0 { self.tell(signal, "\(rejected) of \(count) were refused: \(rest.errorMessage)") }
                return
            } catch let refusal as OTLPRefusal {
                failures += 1
                let pause =
                    refusal.isTransient
                    ? self.policy.pause(
                        afterFailures: failures, retryAfter: refusal.retryAfter, draw: self.chance()) : nil
                guard let pause else {
                    let isFirst = self.state.withLock { state in
                        defer { state[signal, default: Counts()].failed += count }
                        return state[signal]?.failed ?? 0 == 0
                    }
                    if isFirst { self.tell(signal, refusal.message) }
                    return
                }
                try await self.time.sleep(for: pause)
            }
        }
    }

    private func tell(_ signal: OTLPSettings.Signal, _ message: String) {
        self.logger.warning(
            "Telemetry was not delivered", metadata: ["signal": "\(signal.rawValue)", "why": "\(message)"])
    }
}
