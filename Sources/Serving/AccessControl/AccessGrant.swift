// SPDX-License-Identifier: Apache-2.0

/// What somebody may do.
package struct AccessGrant: Sendable, Hashable {
    /// Who he is, for accounts and logs.
    package var name: String
    /// What he may do.
    package var scopes: Set<AccessScope>
    /// The models that he may ask; nil for all.
    package var models: [ModelPattern]?
    /// How much he may ask for; nil for any amount.
    package var allowance: Allowance?

    /// Describes what somebody may do.
    package init(
        name: String, scopes: Set<AccessScope> = [.inference], models: [ModelPattern]? = nil,
        allowance: Allowance? = nil
    ) {
        self.name = name
        self.scopes = scopes
        self.models = models
        self.allowance = allowance
    }

    /// Whether he may ask a model.
    func allows(model: String) -> Bool { self.models?.contains { $0.matches(model) } ?? true }
}

/// How much somebody may ask for in a minute.
package struct Allowance: Sendable, Hashable {
    /// Requests that may start; nil for any number.
    package var requestsPerMinute: Double?
    /// Tokens, of prompts and answers; nil for any number.
    package var tokensPerMinute: Double?

    /// Describes how much.
    package init(requestsPerMinute: Double? = nil, tokensPerMinute: Double? = nil) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
    }
}

/// A key that is known, by its hash.
package struct AccessKey: Sendable, Hashable {
    /// The hash of the key; the key itself is nowhere.
    package var hash: KeyHash
    /// What it may do.
    package var grant: AccessGrant
    /// Seconds since 1970 from which it is no longer known; nil for never.
    package var expiry: Double?

    /// Describes a key.
    package init(hash: KeyHash, grant: AccessGrant, expiry: Double? = nil) {
        self.hash = hash
        self.grant = grant
        self.expiry = expiry
    }
}
