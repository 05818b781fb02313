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
    /// Held by who writes, so that lines keep their order; with room for the lines that come meanwhile.
    private let turn = Mutex<[UInt8]>([])
    private let limit: Int
    /// Up to so many bytes memory is kept for the next lines.
    private static let keptBytes = 1 << 20
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
    ///   - severity: How much it matters.
    ///   - line: Appends the line, with its end, to others.
    public func append(_ severity: LogRecord.Severity, _ line: (inout [UInt8]) -> Void) {
        let waits = self.state.withLock { state in
            let (waits, count) = (state.isRunning && severity < .warning, state.waiting.count)
            guard !waits || count < self.limit else {
                state.droppedCount += 1
                return waits
            }
            line(&state.waiting)
            if waits, state.waiting.count > self.limit {
                state.waiting.removeLast(state.waiting.count - count)
                state.droppedCount += 1
            }
            return waits
        }
        if !waits { self.flush() }
    }

    /// Writes what waits.
    public func flush() {
        self.turn.withLock { lines in
            let dropped = self.state.withLock { state in
                defer { state.droppedCount = 0 }
                swap(&state.waiting, &lines)
                return state.droppedCount
            }
            if !lines.isEmpty { self.write(lines) }
            lines.removeAll(keepingCapacity: lines.capacity <= Self.keptBytes)
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
