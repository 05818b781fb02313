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
        var sums = UsageSums()
        /// What no store has yet; nil where none will.
        var unstored: UsageSums?
    }

    /// The caller or tag that stands for all those that are not told apart.
    public static let overflow = "(others)"

    private let state: Mutex<State>
    private let limit: Int

    /// Makes an empty ledger.
    ///
    /// - Parameters:
    ///   - limit: How many accounts, and how many tags, are told apart.
    ///   - isStored: Whether somebody takes what is new to a store, by ``store(in:)``.
    public init(limit: Int = 10_000, isStored: Bool = false) {
        self.limit = max(0, limit)
        self.state = Mutex(State(unstored: isStored ? UsageSums() : nil))
    }

    /// Everything so far.
    public var sums: UsageSums { self.state.withLock { $0.sums } }

    /// The sums by model and caller.
    public var accounts: [Account: UsageTotal] { self.sums.accounts }

    /// The sums by tag; a request with several counts for each.
    public var tags: [String: UsageTotal] { self.sums.tags }

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
        let total = UsageTotal(usage, cost: cost, ending: ending)
        self.state.withLock { state in
            state.sums.add(total, to: account, tags: tags, limit: self.limit)
            state.unstored?.add(total, to: account, tags: tags, limit: self.limit)
        }
    }

    /// Adds what a store has from earlier programs.
    ///
    /// - Throws: The store's error; nothing is added then.
    public func restore(from store: any UsageStore) async throws {
        let kept = try await store.sums()
        self.state.withLock { $0.sums.add(kept, limit: self.limit) }
    }

    /// Takes what is new to a store; what cannot be stored is tried again the next time.
    ///
    /// - Throws: The store's error.
    public func store(in store: any UsageStore) async throws {
        let new = self.state.withLock { state in
            defer { if state.unstored != nil { state.unstored = UsageSums() } }
            return state.unstored
        }
        guard let new, !new.isEmpty else { return }
        do {
            try await store.add(new)
        } catch {
            self.state.withLock { $0.unstored?.add(new, limit: self.limit) }
            throw error
        }
    }
}
