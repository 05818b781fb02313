// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization
public import Tracing

/// Something that is being done for a request.
///
/// It ends when it is told so, at the latest when nobody holds it any more; what is told afterwards is not kept.
public final class TracedSpan: Span {
    /// The most events of one span.
    private static let maximumEvents = 128

    /// Where it is in which trace.
    public let trace: TraceContext
    /// What tasks that work for it belong to.
    public var context: ServiceContext {
        var context = self.surroundings
        context.trace = self.trace
        return context
    }
    /// Whether anything of it is kept.
    public let isRecording: Bool
    private let tracer: SpanTracer
    private let surroundings: ServiceContext
    private let state: Mutex<SpanRecord?>
    private let fallbackName: String

    init(_ record: SpanRecord, within context: ServiceContext, isRecording: Bool, tracer: SpanTracer) {
        self.trace = record.context
        self.surroundings = context
        self.isRecording = isRecording
        self.fallbackName = record.name
        self.state = Mutex(isRecording ? record : nil)
        self.tracer = tracer
    }

    deinit { self.finish(at: nil) }

    /// Changes what is known of it, unless it has ended.
    package func update(_ change: (inout SpanRecord) -> Void) {
        self.state.withLock { state in
            guard var record = state.take() else { return }
            change(&record)
            state = record
        }
    }

    /// Tells an attribute.
    package func set(_ key: String, _ value: AttributeValue?) { self.update { $0.attributes[key] = value } }

    /// Says that it failed.
    ///
    /// - Parameter error: Its code becomes `error.type`.
    package func fail(_ error: any Error) {
        self.update { record in
            record.attributes["error.type"] = .string(ErrorType.name(of: error))
            record.status = .error(ErrorType.message(of: error))
        }
    }

    /// Ends it without anything of it being kept.
    package func abandon() { self.state.withLock { $0 = nil } }

    /// Ends it.
    ///
    /// - Parameter describe: Tells what else is known of it, and is asked only where the span is kept: most are not.
    package func finish(at time: UInt64? = nil, describe: ((inout SpanRecord) -> Void)? = nil) {
        let ended = self.state.withLock { state -> SpanRecord? in
            defer { state = nil }
            guard let start = state?.start else { return nil }
            state?.end = max(start, time ?? self.tracer.now())
            // Nearly all spans are dropped here, and need not be moved.
            return state.map { self.tracer.drops($0) } == true ? nil : state
        }
        if let ended { self.tracer.ended(ended, describe: describe) }
    }

    // MARK: - The tracing interface

    /// What is done.
    public var operationName: String {
        get { self.state.withLock { $0?.name } ?? self.fallbackName }
        set { self.update { $0.name = newValue } }
    }

    /// What is known of it.
    public var attributes: SpanAttributes {
        get { self.state.withLock { $0?.attributes }?.spanAttributes ?? [:] }
        set {
            let list = AttributeList(newValue)
            self.update { $0.attributes = list }
        }
    }

    /// Says how it goes.
    public func setStatus(_ status: SpanStatus) {
        self.update { $0.status = status.code == .ok ? .ok : .error(status.message ?? "") }
    }

    /// Notes that something happened.
    public func addEvent(_ event: SpanEvent) {
        self.add(
            SpanRecord.Event(
                name: event.name, time: event.nanosecondsSinceEpoch, attributes: AttributeList(event.attributes)))
    }

    /// Notes an error.
    public func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        var list = AttributeList(attributes)
        list["exception.type"] = .string(ErrorType.name(of: error))
        list["exception.message"] = .string(ErrorType.message(of: error))
        self.add(SpanRecord.Event(name: "exception", time: instant().nanosecondsSinceEpoch, attributes: list))
    }

    /// Says with which other span this one has to do.
    public func addLink(_ link: SpanLink) {
        if let trace = link.context.trace { self.link(to: trace) }
    }

    /// Says with which other span this one has to do; there is a bound to how many are kept.
    package func link(to trace: TraceContext) {
        self.update { if $0.links.count < Self.maximumEvents { $0.links.append(trace) } }
    }

    /// Ends it.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        self.finish(at: instant().nanosecondsSinceEpoch)
    }

    private func add(_ event: SpanRecord.Event) {
        self.update { record in
            guard record.events.count < Self.maximumEvents else { return record.droppedEvents += 1 }
            record.events.append(event)
        }
    }
}
