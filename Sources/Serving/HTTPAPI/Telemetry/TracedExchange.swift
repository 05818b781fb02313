// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import HTTPTypes
internal import HummingbirdCore
internal import ModelGateway
internal import Observability
internal import Synchronization
internal import Tracing

/// A request and its reply, which end once: with the reply's last byte, or at the latest when nobody holds them any more.
final class TracedExchange: Sendable {
    private struct State {
        var status = 500
        var route: String?
        var error: String?
        var hasEnded = false
        var exposure: Exposure?
    }

    private let watch: RequestWatch
    private let span: TracedSpan
    private let head: HTTPRequest
    private let method: String
    private let start: Duration
    private let state = Mutex(State())

    /// Begins.
    init(_ head: HTTPRequest, _ watch: RequestWatch) {
        let telemetry = watch.telemetry
        self.watch = watch
        self.head = head
        self.method = Self.known(head.method)
        self.start = telemetry.time.now
        self.span = telemetry.tracer.begin(
            self.method, kind: .server, parent: head.headerFields.trace, within: .topLevel)
        telemetry.requests.began(self.method)
    }

    deinit { self.end() }

    /// Whether its trace is kept whatever happens.
    var isSampled: Bool { self.span.trace.isSampled }

    /// What is done for the request belongs to this.
    var context: ServiceContext { self.span.context }

    /// Notes how it is answered.
    ///
    /// - Parameter route: The path as it was declared; nil where there is none.
    func answer(_ status: HTTPResponse.Status, route: String?) {
        self.state.withLock { state in
            (state.status, state.route) = (status.code, route)
            if status.code >= 500 { state.error = "\(status.code)" }
        }
    }

    /// Forgets the request: another exchange begins for it.
    func abandon() {
        self.state.withLock { $0.hasEnded = true }
        self.watch.telemetry.requests.abandoned(self.method)
        self.span.abandon()
    }

    /// Notes which arm of which experiment answers, by OpenTelemetry's names.
    func note(_ exposure: Exposure) { self.state.withLock { $0.exposure = exposure } }

    /// Ends with a failure.
    func fail(_ error: any Error) {
        self.state.withLock { $0.error = error is ClientGone ? ErrorType.cancelled : ErrorType.name(of: error) }
        self.end()
    }

    /// Ends.
    func end() {
        let ending = self.state.withLock { state -> State? in
            defer { state.hasEnded = true }
            return state.hasEnded ? nil : state
        }
        guard let ending else { return }
        let duration = self.watch.telemetry.time.now - self.start
        if let error = ending.error, error != ErrorType.cancelled { self.span.update { $0.status = .error("") } }
        self.watch.telemetry.requests.ended(
            self.method, route: ending.route, status: ending.status, error: ending.error, took: duration,
            trace: self.span.trace)
        self.watch.log.info(
            RequestLine(
                method: self.method, path: ending.route ?? "(unknown)", took: duration, status: "\(ending.status)"),
            in: self.span)
        self.span.finish { self.describe(&$0, ending) }
    }

    /// Tells the span what is known of the request.
    private func describe(_ record: inout SpanRecord, _ ending: State) {
        let path = self.head.path?.prefix { $0 != "?" } ?? "/"
        var attributes: AttributeList = [
            "http.request.method": .string(self.method), "url.path": .string(String(path)),
            "url.scheme": .string(self.watch.scheme),
        ]
        attributes["user_agent.original"] = self.head.headerFields[.userAgent].map { .string($0) }
        if let route = ending.route {
            record.name = "\(self.method) \(route)"
            attributes["http.route"] = .string(route)
        }
        attributes["http.response.status_code"] = .int(ending.status)
        attributes["error.type"] = ending.error.map { .string($0) }
        if let exposure = ending.exposure {
            attributes["feature_flag.key"] = .string(exposure.experiment)
            attributes["feature_flag.result.variant"] = .string(exposure.arm)
            attributes["feature_flag.result.reason"] = .string(exposure.reason)
        }
        record.attributes.merge(attributes)
    }

    /// Methods come from outside; those that nobody knows count together.
    private static func known(_ method: HTTPRequest.Method) -> String {
        switch method {
        case .post, .get, .head, .put, .patch, .delete, .options, .connect, .trace: method.rawValue
        default: "_OTHER"
        }
    }
}

extension HTTPFields {
    /// The caller's place in its trace; nil where it names none.
    fileprivate var trace: TraceContext? {
        var (parents, states) = ([String](), [String]())
        for field in self where field.name.canonicalName.utf8.first == UInt8(ascii: "t") {
            switch field.name.canonicalName {
            case "traceparent": parents.append(field.value)
            case "tracestate": states.append(field.value)
            default: break
            }
        }
        return TraceContext(traceparent: parents, tracestate: states)
    }
}
