// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware
internal import LLMCore
public import Logging
public import Observability
public import ServiceLifecycle

/// Puts spans and log lines into a store, some at a time.
///
/// It is a `Service`: when it is shut down gracefully, what still waits is stored.
public final class TelemetryKeeper: TelemetryReceiver, Service {
    private let store: any TelemetryStore
    private let spans: BatchQueue<SpanRecord>
    private let logs: BatchQueue<LogRecord>
    private let delay: Duration
    private let time: Timekeeper
    private let logger: Logger
    private let signals: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

    /// Makes a keeper that does not run yet.
    ///
    /// - Parameters:
    ///   - store: Where they are kept.
    ///   - batches: How they are collected first.
    ///   - time: The clock for delays.
    ///   - logger: Is told when they cannot be stored; its lines must not come back here.
    public init(
        _ store: any TelemetryStore, batches: BatchSettings = .stored, time: Timekeeper = Timekeeper(), logger: Logger
    ) {
        let signals = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.store = store
        self.spans = BatchQueue(capacity: batches.queueSize, batchSize: batches.batchSize) {
            signals.continuation.yield()
        }
        self.logs = BatchQueue(capacity: batches.queueSize, batchSize: batches.batchSize) {
            signals.continuation.yield()
        }
        self.delay = batches.delay
        self.time = time
        self.logger = logger
        self.signals = signals
    }

    /// How many spans and log lines there was no room for.
    public var droppedCount: Int { self.spans.droppedCount + self.logs.droppedCount }

    /// Takes a span.
    public func receive(_ span: SpanRecord) { self.spans.add(span) }

    /// Takes a log line.
    public func receive(_ log: LogRecord) { if self.wants(log.severity, of: log.trace) { self.logs.add(log) } }

    /// Whether a log line is stored.
    ///
    /// What is told of traces that are not kept is stored only where it is a warning or worse: a line for each of ten thousand
    /// requests a second would cost more than the requests, and push everything else out.
    public func wants(_ severity: LogRecord.Severity, of trace: TraceContext?) -> Bool {
        severity >= .warning || trace?.isSampled ?? true
    }

    /// Stores until it is cancelled, or shut down gracefully.
    public func run() async throws {
        let continuation = self.signals.continuation
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in self.signals.stream { await self.storeAll() } }
                group.addTask {
                    await cancelWhenGracefulShutdown {
                        while (try? await self.time.sleep(for: self.delay)) != nil { continuation.yield() }
                    }
                }
                await group.waitForAll()
            }
        } onGracefulShutdown: {
            continuation.finish()
        }
        await self.storeAll()
    }

    /// Stores everything that waits.
    package func storeAll() async {
        while true {
            let (spans, logs) = (self.spans.take(), self.logs.take())
            guard !spans.isEmpty || !logs.isEmpty else { return }
            do {
                try await self.store.add(spans, logs)
            } catch {
                self.logger.warning("Telemetry was not stored", metadata: ["why": "\(error)"])
            }
        }
    }
}

extension BatchSettings {
    /// What is stored on this machine soon is there to be seen.
    public static var stored: BatchSettings {
        var settings = BatchSettings()
        settings.delay = .seconds(1)
        return settings
    }
}
