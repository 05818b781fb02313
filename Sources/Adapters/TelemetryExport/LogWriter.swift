// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware
public import Observability
public import ServiceLifecycle
internal import Synchronization

/// Writes log lines, many by one call of the system.
///
/// It is a `Service`: while it runs, lines wait for a moment, and whoever says one goes on at once. Warnings and worse, and what is
/// said before it runs and afterwards, are written by who says them. There is a bound to what waits for a slow reader: lines beyond
/// it are counted, and their number is told instead.
public final class LogWriter: Service {
    private struct State {
        var waiting: [UInt8] = []
        var droppedCount = 0
        var isRunning = false
    }

    private let state = Mutex(State())
    /// Held by who writes, so that lines keep their order.
    private let turn = Mutex(())
    private let limit: Int
    private let delay: Duration
    private let time: Timekeeper
    private let write: @Sendable ([UInt8]) -> Void

    /// Makes a writer that does not run yet.
    ///
    /// - Parameters:
    ///   - limit: The most bytes that wait.
    ///   - delay: How long a line may wait.
    ///   - time: The clock for delays.
    ///   - write: Writes whole lines.
    public init(
        limit: Int = 8 << 20, delay: Duration = .milliseconds(50), time: Timekeeper = Timekeeper(),
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.limit = limit
        self.delay = delay
        self.time = time
        self.write = write
    }

    /// Takes a line.
    ///
    /// - Parameters:
    ///   - line: The line with its end.
    ///   - severity: How much it matters.
    public func append(_ line: [UInt8], _ severity: LogRecord.Severity) {
        let waits = self.state.withLock { state in
            let waits = state.isRunning && severity < .warning
            if waits, state.waiting.count + line.count > self.limit {
                state.droppedCount += 1
            } else {
                state.waiting += line
            }
            return waits
        }
        if !waits { self.flush() }
    }

    /// Writes what waits.
    public func flush() {
        self.turn.withLock { _ in
            let (lines, dropped) = self.state.withLock { state in
                defer { (state.waiting, state.droppedCount) = ([], 0) }
                return (state.waiting, state.droppedCount)
            }
            if !lines.isEmpty { self.write(lines) }
            if dropped > 0 {
                self.write(Array("\(dropped) log lines were dropped: nobody reads them fast enough.\n".utf8))
            }
        }
    }

    /// Writes until it is cancelled, or shut down gracefully.
    public func run() async {
        self.state.withLock { $0.isRunning = true }
        await cancelWhenGracefulShutdown {
            while (try? await self.time.sleep(for: self.delay)) != nil { self.flush() }
        }
        self.state.withLock { $0.isRunning = false }
        self.flush()
    }
}
