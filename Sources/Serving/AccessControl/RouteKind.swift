// SPDX-License-Identifier: Apache-2.0

/// What a request wants of a server, whatever its protocol.
package enum RouteKind: String, Sendable, Hashable, CaseIterable {
    /// Whether the server is there and ready.
    case health
    /// What was measured.
    case metrics
    /// Answers of models, and what models there are.
    case inference
    /// Anything that changes the server or tells about others.
    case admin

    /// What a key must be allowed; nil where any key will do.
    var scope: AccessScope? {
        switch self {
        case .health: nil
        case .metrics: .metrics
        case .inference: .inference
        case .admin: .admin
        }
    }
}

/// What a key may do.
package enum AccessScope: String, Sendable, Hashable, CaseIterable {
    /// Ask models.
    case inference
    /// Load and unload models, change settings, see everybody's usage.
    case admin
    /// Read metrics.
    case metrics
}
