// SPDX-License-Identifier: Apache-2.0

internal import GRPCCore
internal import GRPCProtobuf
internal import KServeProtocol
internal import LLMCore
internal import Observability
internal import RemoteTransport
internal import SwiftProtobuf
internal import Synchronization

/// KServe v2 over gRPC.
struct KServeGRPC: KServeTransport {
    /// The most bytes of an answer, or of all answers to one request.
    private static let maximumBytes = TransportSettings().maximumResponseBytes

    let server: String
    private let connections: GRPCConnections
    private let metadata: Metadata
    private let key: APIKey?

    /// Names a server; connections are made when they are needed.
    ///
    /// - Parameter authorities: Who vouches for the server; nil are those whom the system trusts.
    /// - Throws: ``LLMError`` with code `.invalidRequest` where the URL is not `grpc://host:port` or `grpcs://host:port`.
    init(_ url: String, key: APIKey?, authorities: CertificateAuthorities?) throws {
        self.server = url.redactedURL
        self.key = key
        self.connections = try GRPCConnections(to: url, authorities: authorities)
        self.metadata = key.map { ["authorization": "Bearer \($0.secret)"] } ?? [:]
    }

    func holds(_ check: KServeCheck) async throws -> Bool {
        try await self.isTrue {
            switch check {
            case .isServerLive:
                try await self.unary(Inference_ServerLiveRequest(), KServeMethod.ServerLive.descriptor) {
                    (answer: Inference_ServerLiveResponse) in answer.live
                }
            case .isServerReady:
                try await self.unary(Inference_ServerReadyRequest(), KServeMethod.ServerReady.descriptor) {
                    (answer: Inference_ServerReadyResponse) in answer.ready
                }
            case .isModelReady(let model):
                try await self.unary(
                    Inference_ModelReadyRequest.with { ($0.name, $0.version) = (model.name, model.version ?? "") },
                    KServeMethod.ModelReady.descriptor
                ) { (answer: Inference_ModelReadyResponse) in answer.ready }
            }
        }
    }

    func answer<Question, Answer>(_ question: KServeQuestion<Question, Answer>) async throws -> Answer {
        try await self.unary(question.message, question.method) { $0 }
    }

    func infer(_ request: KServeRequest) async throws -> KServeResponse {
        let message = try Inference_ModelInferRequest(request)
        return try await self.unary(message, KServeMethod.ModelInfer.descriptor, timeLimit: request.timeLimit) {
            try self.response($0)
        }
    }

    func stream(
        _ request: KServeRequest, onResponse: @escaping @Sendable (KServeResponse) async throws -> Void
    ) async throws {
        var request = request
        request.parameters["triton_enable_empty_final_response"] = true
        let message = try Inference_ModelInferRequest(request)
        let hasBegun = Atomic(false)
        try await self.mappingErrors(isAnswered: { hasBegun.load(ordering: .relaxed) }) {
            try await self.connections.client.bidirectionalStreaming(
                request: StreamingClientRequest(metadata: self.tracedMetadata) { try await $0.write(message) },
                descriptor: KServeMethod.ModelStreamInfer.descriptor,
                serializer: ProtobufSerializer<Inference_ModelInferRequest>(),
                deserializer: ProtobufDeserializer<Inference_ModelStreamInferResponse>(),
                options: self.options(request.timeLimit)
            ) { answers in
                for try await answer in answers.messages {
                    hasBegun.store(true, ordering: .relaxed)
                    guard answer.errorMessage.isEmpty else {
                        throw self.failure(answer.errorMessage)
                    }
                    let response = try self.response(answer.inferResponse)
                    if !response.outputs.isEmpty { try await onResponse(response) }
                    if response.parameters["triton_final_response"] == true { return }
                }
                throw self.truncation
            }
        }
    }

    func redacted(_ text: String) -> String { self.key?.redacted(from: text) ?? text }

    private func response(_ message: Inference_ModelInferResponse) throws -> KServeResponse {
        do {
            return try KServeResponse(message)
        } catch { throw self.violation(error) }
    }

    private func unary<Question: SwiftProtobuf.Message, Answer: SwiftProtobuf.Message, Value: Sendable>(
        _ question: Question, _ method: MethodDescriptor, timeLimit: Duration? = nil,
        read: @escaping @Sendable (Answer) throws -> Value
    ) async throws -> Value {
        try await self.mappingErrors(isAnswered: { false }) {
            try await self.connections.client.unary(
                request: ClientRequest(message: question, metadata: self.tracedMetadata), descriptor: method,
                serializer: ProtobufSerializer<Question>(), deserializer: ProtobufDeserializer<Answer>(),
                options: self.options(timeLimit)
            ) { try read($0.message) }
        }
    }

    /// What goes along with each call, the trace that it belongs to included.
    private var tracedMetadata: Metadata {
        var metadata = self.metadata
        TraceContext.propagate { metadata.replaceOrAddString($1, forKey: $0) }
        return metadata
    }

    private func options(_ timeLimit: Duration?) -> CallOptions {
        var options = CallOptions.defaults
        options.timeout = timeLimit
        options.maxResponseMessageBytes = Self.maximumBytes
        return options
    }

    /// Runs a call, and says what its error means.
    private func mappingErrors<Value>(
        isAnswered: () -> Bool, _ call: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await call()
        } catch let error as RPCError {
            // A cancelled call ends with whatever its parts made of that.
            try Task.checkCancellation()
            throw LLMError(error, from: self.server, key: self.key, isAnswered: isAnswered())
        } catch let error as RuntimeError {
            try Task.checkCancellation()
            throw LLMError(.unavailable, "The connection to \(self.server) cannot be used.", cause: error)
        }
    }
}
