// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import LLMCore
internal import RemoteModels
public import RemoteTransport

extension KServeTextModel {
    /// Where Triton answers unless somebody says otherwise.
    public static let defaultURL = "http://localhost:8000"

    /// The variables of the environment that say where the server is and whose key it wants.
    package static let variables = ServerVariables(url: "TRITON_BASE_URL", key: "TRITON_API_KEY")

    /// Names a model by what the environment says of its server; nothing is sent yet.
    ///
    /// Answers by a JSON schema are asked for, and asked for again where they do not fit.
    /// - Parameters:
    ///   - model: The model's name, as the server knows it.
    ///   - url: Where the server answers, `http`, `https`, `grpc` or `grpcs`; nil takes it from `TRITON_BASE_URL`, or the
    ///     usual place.
    ///   - key: The secret, where the server wants one; nil takes it from `TRITON_API_KEY`, or from the file that
    ///     `TRITON_API_KEY_FILE` names.
    ///   - signature: Which tensors are the model's text, and how a conversation becomes one.
    ///   - environment: The variables; nil is those of this process.
    ///   - transport: Who makes the connections for HTTP.
    /// - Throws: ``LLMError`` with code `.invalidRequest` where the URL is none; ``TransportError`` where a key cannot be read.
    public static func open(
        _ model: String, url: String? = nil, key: APIKey? = nil, signature: KServeTextSignature = KServeTextSignature(),
        environment: [String: String]? = nil, transport: HTTPTransport = .shared
    ) throws -> any ModelAdapter {
        let environment = environment ?? ProcessInfo.processInfo.environment
        let client = try KServeClient(
            Self.variables.url(url, in: environment) ?? Self.defaultURL,
            key: try Self.variables.key(key, in: environment), http: transport)
        return ReaskingModel(
            KServeTextModel(KServeModelName(model), client: client, signature: signature),
            keepsToOneTurn: signature.conversationFormat == nil)
    }
}
