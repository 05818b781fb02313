// SPDX-License-Identifier: Apache-2.0

/// Who is let in.
package struct AccessSettings: Sendable {
    /// The keys.
    package var keys: [AccessKey] = []
    /// Tokens that somebody else hands out; nil takes none.
    package var tokens: TokenSettings?
    /// What nobody needs a key for.
    package var open: Set<RouteKind> = [.health]

    /// Nobody.
    package init() {}
}
