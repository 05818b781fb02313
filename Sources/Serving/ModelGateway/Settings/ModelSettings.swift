// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import KServeModels
internal import RemoteTransport
internal import SourceDocuments

/// One model of a configuration.
struct ModelSettings {
    /// What answers.
    enum Source {
        /// A backend of its own.
        case backend(BackendSettings)
        /// Models of this configuration that share the requests.
        ///
        /// They are asked for their health with a pause of `checks` between; nil asks nobody.
        case replicas([Reference], policy: BalancingPolicy, health: CircuitBreaker.Settings, checks: Duration?)
        /// Models of this configuration, the preferred one first.
        case fallbacks([Reference])
        /// Models of this configuration, the cheapest first, and how sure the answer of each but the last must be to be taken.
        case cascade([Reference], confidences: [Double])

        /// Why no connection of this one's can be limited in its time; nil where it can.
        func lacksConnectTimeout(_ environment: [String: String]) -> String? {
            switch self {
            case .replicas, .fallbacks, .cascade: return "the models that it is made of connect, each by its own."
            case .backend(let backend):
                switch backend.kind {
                case .local, .plugin: return "it runs here."
                case .remote: return nil
                case .triton:
                    let url = KServeTextModel.variables.url(backend.url, in: environment) ?? KServeTextModel.defaultURL
                    return url.hasPrefix("grpc") ? "gRPC connects until the request's time is over." : nil
                }
            }
        }
    }

    /// The name of another model of this configuration.
    struct Reference {
        var name: String
        var weight = 1.0
        var place: SourcePlace
    }

    var name: String
    var place: SourcePlace
    var source: Source
    var middleware: MiddlewareSettings
    /// What is written of it, by which it is known again when the file is read another time.
    var written = ""

    /// What is written of it, and what the files and variables say that it names.
    var fingerprint: [String] {
        guard case .backend(let backend) = self.source else { return [self.written] }
        return [
            self.written, backend.key?.secret ?? "",
            backend.authorities.map { String(decoding: $0.pem, as: UTF8.self) } ?? "",
        ]
    }

    /// The local model that it is, by name or path; nil for others.
    var localPath: String? {
        guard case .backend(let backend) = self.source, backend.kind == .local else { return nil }
        return backend.model
    }

    /// The models that this one is made of.
    var references: [Reference] {
        switch self.source {
        case .backend: []
        case .replicas(let references, _, _, _), .fallbacks(let references), .cascade(let references, _): references
        }
    }
}

/// A backend and the model that it runs.
struct BackendSettings {
    /// Who runs the model.
    var kind = BackendKind.local
    /// The model's name as the backend knows it; for `local` a name or a path.
    var model: String
    /// Where the backend answers; nil is where it usually does.
    var url: String?
    var key: APIKey?
    /// Who vouches for the server; nil are those whom the system trusts.
    var authorities: CertificateAuthorities?
    /// Whether the server is reached by way of a proxy; nil goes by the environment.
    var proxies: ProxyRules?
    /// Which tensors of a model behind KServe are its text.
    var signature = KServeTextSignature()
}
