// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Keeps traces that turn out to be worth it, though they were not sampled at their beginning: failed ones, and slow ones.
///
/// The spans of a trace wait here until its first span in this process has ended. There is a bound to how many wait; the
/// oldest traces give way.
public final class TailSampler: Sendable {
    /// The most traces that wait, and spans of one.
    public struct Limits: Sendable, Hashable {
        /// The most traces that wait.
        public var traces = 1024
        /// The most spans of one trace that wait.
        public var spansPerTrace = 512

        /// The usual limits.
        public init() {}
    }

    private struct Waiting {
        var spans: [SpanRecord] = []
        var hasFailed = false
    }

    private struct State {
        var waiting: [TraceID: Waiting] = [:]
        /// Traces in the order in which they came, those that have ended included.
        var order: [TraceID] = []
        /// The traces that were kept last: what ends after their first span belongs to them.
        var kept: Set<TraceID> = []
        var keptOrder: [TraceID] = []
        var dropped = 0
    }

    private let slow: Duration?
    private let keepsErrors: Bool
    private let limits: Limits
    private let state = Mutex(State())

    /// Makes a sampler.
    ///
    /// - Parameters:
    ///   - slow: How long a trace's first span must take to be worth keeping; nil keeps none for that.
    ///   - keepsErrors: Whether traces in which something failed are worth keeping.
    ///   - limits: What may wait.
    public init(slow: Duration?, keepsErrors: Bool = true, limits: Limits = Limits()) {
        self.slow = slow
        self.keepsErrors = keepsErrors
        self.limits = limits
    }

    /// How many spans were dropped for lack of room.
    public var droppedCount: Int { self.state.withLock { $0.dropped } }

    /// Whether a span is the first of its trace, is not worth keeping, and nothing waits for it.
    func drops(_ span: SpanRecord) -> Bool {
        guard span.isLocalRoot, !self.isWorthKeeping(span) else { return false }
        return self.state.withLock { state in
            state.waiting[span.context.traceID] == nil && !state.kept.contains(span.context.traceID)
        }
    }

    private func isWorthKeeping(_ span: SpanRecord) -> Bool {
        self.keepsErrors && span.isError || self.slow.map { span.duration >= $0 } ?? false
    }

    /// Takes a span.
    ///
    /// - Returns: The spans that are worth keeping now.
    func add(_ span: SpanRecord) -> [SpanRecord] {
        self.state.withLock { state in
            let trace = span.context.traceID
            if state.kept.contains(trace) { return [span] }
            let known = state.waiting.removeValue(forKey: trace)
            let hasFailed = known?.hasFailed ?? false || self.keepsErrors && span.isError
            guard !span.isLocalRoot else {
                guard hasFailed || self.isWorthKeeping(span) else { return [] }
                self.remember(trace, in: &state)
                return (known?.spans ?? []) + [span]
            }
            var waiting = known ?? self.makeRoom(for: trace, in: &state)
            waiting.hasFailed = hasFailed
            if waiting.spans.count < self.limits.spansPerTrace {
                waiting.spans.append(span)
            } else {
                state.dropped += 1
            }
            state.waiting[trace] = waiting
            return []
        }
    }

    private func makeRoom(for trace: TraceID, in state: inout State) -> Waiting {
        state.order.append(trace)
        // Traces that have ended are still in the order; they go when there are many.
        if state.order.count > 2 * self.limits.traces {
            state.order.removeAll { state.waiting[$0] == nil && $0 != trace }
        }
        while state.waiting.count >= self.limits.traces, !state.order.isEmpty {
            state.dropped += state.waiting.removeValue(forKey: state.order.removeFirst())?.spans.count ?? 0
        }
        return Waiting()
    }

    private func remember(_ trace: TraceID, in state: inout State) {
        state.kept.insert(trace)
        state.keptOrder.append(trace)
        if state.keptOrder.count > self.limits.traces { state.kept.remove(state.keptOrder.removeFirst()) }
    }
}
