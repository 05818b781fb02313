// SPDX-License-Identifier: Apache-2.0

import GRPCCore
import GRPCNIOTransportHTTP2
import GRPCProtobuf
import HTTPTypes
import Hummingbird
import HummingbirdCore
import LLMCore
import Logging
import NIOCore
import Observability
import SwiftProtobuf
import Synchronization
import TelemetryExport

/// A receiver of OTLP on this machine that answers from a script.
final class ScriptedReceiver: Sendable {
    /// How one message is answered.
    enum Answer: Sendable {
        /// It is taken.
        case accepted
        /// So many of it are not wanted.
        case partly(rejected: Int)
        /// A status of HTTP, or of gRPC where the receiver speaks that.
        case refused(status: Int, retryAfter: Int? = nil)
    }

    /// A message that arrived.
    struct Message: Sendable {
        var signal: OTLPSettings.Signal
        var headers: [String: String]
        var bytes: [UInt8]
    }

    /// Tells of each message that arrives.
    let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    private let state: Mutex<(messages: [Message], script: ArraySlice<Answer>)>

    private init(_ script: [Answer]) {
        self.state = Mutex(([], script[...]))
        (self.arrivals, self.arrival) = AsyncStream.makeStream()
    }

    /// Everything that arrived, refused messages included.
    var messages: [Message] { self.state.withLock { $0.messages } }

    /// The spans that arrived.
    var spans: [OTLP_Span] {
        get throws {
            try self.messages.filter { $0.signal == .traces }.flatMap { message in
                try OTLP_ExportTraceServiceRequest(serializedBytes: message.bytes).resourceSpans
                    .flatMap(\.scopeSpans).flatMap(\.spans)
            }
        }
    }

    fileprivate func answer(_ message: Message) -> Answer {
        defer { self.arrival.yield() }
        return self.state.withLock { state in
            state.messages.append(message)
            return state.script.popFirst() ?? .accepted
        }
    }

    fileprivate static func response(_ rejected: Int) -> OTLP_ExportServiceResponse {
        .with { response in
            guard rejected > 0 else { return }
            response.partialSuccess = .with { ($0.rejected, $0.errorMessage) = (Int64(rejected), "too old") }
        }
    }

    /// Runs a receiver while a test sends to it.
    static func run<Value: Sendable>(
        _ carrier: OTLPSettings.Carrier, _ script: [Answer] = [],
        _ body: @escaping @Sendable (ScriptedReceiver, OTLPSettings) async throws -> Value
    ) async throws -> Value {
        let receiver = ScriptedReceiver(script)
        switch carrier {
        case .http: return try await self.runHTTP(receiver, body)
        case .grpc: return try await self.runGRPC(receiver, body)
        }
    }

    private static func runHTTP<Value: Sendable>(
        _ receiver: ScriptedReceiver, _ body: @escaping @Sendable (ScriptedReceiver, OTLPSettings) async throws -> Value
    ) async throws -> Value {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let router = Router()
        router.post("v1/:signal") { request, context in try await receiver.respond(to: request, context) }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await application.run()
                return nil
            }
            group.addTask {
                for await port in ports {
                    return try await body(receiver, OTLPSettings(endpoint: "http://127.0.0.1:\(port)"))
                }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw LLMError(.backendFailed, "The receiver ended before the test.")
        }
    }

    private func respond(to request: Request, _ context: BasicRequestContext) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 24)
        let headers = Dictionary(
            request.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { $1 })
        let name = try context.parameters.require("signal")
        guard let signal = OTLPSettings.Signal(rawValue: name) else { throw HTTPError(.notFound) }
        switch self.answer(Message(signal: signal, headers: headers, bytes: Array(body.readableBytesView))) {
        case .refused(let status, let retryAfter):
            var response = Response(status: .init(code: status))
            if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
            return response
        case .accepted: return try Self.reply(0)
        case .partly(let rejected): return try Self.reply(rejected)
        }
    }

    private static func reply(_ rejected: Int) throws -> Response {
        let bytes: [UInt8] = try self.response(rejected).serializedBytes()
        return Response(
            status: .ok, headers: [.contentType: "application/x-protobuf"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func runGRPC<Value: Sendable>(
        _ receiver: ScriptedReceiver, _ body: @escaping @Sendable (ScriptedReceiver, OTLPSettings) async throws -> Value
    ) async throws -> Value {
        try await withGRPCServer(
            transport: .http2NIOPosix(address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext),
            services: [GRPCReceiver(receiver: receiver)]
        ) { server in
            let port = try await server.listeningAddress?.ipv4?.port ?? 0
            var settings = OTLPSettings(endpoint: "http://127.0.0.1:\(port)")
            settings.carrier = .grpc
            return try await body(receiver, settings)
        }
    }
}

/// The receiver's three services.
private struct GRPCReceiver: RegistrableRPCService {
    let receiver: ScriptedReceiver

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let services: [(OTLPSettings.Signal, String)] = [
            (.traces, "opentelemetry.proto.collector.trace.v1.TraceService"),
            (.metrics, "opentelemetry.proto.collector.metrics.v1.MetricsService"),
            (.logs, "opentelemetry.proto.collector.logs.v1.LogsService"),
        ]
        for (signal, service) in services {
            router.registerHandler(
                forMethod: MethodDescriptor(fullyQualifiedService: service, method: "Export"),
                deserializer: Bytes(), serializer: ProtobufSerializer<OTLP_ExportServiceResponse>()
            ) { request, _ in
                var bytes: [UInt8] = []
                for try await message in request.messages { bytes += message }
                let headers = Dictionary(
                    request.metadata.map { ($0.key, $0.value.encoded()) }, uniquingKeysWith: { $1 })
                switch self.receiver.answer(.init(signal: signal, headers: headers, bytes: bytes)) {
                case .refused(let status, _):
                    throw RPCError(
                        code: RPCError.Code(Status.Code(rawValue: status) ?? .unknown) ?? .unknown, message: "No.")
                case .accepted: return StreamingServerResponse(single: .init(message: ScriptedReceiver.response(0)))
                case .partly(let rejected):
                    return StreamingServerResponse(single: .init(message: ScriptedReceiver.response(rejected)))
                }
            }
        }
    }

    /// A message as it came.
    private struct Bytes: MessageDeserializer {
        func deserialize<Contiguous: GRPCContiguousBytes>(_ serializedMessageBytes: Contiguous) throws -> [UInt8] {
            serializedMessageBytes.withUnsafeBytes { Array($0) }
        }
    }
}
