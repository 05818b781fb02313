// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Sends events to the handlers of a table.
public struct InputRouter: Sendable {
    private let routes: [(route: InputRoute, handler: any InputHandler)]

    /// Makes the handlers of a table; models are loaded here.
    ///
    /// - Throws: What a handler lacks.
    public init(_ table: RoutingTable) async throws {
        var routes: [(route: InputRoute, handler: any InputHandler)] = []
        for route in table.routes { routes.append((route, try await route.handler.make(route.options))) }
        self.routes = routes
    }

    /// Lets the first route that takes an event look at it; nil where none does.
    ///
    /// - Throws: What the handler throws.
    public func handle(_ event: InputEvent) async throws -> HandledInput? {
        guard let (route, handler) = self.routes.first(where: { $0.route.takes(event) }) else { return nil }
        let start = ContinuousClock.now
        let findings = try await handler.handle(event)
        return HandledInput(event, route: route.name, findings: findings, duration: ContinuousClock.now - start)
    }
}
