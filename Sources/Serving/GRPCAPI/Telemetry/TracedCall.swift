// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import GRPCCore
internal import Observability
internal import Synchronization
internal import Tracing

/// A call, which ends once: with its status, or at the latest when nobody holds it any more.
final class TracedCall: Sendable {
    /// What a server is to blame for, as OpenTelemetry's conventions for gRPC have it.
    private static let serverErrors: Set<RPCError.Code> = [
        .unknown, .deadlineExceeded, .unimplemented, .internalError, .unavailable, .dataLoss,
    ]

    private let span: TracedSpan
    private let telemetry: Telemetry
    private let log: RequestLog
    private let method: String
    private let start: Duration
    private let hasEnded = Mutex(false)

    /// Begins.
    ///
    /// - Parameters:
    ///   - traceparent: The caller's trace, as its metadata has it.
    ///   - tracestate: What goes with it.
    init(
        _ method: MethodDescriptor, traceparent: [String], tracestate: [String], _ telemetry: Telemetry,
        _ log: RequestLog
    ) {
        let parent = TraceContext(traceparent: traceparent, tracestate: tracestate)
        self.method = method.fullyQualifiedMethod
        self.span = telemetry.tracer.begin(
            self.method, kind: .server, parent: parent, within: .topLevel,
            attributes: [
                "rpc.system": "grpc", "rpc.service": .string(method.service.fullyQualifiedService),
                "rpc.method": .string(method.method),
            ])
        (self.telemetry, self.log, self.start) = (telemetry, log, telemetry.time.now)
    }

    deinit { self.end(CancellationError()) }

    /// Whether its trace is kept whatever happens.
    var isSampled: Bool { self.span.trace.isSampled }

    /// What is done for the call belongs to this.
    var context: ServiceContext { self.span.context }

    /// Forgets the call: another one begins for it.
    func abandon() {
        self.hasEnded.withLock { $0 = true }
        self.span.abandon()
    }

    /// Ends the call; nil is a good end.
    func end(_ error: (any Error)? = nil) {
        let isFirst = self.hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        guard isFirst else { return }
        let code = error.map { Self.code(of: $0) }
        self.span.update { record in
            record.attributes["rpc.grpc.status_code"] = .int(code?.rawValue ?? 0)
            guard let code else { return }
            record.attributes["error.type"] = .string("\(code)")
            if Self.serverErrors.contains(code) { record.status = .error("") }
        }
        let duration = self.telemetry.time.now - self.start
        self.log.info(
            RequestLine(method: self.method, took: duration, status: code.map { "\($0)" } ?? "ok"), in: self.span)
        self.span.finish()
    }

    private static func code(of error: any Error) -> RPCError.Code {
        switch error {
        case let error as RPCError: error.code
        case let error as any RPCErrorConvertible: error.rpcErrorCode
        case is CancellationError: .cancelled
        default: .unknown
        }
    }
}
