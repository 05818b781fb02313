// SPDX-License-Identifier: Apache-2.0

package import AdapterMiddleware
internal import LLMCore

/// A request whose sender is known and may make it.
package struct Admission: Sendable {
    /// That of the request which is being answered; nil where everybody is let in.
    @TaskLocal package static var current: Admission?

    private let grant: AccessGrant
    private let budget: CallerBudget?

    init(_ grant: AccessGrant, _ budget: CallerBudget?) {
        self.grant = grant
        self.budget = budget
    }

    /// Who asks, for accounts.
    package var name: String { self.grant.name }
    /// What he may still ask for; nil where nothing is limited.
    package var standing: RateStanding? { self.budget?.standing }
    /// Keeps the tokens of what is asked within his rate; nil where they are not limited.
    package var tokenLimit: RateLimit? { self.budget?.tokenLimit }

    /// Counts the request.
    ///
    /// - Throws: ``AccessError`` with code `.rateLimited` where there were too many.
    package func start() throws { try self.budget?.take(for: self.name) }

    /// Whether he may ask a model.
    package func allows(model: String) -> Bool { self.grant.allows(model: model) }

    /// Makes sure that he may ask a model.
    ///
    /// - Throws: ``AccessError`` with code `.forbidden`.
    package func check(model: String) throws {
        guard !self.allows(model: model) else { return }
        throw AccessError(.forbidden, "The key '\(self.name)' may not ask the model '\(model.prefix(200))'.")
    }
}
