// SPDX-License-Identifier: Apache-2.0

package import AccessControl
package import HTTPTypes

extension RouteKind {
    /// What a request wants, by its path; what is not known here is for administrators.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The path's components, as the router sees them.
    ///   - metricsPath: The components under which metrics are found.
    package init(_ method: HTTPRequest.Method, path: [Substring], metricsPath: [Substring]) {
        let isReading = method == .get || method == .head
        switch (path.first, path.dropFirst().first) {
        case (nil, _): self = isReading ? .health : .admin
        case ("health", nil): self = .health
        case ("v2", "health"): self = .health
        case ("v2", nil): self = .inference
        case ("v2", "models"): self = path.last == "setting" && !isReading ? .admin : .inference
        case ("v2", "repository"): self = path.last == "index" ? .inference : .admin
        case ("v1", let part?) where Self.inferenceParts.contains(part): self = .inference
        case ("v1", "models"): self = isReading ? .inference : .admin
        case ("v1", "experiments"): self = Self.isFeedback(method, path.dropFirst(3)) ? .inference : .admin
        case ("api", let part?) where Self.ollamaParts.contains(part): self = .inference
        default: self = .admin
        }
        // Metrics may be under any path.
        if !metricsPath.isEmpty, path == metricsPath { self = .metrics }
    }

    /// Whether a request to `/v1/experiments/NAME/…` is one of those that programs send which ask models: what came of an
    /// answer, and which arm somebody gets.
    private static func isFeedback(_ method: HTTPRequest.Method, _ rest: ArraySlice<Substring>) -> Bool {
        guard rest.count == 1, let part = rest.first else { return false }
        switch part {
        case "outcomes", "assignments": return method == .post
        case "assignment": return method == .get || method == .head
        default: return false
        }
    }

    private static let inferenceParts: Set<Substring> = ["chat", "completions", "responses", "embeddings", "messages"]
    private static let ollamaParts: Set<Substring> = ["chat", "generate", "embed", "tags", "show", "version"]
}

extension String {
    /// The path's components, as the router sees them.
    package var pathComponents: [Substring] { self.split(separator: "/") }
}
