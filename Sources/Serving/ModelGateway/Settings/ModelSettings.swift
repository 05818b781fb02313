// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import RemoteTransport
internal import SourceDocuments

/// One model of a configuration.
struct ModelSettings {
    /// What answers.
    enum Source {
        /// A backend of its own.
        case backend(BackendSettings)
        /// Models of this configuration that share the requests.
        case replicas([Reference], policy: BalancingPolicy, health: CircuitBreaker.Settings)
        /// Models of this configuration, the preferred one first.
        case fallbacks([Reference])
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

    /// The models that this one is made of.
    var references: [Reference] {
        switch self.source {
        case .backend: []
        case .replicas(let references, _, _), .fallbacks(let references): references
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
}
