// SPDX-License-Identifier: Apache-2.0

package import Tokenization
package import TransformerRuntime

/// Pages of finished and running sequences, found again by the tokens that they stand for.
///
/// A radix tree whose edges are the tokens of one page (Zheng and others 2024: RadixAttention). Only full pages have
/// children; a page that is not full, or that agrees with a prompt in its first tokens only, is continued as a copy.
/// Pages that were computed with different adapters are in different trees.
/// What has not been used for longest goes first. Used on the engine's queue only.
package final class PrefixCache {
    /// One page and the tokens that it stands for.
    private final class Node {
        let tokens: [TokenID]
        private(set) var page: KVPage
        private(set) weak var parent: Node?
        /// What the page was computed with; held, so that no other adapter takes its identity.
        let adapter: LowRankAdapter?
        var children: [Node] = []
        var lastUsed: UInt64 = 0

        init(tokens: [TokenID], page: KVPage, parent: Node?, adapter: LowRankAdapter?) {
            self.tokens = tokens
            self.adapter = adapter
            self.page = page
            self.parent = parent
        }

        var isFull: Bool { self.tokens.count == KVLayout.positions }
        /// Whether a sequence uses the page at this moment.
        var isInUse: Bool { !isKnownUniquelyReferenced(&self.page) }
    }

    /// The first pages, by the adapter that they were computed with.
    private var roots: [ObjectIdentifier?: [Node]] = [:]
    private var clock: UInt64 = 0
    /// Pages that are held.
    package private(set) var pageCount = 0

    /// An empty cache.
    package init() {}

    deinit { self.removeAll() }

    /// Lets go of everything; long prompts make deep trees, which must not be freed by recursion.
    package func removeAll() {
        var stack = self.roots.values.flatMap(\.self)
        self.roots = [:]
        while let node = stack.popLast() {
            stack += node.children
            node.children = []
        }
        self.pageCount = 0
    }

    /// Pages that could be let go of without a sequence missing them.
    package var unusedPageCount: Int {
        var count = 0
        self.visit { if !$0.isInUse { count += 1 } }
        return count
    }

    /// Continues a cache with as many of the following tokens as are known.
    ///
    /// - Parameters:
    ///   - cache: A sequence's keys and values; nothing happens unless it ends where a page ends.
    ///   - tokens: All tokens of the sequence that may be taken, those that it has already included.
    /// - Returns: How many tokens were taken.
    package func extend(_ cache: KVCache, with tokens: ArraySlice<TokenID>) -> Int {
        let before = cache.count
        guard before.isMultiple(of: KVLayout.positions) else { return 0 }
        self.clock += 1
        var rest = tokens
        var level = self.roots(of: cache.adapter)
        while !rest.isEmpty, let (node, length) = Self.best(of: level, for: rest) {
            node.lastUsed = self.clock
            if tokens.startIndex + cache.count == rest.startIndex {
                guard length == KVLayout.positions else {
                    self.copy(node, length, to: cache)
                    break
                }
                cache.share(node.page)
            } else if length < KVLayout.positions {
                break
            }
            rest = rest.dropFirst(length)
            level = node.children
        }
        return cache.count - before
    }

    /// How many tokens of a sequence are known; nothing is taken.
    func knownCount(_ tokens: ArraySlice<TokenID>, adapter: LowRankAdapter?) -> Int {
        var rest = tokens
        var level = self.roots(of: adapter)
        while !rest.isEmpty, let (node, length) = Self.best(of: level, for: rest) {
            rest = rest.dropFirst(length)
            if length < KVLayout.positions { break }
            level = node.children
        }
        return tokens.count - rest.count
    }

    /// A copy is worth a page only where it saves more than a few tokens; where no page can be had, they are computed.
    private func copy(_ node: Node, _ length: Int, to cache: KVCache) {
        guard length >= Self.leastCopied else { return }
        // Being held here, the page itself is not let go of.
        let page = node.page
        while (try? cache.copy(page, positions: length)) == nil, self.evictOne() {}
    }

    /// Fewer tokens are not worth a page of memory.
    private static let leastCopied = 4

    /// Remembers a sequence's pages.
    ///
    /// - Parameters:
    ///   - cache: Its keys and values; pages that are known already are replaced by the known ones.
    ///   - tokens: The tokens that they stand for.
    ///   - tail: Whether to remember the last page, too, if it is not full.
    package func insert(_ cache: KVCache, tokens: [TokenID], tail: Bool) {
        self.clock += 1
        var parent: Node?
        for index in 0..<(tail ? KVLayout.pages(for: cache.count) : cache.fullPages) {
            let start = index * KVLayout.positions
            let part = tokens[start..<min(start + KVLayout.positions, cache.count)]
            guard let page = cache.page(index) else { return }
            let level = parent?.children ?? self.roots(of: cache.adapter)
            if let known = level.first(where: { $0.tokens.starts(with: part) }) {
                known.lastUsed = self.clock
                if known.tokens.count == part.count { cache.replacePage(index, with: known.page) }
                parent = known
            } else {
                parent = self.add(
                    Node(tokens: Array(part), page: page, parent: parent, adapter: cache.adapter), below: parent)
            }
        }
    }

    private func add(_ node: Node, below parent: Node?) -> Node {
        node.lastUsed = self.clock
        self.pageCount += 1
        // What the new page begins with need not be kept twice.
        let level = parent?.children ?? self.roots(of: node.adapter)
        for shorter in level where !shorter.isFull && node.tokens.starts(with: shorter.tokens) { self.remove(shorter) }
        if let parent {
            parent.children.append(node)
        } else {
            self.roots[node.adapter.map(ObjectIdentifier.init), default: []].append(node)
        }
        return node
    }

    private func roots(of adapter: LowRankAdapter?) -> [Node] {
        self.roots[adapter.map(ObjectIdentifier.init)] ?? []
    }

    /// Lets go of the page that was not used for longest and that nobody else holds.
    ///
    /// - Returns: Whether there was one.
    package func evictOne() -> Bool {
        var oldest: Node?
        self.visit { node in
            guard node.children.isEmpty, node.lastUsed < oldest?.lastUsed ?? .max, !node.isInUse else { return }
            oldest = node
        }
        if let oldest { self.remove(oldest) }
        return oldest != nil
    }

    private func remove(_ node: Node) {
        self.pageCount -= 1
        if let parent = node.parent {
            parent.children.removeAll { $0 === node }
        } else {
            let key = node.adapter.map(ObjectIdentifier.init)
            self.roots[key]?.removeAll { $0 === node }
            if self.roots[key]?.isEmpty == true { self.roots[key] = nil }
        }
    }

    private func visit(_ body: (Node) -> Void) {
        var stack = self.roots.values.flatMap(\.self)
        while let node = stack.popLast() {
            stack += node.children
            body(node)
        }
    }

    /// The page that agrees with the most tokens.
    private static func best(of level: [Node], for tokens: ArraySlice<TokenID>) -> (Node, Int)? {
        var best: (node: Node, length: Int)?
        for node in level {
            let length = node.tokens.commonPrefixLength(with: tokens)
            if length > best?.length ?? 0 { best = (node, length) }
        }
        return best.map { ($0.node, $0.length) }
    }
}
