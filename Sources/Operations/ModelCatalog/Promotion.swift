// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Somebody's wish that an alias should stand for a version.
public struct Promotion: Sendable, Hashable {
    /// Where a promotion stands.
    public enum State: String, Sendable, CaseIterable {
        /// It waits for approval.
        case waiting
        /// The alias stands, or stood, for the version.
        case done
        /// Somebody refused it.
        case rejected
    }

    /// Its number: the promotions of a model count from 1.
    public let number: Int
    /// The alias that is to move.
    public let alias: String
    /// The version that it is to stand for.
    public let version: Int
    /// Who asked.
    public let by: String
    /// When.
    public let at: Date
    /// Why.
    public let note: String
    /// Who has approved, in order.
    public internal(set) var approvals: [String] = []
    /// Where it stands.
    public internal(set) var state = State.waiting
}
