// SPDX-License-Identifier: Apache-2.0

package import AdapterMiddleware
internal import LLMCore
internal import OrderedCollections
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Lets in whoever may come in; shared by all servers of a program.
package final class AccessGuard: Sendable {
    /// Who is known, made ready for looking up.
    private struct Register: Sendable {
        let keys: [UInt64: [AccessKey]]
        let tokens: TokenVerifier?
        let open: Set<RouteKind>
    }

    private struct State {
        var register: Register
        var budgets: OrderedDictionary<String, CallerBudget> = [:]
    }

    /// How many budgets are kept; whoever hands out tokens may name any number of subjects.
    private static let mostBudgets = 10_000

    private let state: Mutex<State>
    private let time: Timekeeper
    private let seconds: @Sendable () -> Double

    /// Makes a guard.
    ///
    /// - Parameters:
    ///   - settings: Who is let in.
    ///   - time: What rates are measured by.
    ///   - seconds: Seconds since 1970; nil is the system's clock.
    /// - Throws: ``AccessError`` with code `.invalidSettings`.
    package init(
        _ settings: AccessSettings, time: Timekeeper = Timekeeper(), seconds: (@Sendable () -> Double)? = nil
    ) async throws {
        let seconds = seconds ?? { Date().timeIntervalSince1970 }
        self.time = time
        self.seconds = seconds
        self.state = Mutex(State(register: try await Self.register(settings, seconds)))
    }

    /// Takes other settings; what somebody has used up of an allowance that stays the same stays used up.
    ///
    /// - Throws: ``AccessError`` with code `.invalidSettings`; then nothing changes.
    package func replace(_ settings: AccessSettings) async throws {
        let register = try await Self.register(settings, self.seconds)
        self.state.withLock { $0.register = register }
    }

    /// Lets a request in, or refuses it.
    ///
    /// - Parameters:
    ///   - credential: The key or token that it shows.
    ///   - kind: What it wants.
    /// - Returns: nil where that is open to everybody.
    /// - Throws: ``AccessError`` with code `.unauthenticated` or `.forbidden`.
    package func admit(_ credential: String?, to kind: RouteKind) async throws -> Admission? {
        let register = self.state.withLock { $0.register }
        guard !register.open.contains(kind) else { return nil }
        guard let credential, !credential.isEmpty else {
            throw AccessError(
                .unauthenticated, "This server asks for a key: send 'Authorization: Bearer KEY', or 'x-api-key: KEY'.")
        }
        let grant = try await self.grant(for: credential, register)
        if let scope = kind.scope, !grant.scopes.contains(scope) {
            throw AccessError(.forbidden, "The key '\(grant.name)' lacks the scope '\(scope.rawValue)'.")
        }
        return Admission(grant, grant.allowance.map { self.budget(of: grant.name, $0) })
    }

    private func grant(for credential: String, _ register: Register) async throws -> AccessGrant {
        if let tokens = register.tokens, TokenVerifier.isToken(credential) {
            return try await tokens.grant(for: credential)
        }
        let hash = KeyHash(of: credential)
        // Whoever guesses keys cannot choose hashes; so their beginnings may be looked up, and the rest tells no time.
        guard let key = register.keys[hash.beginning]?.first(where: { $0.hash.matches(hash) }) else {
            throw AccessError(.unauthenticated, "The key is not known to this server.")
        }
        if let expiry = key.expiry, self.seconds() >= expiry {
            throw AccessError(.unauthenticated, "The key '\(key.grant.name)' has expired.")
        }
        return key.grant
    }

    private func budget(of name: String, _ allowance: Allowance) -> CallerBudget {
        self.state.withLock { state in
            if let budget = state.budgets[name], budget.allowance == allowance { return budget }
            let budget = CallerBudget(allowance, time: self.time)
            if state.budgets[name] == nil, state.budgets.count >= Self.mostBudgets { state.budgets.removeFirst() }
            state.budgets[name] = budget
            return budget
        }
    }

    private static func register(
        _ settings: AccessSettings, _ seconds: @escaping @Sendable () -> Double
    ) async throws -> Register {
        var tokens: TokenVerifier?
        if let settings = settings.tokens { tokens = try await TokenVerifier(settings, seconds: seconds) }
        return Register(
            keys: Dictionary(grouping: settings.keys, by: \.hash.beginning), tokens: tokens, open: settings.open)
    }
}
