// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import RemoteTransport

extension KServeTextModel {
    /// Where Triton answers unless somebody says otherwise.
    public static let defaultURL = "http://localhost:8000"

    /// Names a model by what the environment says of its server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - model: The model's name, as the server knows it.
    ///   - url: Where the server answers, `http`, `https`, `grpc` or `grpcs`; nil takes it from `TRITON_BASE_URL`, or the
    ///     usual place.
    ///   - key: The secret, where the server wants one; nil takes it from `TRITON_API_KEY`, or from the file that
    ///     `TRITON_API_KEY_FILE` names.
    ///   - environment: The variables; nil is those of this process.
    ///   - transport: Who makes the connections for HTTP.
    /// - Throws: ``LLMError`` with code `.invalidRequest` where the URL is none; ``TransportError`` where a key cannot be read.
    public static func open(
        _ model: String, url: String? = nil, key: APIKey? = nil, environment: [String: String]? = nil,
        transport: HTTPTransport = .shared
    ) throws -> KServeTextModel {
        let environment = environment ?? ProcessInfo.processInfo.environment
        let named = url ?? environment["TRITON_BASE_URL"]
        let key =
            try key ?? APIKey.environment("TRITON_API_KEY", in: environment)
            ?? environment["TRITON_API_KEY_FILE"].map { try APIKey.file($0) }
        let client = try KServeClient(
            named.flatMap { $0.isEmpty ? nil : $0 } ?? Self.defaultURL, key: key, http: transport)
        return KServeTextModel(KServeModelName(model), client: client)
    }
}
