// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
public import RemoteTransport

/// Speaks with a server of KServe v2 (the Open Inference Protocol), Triton above all, over HTTP or gRPC.
///
/// ```swift
/// let client = try KServeClient("grpc://localhost:8001")
/// let numbers = try KServeTensor("INPUT0", shape: [1, 3], values: [1, 2, 3] as [Float])
/// let answer = try await client.infer(KServeRequest("scale", inputs: [numbers]))
/// let scaled = try answer["OUTPUT0"]?.values(as: Float.self)
/// ```
/// All functions throw ``LLMError`` where there is no answer, the server refuses or breaks the protocol, and
/// `CancellationError`.
public struct KServeClient: Sendable {
    let transport: any KServeTransport

    /// Names a server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - url: Where it answers, without `/v2`: `http` or `https`, or `grpc` or, encrypted, `grpcs`.
    ///   - key: The secret, where the server wants one; it goes as a bearer token.
    ///   - tensorForm: How tensors travel over HTTP; gRPC has one form only.
    ///   - http: Who makes the connections for HTTP; whom it trusts counts for gRPC, too.
    /// - Throws: ``LLMError`` with code `.invalidRequest` where the URL is no such.
    public init(
        _ url: String, key: APIKey? = nil, tensorForm: KServeTensorForm = .binary, http: HTTPTransport = .shared
    ) throws {
        switch url.prefix(while: { $0 != ":" }) {
        case "http", "https":
            self.transport = KServeHTTP(url, key: key, tensorForm: tensorForm, transport: http)
        case "grpc", "grpcs": self.transport = try KServeGRPC(url, key: key, authorities: http.settings.authorities)
        default:
            throw LLMError(
                .invalidRequest,
                "'\(url.redactedURL)' is no URL of a KServe server; one looks like http://localhost:8000 or grpc://localhost:8001."
            )
        }
    }

    /// Whether the server runs; false also where nothing answers.
    public func isLive() async throws -> Bool { try await self.transport.holds(.isServerLive) }

    /// Whether the server takes requests; false also where nothing answers.
    public func isReady() async throws -> Bool { try await self.transport.holds(.isServerReady) }

    /// Whether a model takes requests; false also where there is no such model, or nothing answers.
    public func isReady(_ model: KServeModelName) async throws -> Bool {
        try await self.transport.holds(.isModelReady(model))
    }

    /// What the server is.
    public func metadata() async throws -> KServeServerMetadata {
        KServeServerMetadata(try await self.transport.answer(.serverMetadata))
    }

    /// Which tensors a model takes and gives.
    public func metadata(of model: KServeModelName) async throws -> KServeModelMetadata {
        KServeModelMetadata(try await self.transport.answer(.metadata(of: model)))
    }

    /// How Triton serves a model.
    public func configuration(of model: KServeModelName) async throws -> KServeModelConfiguration {
        KServeModelConfiguration(try await self.transport.answer(.configuration(of: model)).config)
    }

    /// What Triton counted for each version of a model.
    public func statistics(of model: KServeModelName) async throws -> [KServeModelStatistics] {
        try await self.transport.answer(.statistics(of: model)).modelStats.map(KServeModelStatistics.init)
    }

    /// Asks a model that answers once.
    public func infer(_ request: KServeRequest) async throws -> KServeResponse {
        try await self.transport.infer(request)
    }

    /// Asks a model that answers any number of times, and returns after the last.
    ///
    /// Over HTTP, this is Triton's extension `generate_stream`, which knows fewer shapes and types: inputs have at most one
    /// dimension, and outputs are `BYTES`, `INT64`, `FP64` or `BOOL` by what their JSON looks like.
    /// - Parameters:
    ///   - request: What to ask.
    ///   - onResponse: Takes each answer; the next is not read before it returns.
    public func stream(
        _ request: KServeRequest, onResponse: @escaping @Sendable (KServeResponse) async throws -> Void
    ) async throws {
        try await self.transport.stream(request, onResponse: onResponse)
    }
}

extension KServeTransport {
    /// What a check gives, with refusals and silence as no.
    func isTrue(_ ask: () async throws -> Bool) async throws -> Bool {
        do {
            return try await ask()
        } catch let error as LLMError where [.unavailable, .unknownModel, .invalidRequest].contains(error.code) {
            return false
        }
    }
}
