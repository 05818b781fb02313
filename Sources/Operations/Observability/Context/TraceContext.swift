// SPDX-License-Identifier: Apache-2.0

internal import Tracing

/// Where in which trace something happens, as it travels with a request (W3C Trace Context).
public struct TraceContext: Sendable, Hashable {
    /// The trace.
    public let traceID: TraceID
    /// The span within it.
    public let spanID: SpanID
    /// Whether whoever began the trace records it.
    public let isSampled: Bool
    /// Whether this came from another process.
    package let isRemote: Bool
    /// Whether the trace's name is random, of which samplers make use (level 2 of the specification).
    let isRandom: Bool
    let state: TraceState

    init(
        traceID: TraceID, spanID: SpanID, isSampled: Bool, isRemote: Bool = false, isRandom: Bool = true,
        state: TraceState = .empty
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.isRemote = isRemote
        self.isRandom = isRandom
        self.state = state
    }

    /// Reads what a request brings along.
    ///
    /// - Parameters:
    ///   - traceparent: The header's values; there must be exactly one.
    ///   - tracestate: The header's values.
    /// - Returns: nil where there is no valid `traceparent`; a new trace begins then.
    public init?(traceparent: [String], tracestate: [String] = []) {
        guard traceparent.count == 1, let text = traceparent.first, text.utf8.count >= 55,
            text.utf8.allSatisfy({ $0 < 0x80 })
        else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, let version = HexDigits.value(parts[0], as: UInt8.self), version != 0xFF,
            let traceID = TraceID(parts[1]), let spanID = SpanID(parts[2]),
            let flags = HexDigits.value(parts[3], as: UInt8.self)
        else { return nil }
        // Later versions may have more at the end; this one has not.
        guard version != 0 || parts.count == 4 else { return nil }
        self.init(
            traceID: traceID, spanID: spanID, isSampled: flags & 1 != 0, isRemote: true, isRandom: flags & 2 != 0,
            state: TraceState(parsing: tracestate))
    }

    /// The value of `traceparent`.
    public var traceparent: String {
        let flags: UInt8 = (self.isSampled ? 1 : 0) | (self.isRandom ? 2 : 0)
        return "00-\(self.traceID)-\(self.spanID)-0\(flags)"
    }

    /// The value of `tracestate`; nil where there is nothing to tell.
    public var tracestate: String? { self.state.text.isEmpty ? nil : self.state.text }

    /// The context that the task at work belongs to; nil where nothing is traced.
    public static var current: TraceContext? { ServiceContext.current?[Key.self] }

    /// Gives headers to a request that the task at work sends to another machine.
    ///
    /// Where the application has its own tracer, that one says what to send. Without any trace this does nothing.
    /// - Parameter set: Sets the header of a name.
    package static func propagate(_ set: (_ name: String, _ value: String) -> Void) {
        guard let context = ServiceContext.current else { return }
        guard let own = context[Key.self] else {
            var fields: [(String, String)] = []
            InstrumentationSystem.instrument.inject(context, into: &fields, using: FieldInjector())
            for (name, value) in fields { set(name, value) }
            return
        }
        set("traceparent", own.traceparent)
        if let state = own.tracestate { set("tracestate", state) }
    }

    /// Where a service context keeps it.
    enum Key: ServiceContextKey {
        typealias Value = TraceContext
        static var nameOverride: String? { "trace-context" }
    }
}

extension ServiceContext {
    /// The place in a trace.
    var trace: TraceContext? {
        get { self[TraceContext.Key.self] }
        set { self[TraceContext.Key.self] = newValue }
    }
}

/// Collects header fields.
private struct FieldInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout [(String, String)]) {
        carrier.append((key, value))
    }
}
