// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import Logging
internal import ServiceLifecycle

/// Takes what requests took to a store, again and again, and a last time at the end.
///
/// What was asked between the last time and a crash is not in the store.
struct UsageKeeping: Service {
    let ledger: UsageLedger
    let store: any UsageStore
    let logger: Logger
    var pause = Duration.seconds(1)
    var time = Timekeeper()

    func run() async throws {
        try await self.ledger.restore(from: self.store)
        await cancelWhenGracefulShutdown {
            while (try? await self.time.sleep(for: self.pause)) != nil { await self.keep() }
        }
        await self.keep()
    }

    private func keep() async {
        do {
            try await self.ledger.store(in: self.store)
        } catch {
            self.logger.warning("Usage is not stored; it is tried again", metadata: ["error": "\(error)"])
        }
    }
}
