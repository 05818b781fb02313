// SPDX-License-Identifier: Apache-2.0

internal import Observability
internal import RemoteModels

extension BackendSettings {
    /// Who runs the model, as traces and metrics tell it.
    ///
    /// - Parameter environment: Variables that may name the server.
    func identity(_ environment: [String: String]) -> ModelIdentity {
        switch self.kind {
        case .local: return ModelIdentity(provider: "open-autoglm", model: self.model)
        case .plugin: return ModelIdentity(provider: "plugin", model: self.model)
        case .remote(let server):
            let named = self.url ?? environment[server.baseURLVariable].flatMap { $0.isEmpty ? nil : $0 }
            return ModelIdentity(
                provider: server.conventionalName, model: self.model, url: named ?? server.defaultBaseURL)
        case .triton:
            return ModelIdentity(provider: "triton", model: self.model, url: self.url ?? "http://localhost:8000")
        }
    }
}

extension RemoteBackend {
    /// The name that OpenTelemetry has for whoever offers the model; of others the server's.
    fileprivate var conventionalName: String { self == .openaiResponses ? "openai" : self.rawValue }
}
