// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import Observability
import OpenAutoGLMTesting
import Synchronization

/// Telemetry with everything it depends on in a test's hands, and everything it tells.
final class TelemetryProbe: TelemetryReceiver {
    private let state = Mutex<(spans: [SpanRecord], logs: [LogRecord])>(([], []))
    private let wall = Mutex<UInt64>(1_700_000_000_000_000_000)
    /// Measures durations.
    let clock = ManualClock()

    /// The spans that were kept.
    var spans: [SpanRecord] { self.state.withLock { $0.spans } }
    /// The log lines.
    var logs: [LogRecord] { self.state.withLock { $0.logs } }
    /// The spans' names.
    var names: [String] { self.spans.map(\.name) }

    func receive(_ span: SpanRecord) { self.state.withLock { $0.spans.append(span) } }
    func receive(_ log: LogRecord) { self.state.withLock { $0.logs.append(log) } }

    /// The time in nanoseconds since 1970.
    var now: UInt64 { self.wall.withLock { $0 } }

    /// Lets time go by.
    func advance(by duration: Duration) {
        self.clock.advance(by: duration)
        self.wall.withLock { $0 += UInt64(duration / .nanoseconds(1)) }
    }

    /// A tracer that tells this probe.
    func tracer(_ sampler: Sampler = .alwaysOn, tail: TailSampler? = nil) -> SpanTracer {
        let number = Mutex<UInt64>(0)
        return SpanTracer(
            sampler: sampler, tail: tail, receivers: [self],
            random: {
                number.withLock {
                    $0 += 1
                    return $0
                }
            }, now: { self.now })
    }

    /// Telemetry that tells this probe.
    func telemetry(_ change: (inout Telemetry.Options) -> Void = { _ in }) -> Telemetry {
        var options = Telemetry.Options()
        options.isOpenInference = false
        change(&options)
        return Telemetry(
            tracer: self.tracer(), metrics: MetricRegistry(now: { self.now }), options: options,
            time: Timekeeper(self.clock))
    }
}

extension MetricRegistry {
    /// The metrics as Prometheus reads them, line by line.
    func lines(_ format: MetricText.Format = .prometheus) -> [String] {
        MetricText.write(self.snapshot, as: format).split(separator: "\n").map(String.init)
    }
}
