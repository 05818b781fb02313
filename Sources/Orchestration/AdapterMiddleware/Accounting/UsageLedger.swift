// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// Adds up what requests take: by model and caller, and by tag.
///
/// Callers and tags come from outside, so there is a bound to how many are told apart: what comes after goes to
/// ``overflow``, and no sum is lost.
public final class UsageLedger: Sendable {
    /// Whose requests are added up together.
    public struct Account: Sendable, Hashable {
        /// The model.
        public var model: String
        /// Who asked, as requests' ``SchedulingOptions/client`` says; empty for nobody in particular.
        public var caller: String

        /// Names an account.
        public init(model: String, caller: String) {
            self.model = model
            self.caller = caller
        }
    }

    private struct State {
        var accounts: [Account: UsageTotal] = [:]
        var tags: [String: UsageTotal] = [:]
    }

    /// The caller or tag that stands for all those that are not told apart.
    public static let overflow = "(others)"

    private let state = Mutex(State())
    private let limit: Int

    /// Makes an empty ledger.
    ///
    /// - Parameter limit: How many accounts, and how many tags, are told apart.
    public init(limit: Int = 10_000) { self.limit = max(0, limit) }

    /// The sums by model and caller.
    public var accounts: [Account: UsageTotal] { self.state.withLock { $0.accounts } }

    /// The sums by tag; a request with several counts for each.
    public var tags: [String: UsageTotal] { self.state.withLock { $0.tags } }

    /// Adds a request.
    ///
    /// - Parameters:
    ///   - usage: Its tokens.
    ///   - cost: What they cost.
    ///   - account: Whose it is.
    ///   - tags: What it was for; one named twice counts once.
    ///   - ending: How it ended.
    public func add(
        _ usage: TokenUsage, cost: Double, to account: Account, tags: [String] = [],
        ending: UsageTotal.Ending = .complete
    ) {
        self.state.withLock { state in
            var account = account
            if state.accounts[account] == nil, state.accounts.count >= self.limit { account.caller = Self.overflow }
            state.accounts[account, default: UsageTotal()].add(usage, cost: cost, ending: ending)
            var counted: Set<String> = []
            for tag in tags {
                let isKnown = state.tags[tag] != nil || state.tags.count < self.limit
                let tag = isKnown ? tag : Self.overflow
                guard counted.insert(tag).inserted else { continue }
                state.tags[tag, default: UsageTotal()].add(usage, cost: cost, ending: ending)
            }
        }
    }
}
