// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

/// What requests took: by model and caller, and by tag.
public struct UsageSums: Sendable, Hashable {
    /// The sums by model and caller.
    public internal(set) var accounts: [UsageLedger.Account: UsageTotal] = [:]
    /// The sums by tag; a request with several counts for each.
    public internal(set) var tags: [String: UsageTotal] = [:]
    /// Callers and tags are names; what is longer is somebody's text, and is cut.
    private static let longestName = 200

    /// Nothing yet.
    public init() {}

    /// Sums that were kept.
    package init(accounts: [UsageLedger.Account: UsageTotal], tags: [String: UsageTotal]) {
        self.accounts = accounts
        self.tags = tags
    }

    /// Whether there was no request.
    public var isEmpty: Bool { self.accounts.isEmpty && self.tags.isEmpty }

    /// The sums by model.
    public var models: [String: UsageTotal] {
        self.accounts.reduce(into: [:]) { $0[$1.key.model, default: UsageTotal()].add($1.value) }
    }

    /// Adds what was summed up elsewhere.
    ///
    /// - Parameter limit: How many accounts, and how many tags, are told apart.
    mutating func add(_ other: UsageSums, limit: Int) {
        for (account, total) in other.accounts {
            let account = self.account(account, limit)
            self.accounts[account, default: UsageTotal()].add(total)
        }
        for (tag, total) in other.tags {
            let tag = self.tag(tag, limit)
            self.tags[tag, default: UsageTotal()].add(total)
        }
    }

    /// Adds a request.
    mutating func add(_ total: UsageTotal, to account: UsageLedger.Account, tags: [String], limit: Int) {
        let account = self.account(account, limit)
        self.accounts[account, default: UsageTotal()].add(total)
        guard !tags.isEmpty else { return }
        var counted: Set<String> = []
        for tag in tags {
            let tag = self.tag(tag, limit)
            if counted.insert(tag).inserted { self.tags[tag, default: UsageTotal()].add(total) }
        }
    }

    private func account(_ account: UsageLedger.Account, _ limit: Int) -> UsageLedger.Account {
        var account = account
        account.caller = Self.name(account.caller)
        if self.accounts[account] == nil, self.accounts.count >= limit { account.caller = UsageLedger.overflow }
        return account
    }

    private func tag(_ tag: String, _ limit: Int) -> String {
        let tag = Self.name(tag)
        return self.tags[tag] != nil || self.tags.count < limit ? tag : UsageLedger.overflow
    }

    private static func name(_ text: String) -> String {
        text.utf8.count <= self.longestName ? text : String(text.prefix(self.longestName / 4)) + "…"
    }
}

extension UsageSums {
    /// The sums as JSON: `models`, `accounts` by model and caller, and `tags`, each sorted by name.
    public var json: JSONValue {
        let accounts = self.accounts.sorted { ($0.key.model, $0.key.caller) < ($1.key.model, $1.key.caller) }
        return [
            "models": .array(
                self.models.sorted { $0.key < $1.key }.map { $0.value.json(["model": .string($0.key)]) }),
            "accounts": .array(
                accounts.map {
                    $0.value.json(["model": .string($0.key.model), "caller": .string($0.key.caller)])
                }),
            "tags": .array(self.tags.sorted { $0.key < $1.key }.map { $0.value.json(["tag": .string($0.key)]) }),
        ]
    }
}

extension UsageTotal {
    /// The sum as JSON, after what it is the sum of.
    fileprivate func json(_ names: OrderedDictionary<String, JSONValue>) -> JSONValue {
        var members = names
        members["requests"] = .integer(self.requests)
        members["partial"] = .integer(self.partial)
        members["failed"] = .integer(self.failed)
        members["prompt_tokens"] = .integer(self.promptTokens)
        members["cached_prompt_tokens"] = .integer(self.cachedPromptTokens)
        members["completion_tokens"] = .integer(self.completionTokens)
        members["cost"] = .number(self.cost)
        return .object(members)
    }
}
