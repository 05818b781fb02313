// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Observability
internal import Synchronization
internal import Tracing

/// A request to a model as a part of a trace that is recorded.
final class RequestTrace: Sendable {
    /// The span that asks.
    private let parent: TraceContext
    /// What the asking task belongs to.
    private let context: ServiceContext
    private let tracing: InferenceTracing
    /// When it came, in nanoseconds since 1970.
    private let arrival: UInt64
    private let hasLeft = Atomic(false)

    init(_ parent: TraceContext, within context: ServiceContext, tracing: InferenceTracing) {
        self.parent = parent
        self.context = context
        self.tracing = tracing
        self.arrival = tracing.tracer.now()
    }

    /// Ends its time in the queue, once.
    ///
    /// - Parameters:
    ///   - time: When, in nanoseconds since 1970; nil is now.
    ///   - hasWaited: Whether it was in the queue at all; what its own task runs at once has no span for that.
    ///   - error: Why it is not run; nil where it is.
    func leaveQueue(at time: UInt64? = nil, hasWaited: Bool = true, refused error: (any Error)? = nil) {
        guard !self.hasLeft.exchange(true, ordering: .relaxed), hasWaited else { return }
        let span = self.begin("queue", self.tracing.attributes, at: self.arrival)
        if let error { span.note(error) }
        span.finish(at: time)
    }

    /// Begins the span of a run.
    func beginRun(_ attributes: AttributeList, at time: UInt64) -> TracedSpan {
        self.begin("execute", attributes, at: time)
    }

    /// Runs the request by itself, in a span.
    ///
    /// - Throws: What the work throws.
    func run<Value>(_ work: () async throws -> Value) async throws -> Value {
        let span = self.beginRun(self.tracing.attributes, at: self.tracing.tracer.now())
        defer { span.finish() }
        do {
            return try await ServiceContext.withValue(span.context) { try await work() }
        } catch {
            span.note(error)
            throw error
        }
    }

    private func begin(_ what: String, _ attributes: AttributeList, at time: UInt64) -> TracedSpan {
        self.tracing.tracer.begin(
            "\(what) \(self.tracing.model)", parent: self.parent, within: self.context, attributes: attributes, at: time
        )
    }
}
