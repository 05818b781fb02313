// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRPCCore
internal import GRPCNIOTransportHTTP2
internal import GRPCProtobuf
internal import LLMCore
internal import Observability
internal import SwiftProtobuf

/// OTLP over gRPC.
struct OTLPGRPCCarrier: OTLPCarrier {
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    private let metadata: Metadata
    private let timeout: Duration
    private let place: String

    /// Names a receiver.
    ///
    /// - Throws: ``TelemetryError`` with code `.invalidSetting` where the endpoint is no URL of a server.
    init(_ settings: OTLPSettings) throws {
        let url = settings.endpoint
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            ["http", "https", "grpc", "grpcs"].contains(parts.scheme)
        else {
            throw TelemetryError(
                .invalidSetting, "'\(url)' is no URL of an OTLP receiver; one looks like http://localhost:4317.")
        }
        let isEncrypted = ["https", "grpcs"].contains(parts.scheme)
        self.client = GRPCClient(
            transport: try HTTP2ClientTransport.Posix(
                target: .dns(host: host, port: parts.port ?? 4317),
                transportSecurity: isEncrypted ? .tls : .plaintext,
                config: .defaults {
                    $0.backoff.initial = .milliseconds(100)
                    $0.backoff.max = .seconds(5)
                }))
        var metadata = Metadata()
        for (name, value) in settings.headers { metadata.addString(value, forKey: name.lowercased()) }
        self.metadata = metadata
        self.timeout = settings.timeout
        self.place = "\(host):\(parts.port ?? 4317)"
    }

    func send(
        _ message: some SwiftProtobuf.Message, of signal: OTLPSettings.Signal
    ) async throws -> OTLP_PartialSuccess {
        var options = CallOptions.defaults
        options.timeout = self.timeout
        do {
            return try await self.exchange(message, Self.method(signal), options)
        } catch let error as RPCError {
            try Task.checkCancellation()
            throw OTLPRefusal(
                isTransient: Self.isTransient(error.code),
                message: "\(self.place) answered with the gRPC status \(error.code): \(error.message.prefix(200))")
        } catch let error as RuntimeError {
            try Task.checkCancellation()
            throw OTLPRefusal(
                isTransient: true, message: "The connection to \(self.place) cannot be used: \(error.message)")
        }
    }

    private func exchange<Question: SwiftProtobuf.Message>(
        _ message: Question, _ method: MethodDescriptor, _ options: CallOptions
    ) async throws -> OTLP_PartialSuccess {
        try await self.client.unary(
            request: ClientRequest(message: message, metadata: self.metadata), descriptor: method,
            serializer: ProtobufSerializer<Question>(),
            deserializer: ProtobufDeserializer<OTLP_ExportServiceResponse>(), options: options
        ) { try $0.message.partialSuccess }
    }

    func connected(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.client.runConnections() }
            defer { self.client.beginGracefulShutdown() }
            try await work()
        }
    }

    /// The method that takes a signal.
    static func method(_ signal: OTLPSettings.Signal) -> MethodDescriptor {
        let service =
            switch signal {
            case .traces: "opentelemetry.proto.collector.trace.v1.TraceService"
            case .metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService"
            case .logs: "opentelemetry.proto.collector.logs.v1.LogsService"
            }
        return MethodDescriptor(fullyQualifiedService: service, method: "Export")
    }

    /// The codes after which the specification allows another attempt.
    private static func isTransient(_ code: RPCError.Code) -> Bool {
        let codes: [RPCError.Code] = [
            .cancelled, .deadlineExceeded, .resourceExhausted, .aborted, .outOfRange, .unavailable, .dataLoss,
        ]
        return codes.contains(code)
    }
}
