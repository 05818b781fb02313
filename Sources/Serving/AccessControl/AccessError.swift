// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Why somebody is not let in.
package enum AccessDomain: ErrorDomain {
    /// The family's name.
    package static let name = "access"
}

/// A refusal of whoever asks, before anything is done for him.
package typealias AccessError = DomainError<AccessDomain>

extension AccessError.Code where Domain == AccessDomain {
    /// There is no key, or none that is known, or it has expired.
    package static var unauthenticated: Self { "unauthenticated" }
    /// The key is known and may not do this.
    package static var forbidden: Self { "forbidden" }
    /// The key has asked for more than it may in this time.
    package static var rateLimited: Self { "rate-limited" }
    /// The keys, or those of tokens, cannot be used as they are written.
    package static var invalidSettings: Self { "invalid-settings" }
}
