// SPDX-License-Identifier: Apache-2.0

/// Where traces, metrics and logs are sent by OpenTelemetry's protocol (OTLP).
public struct OTLPSettings: Sendable, Hashable {
    /// How messages travel.
    public enum Carrier: String, Sendable, CaseIterable {
        /// gRPC.
        case grpc
        /// Protocol Buffers over HTTP.
        case http = "http/protobuf"
    }

    /// What is sent.
    public enum Signal: String, Sendable, CaseIterable {
        /// Spans.
        case traces
        /// Metrics.
        case metrics
        /// Log lines.
        case logs
    }

    /// The receiver's URL, to which `/v1/traces` and the like are added over HTTP.
    public var endpoint: String
    /// Whole URLs of single signals, which are taken as they are.
    public var endpoints: [Signal: String] = [:]
    /// How messages travel.
    public var carrier = Carrier.http
    /// What goes along with each message, secrets perhaps.
    public var headers: [String: String] = [:]
    /// How long one message may take.
    public var timeout = Duration.seconds(10)
    /// What is sent.
    public var signals: Set<Signal> = Set(Signal.allCases)

    /// Sends everything to one receiver.
    public init(endpoint: String) { self.endpoint = endpoint }

    /// The URL of a signal.
    package func url(of signal: Signal) -> String {
        if let url = self.endpoints[signal] { return url }
        guard self.carrier == .http else { return self.endpoint }
        return (self.endpoint.hasSuffix("/") ? String(self.endpoint.dropLast()) : self.endpoint)
            + "/v1/\(signal.rawValue)"
    }
}
