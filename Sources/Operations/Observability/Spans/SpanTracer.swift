// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
public import Tracing

/// Begins spans, and gives those that are kept to their receivers.
///
/// It is the tracer of the application where it is set as such (`InstrumentationSystem.bootstrap`): libraries that trace by
/// Swift's common interface then appear in the same traces.
public final class SpanTracer: Tracer {
    private let sampler: Sampler
    private let tail: TailSampler?
    private let receivers: [any TelemetryReceiver]
    private let random: @Sendable () -> UInt64
    /// The time in nanoseconds since 1970.
    package let now: @Sendable () -> UInt64

    /// Makes a tracer.
    ///
    /// - Parameters:
    ///   - sampler: Which traces are kept, decided at their beginning.
    ///   - tail: Which others are kept, decided at their end; nil keeps none.
    ///   - receivers: Who is given the spans that are kept.
    ///   - random: Random numbers for names; nil takes the process's.
    ///   - now: The time in nanoseconds since 1970.
    public init(
        sampler: Sampler = .alwaysOn, tail: TailSampler? = nil, receivers: [any TelemetryReceiver],
        random: (@Sendable () -> UInt64)? = nil,
        now: @escaping @Sendable () -> UInt64 = WallTime.now
    ) {
        self.sampler = sampler
        self.tail = tail
        self.receivers = receivers
        self.random = random ?? RandomSource().bits
        self.now = now
    }

    /// Begins a span.
    ///
    /// - Parameters:
    ///   - name: What is done.
    ///   - kind: Which side does it.
    ///   - parent: What it is a part of; nil begins a trace.
    ///   - attributes: What is known already.
    package func begin(
        _ name: String, kind: SpanRecord.Kind = .internal, parent: TraceContext? = .current,
        within context: ServiceContext = .current ?? .topLevel, attributes: AttributeList = [:], at time: UInt64? = nil
    ) -> TracedSpan {
        let traceID = parent?.traceID ?? TraceID(random: self.random)
        let isSampled = self.sampler.keeps(traceID, parent: parent)
        let trace = TraceContext(
            traceID: traceID, spanID: SpanID(random: self.random), isSampled: isSampled,
            isRandom: parent?.isRandom ?? true, state: parent?.state ?? .empty)
        let start = time ?? self.now()
        let record = SpanRecord(
            context: trace, parentID: parent?.spanID, isParentRemote: parent?.isRemote ?? false, name: name, kind: kind,
            start: start, end: start, attributes: attributes)
        return TracedSpan(record, within: context, isRecording: isSampled || self.tail != nil, tracer: self)
    }

    /// Whether spans of a trace are recorded: it is sampled, or may be kept at its end.
    package func records(_ trace: TraceContext) -> Bool { trace.isSampled || self.tail != nil }

    /// Whether nothing is done with a span that has ended.
    func drops(_ record: SpanRecord) -> Bool { !record.context.isSampled && self.tail?.drops(record) ?? true }

    /// Takes a span that has ended.
    ///
    /// - Parameter describe: Tells what else is known of it; it is asked only where the span is kept for certain, or for now.
    func ended(_ record: SpanRecord, describe: ((inout SpanRecord) -> Void)?) {
        var record = record
        if record.context.isSampled {
            describe?(&record)
            return self.deliver([record])
        }
        guard let tail else { return }
        // A trace that is not sampled is decided on when its first span ends: that one is nearly always dropped.
        guard record.isLocalRoot else {
            describe?(&record)
            return self.deliver(tail.add(record))
        }
        var kept = tail.add(record)
        if !kept.isEmpty { describe?(&kept[kept.count - 1]) }
        self.deliver(kept)
    }

    private func deliver(_ spans: [SpanRecord]) {
        for span in spans { for receiver in self.receivers { receiver.receive(span) } }
    }

    // MARK: - The tracing interface

    /// Begins a span.
    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> TracedSpan {
        let context = context()
        return self.begin(
            operationName, kind: SpanRecord.Kind(kind), parent: context.trace, within: context,
            attributes: ["code.function.name": .string(function)], at: instant().nanosecondsSinceEpoch)
    }

    /// Nothing waits here: receivers send by themselves.
    public func forceFlush() {}

    /// Takes the trace out of a message's fields.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: "traceparent", from: carrier) else { return }
        let state = extractor.extract(key: "tracestate", from: carrier).map { [$0] } ?? []
        if let trace = TraceContext(traceparent: [parent], tracestate: state) { context.trace = trace }
    }

    /// Writes the trace into a message's fields.
    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let trace = context.trace else { return }
        injector.inject(trace.traceparent, forKey: "traceparent", into: &carrier)
        if let state = trace.tracestate { injector.inject(state, forKey: "tracestate", into: &carrier) }
    }
}

extension SpanRecord.Kind {
    /// A kind as the tracing interface has it.
    fileprivate init(_ kind: SpanKind) {
        switch kind {
        case .server: self = .server
        case .client: self = .client
        case .producer: self = .producer
        case .consumer: self = .consumer
        default: self = .internal
        }
    }
}
