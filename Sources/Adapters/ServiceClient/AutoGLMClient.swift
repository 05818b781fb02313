// SPDX-License-Identifier: Apache-2.0

internal import AutoGLMProtocol
internal import Foundation
internal import GRPCCore
internal import GRPCNIOTransportHTTP2
internal import GRPCProtobuf
internal import LLMCore
internal import Observability
internal import SwiftProtobuf

/// A client of `autoglm.v1`, this project's own gRPC service.
///
/// ```swift
/// let client = try AutoGLMClient("grpc://localhost:8001")
/// try await client.generate(request, model: "chat@champion", user: "anna", tools: { call in try await weather(call) }) { event in
///     if case .text(let delta) = event { print(delta.text, terminator: "") }
/// }
/// ```
public final class AutoGLMClient: Sendable {
    typealias Service = Autoglm_V1_AutoGLM.Client<HTTP2ClientTransport.Posix>

    /// What a server serves.
    public struct Listing: Sendable, Hashable {
        /// The names of language models, experiments among them.
        public var languageModels: [String]
        /// The models of the repository by name and version, with whether each takes requests.
        public var repository: [(name: String, version: String, isReady: Bool)]
        /// The names of pipelines.
        public var pipelines: [String]

        /// Whether two servers serve the same.
        public static func == (left: Self, right: Self) -> Bool {
            left.languageModels == right.languageModels && left.pipelines == right.pipelines
                && left.repository.elementsEqual(right.repository) { $0 == $1 }
        }

        /// Feeds what is served into a hash.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(self.languageModels)
            hasher.combine(self.pipelines)
        }
    }

    let server: String
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    private let key: String?

    /// Names a server; connections are made when they are needed, and closed with this object.
    ///
    /// - Parameters:
    ///   - url: Where it answers: `grpc://host:port`, or `grpcs://host:port` with encryption.
    ///   - key: What is shown to the server.
    /// - Throws: ``LLMError`` with code `.invalidRequest` for any other URL.
    public init(_ url: String, key: String? = nil) throws {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            ["grpc", "grpcs"].contains(parts.scheme), ["", "/"].contains(parts.path)
        else {
            throw LLMError(.invalidRequest, "This is no URL of a gRPC server; one looks like grpc://localhost:8001.")
        }
        let isEncrypted = parts.scheme == "grpcs"
        let port = parts.port ?? (isEncrypted ? 443 : 8001)
        let client = GRPCClient(
            transport: try HTTP2ClientTransport.Posix(
                target: .dns(host: host, port: port), transportSecurity: isEncrypted ? .tls : .plaintext))
        (self.client, self.key, self.server) = (client, key, "\(host):\(port)")
        Task { try? await client.runConnections() }  // ends when this object, which alone has the client, shuts it down
    }

    deinit { self.client.beginGracefulShutdown() }

    var service: Service { Service(wrapping: self.client) }

    /// What goes along with each call, the trace that it belongs to included.
    var metadata: Metadata {
        var metadata: Metadata = self.key.map { ["authorization": "Bearer \($0)"] } ?? [:]
        TraceContext.propagate { metadata.replaceOrAddString($1, forKey: $0) }
        return metadata
    }

    // MARK: What is served

    /// What the server serves.
    ///
    /// - Throws: ``LLMError``.
    public func listing() async throws -> Listing {
        let answer = try await self.telling {
            try await self.service.listModels(.init(), metadata: self.metadata)
        }
        return Listing(
            languageModels: answer.models.filter(\.isLanguageModel).map(\.name),
            repository: answer.models.filter { !$0.isLanguageModel }.map { ($0.name, $0.version, $0.ready) },
            pipelines: answer.pipelines)
    }

    /// Whether a model takes requests.
    ///
    /// - Parameter version: The version; nil leaves the choice to the server.
    /// - Throws: ``LLMError``.
    public func isReady(_ model: String, version: String? = nil) async throws -> Bool {
        try await self.telling {
            try await self.service.modelReady(
                .with { ($0.name, $0.version) = (model, version ?? "") }, metadata: self.metadata
            ).ready
        }
    }

    /// Loads a model of the repository, or loads it again.
    ///
    /// - Throws: ``LLMError``.
    public func load(_ model: String) async throws {
        _ = try await self.telling {
            try await self.service.loadModel(.with { $0.name = model }, metadata: self.metadata)
        }
    }

    /// Unloads a model of the repository.
    ///
    /// - Parameter dependents: Whether the models that need it are unloaded, too.
    /// - Throws: ``LLMError``.
    public func unload(_ model: String, dependents: Bool = false) async throws {
        _ = try await self.telling {
            try await self.service.unloadModel(
                .with { ($0.name, $0.unloadDependents) = (model, dependents) }, metadata: self.metadata)
        }
    }

    /// Turns texts into vectors.
    ///
    /// - Throws: ``LLMError``.
    public func embed(_ texts: [String], model: String, user: String = "") async throws -> [[Float]] {
        try await self.telling {
            try await self.service.embed(
                .with { ($0.model, $0.texts, $0.user) = (model, texts, user) }, metadata: self.metadata
            ).vectors.map(\.values)
        }
    }

    // MARK: Errors

    /// Makes a call, and says what its failure means.
    func telling<Value>(_ call: () async throws -> Value) async throws -> Value {
        do {
            return try await call()
        } catch let error as RPCError {
            try Task.checkCancellation()
            throw LLMError(error, from: self.server)
        } catch let error as RuntimeError {
            try Task.checkCancellation()
            throw LLMError(.unavailable, "The connection to \(self.server) cannot be used.", cause: error)
        }
    }
}
