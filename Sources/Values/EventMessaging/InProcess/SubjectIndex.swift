// SPDX-License-Identifier: Apache-2.0

/// Values by the patterns of subjects that want them: a tree of words, so that what a subject needs to look at does not grow
/// with the number of patterns.
struct SubjectIndex<Value> {
    private final class Node {
        var words: [Substring: Node] = [:]
        var anyWord: Node?
        var values: [Int: Value] = [:]
        /// Of patterns that end here with `>`.
        var rest: [Int: Value] = [:]

        var isEmpty: Bool { self.words.isEmpty && self.anyWord == nil && self.values.isEmpty && self.rest.isEmpty }
    }

    private let root = Node()
    private(set) var count = 0

    /// Adds a value.
    ///
    /// - Parameter number: Names it among all others.
    mutating func insert(_ value: Value, _ number: Int, at pattern: EventPattern) {
        var node = self.root
        self.count += 1
        for word in pattern.words {
            if word == ">" {
                node.rest[number] = value
                return
            }
            node = Self.child(of: node, for: word)
        }
        node.values[number] = value
    }

    /// Removes a value and the branches that only it needed.
    mutating func remove(_ number: Int, at pattern: EventPattern) {
        if Self.remove(number, pattern.words[...], from: self.root) { self.count -= 1 }
    }

    /// The values whose patterns match a subject, in the order of their numbers.
    func values(for subject: EventSubject) -> [Value] {
        var found: [(number: Int, value: Value)] = []
        Self.collect(subject.words[...], from: self.root, into: &found)
        found.sort { $0.number < $1.number }
        // A value of several patterns counts once.
        return found.indices.filter { $0 == 0 || found[$0 - 1].number != found[$0].number }.map { found[$0].value }
    }

    private static func child(of node: Node, for word: Substring) -> Node {
        if word == "*" {
            if let node = node.anyWord { return node }
            let new = Node()
            node.anyWord = new
            return new
        }
        if let node = node.words[word] { return node }
        let new = Node()
        node.words[word] = new
        return new
    }

    private static func collect(
        _ words: ArraySlice<Substring>, from node: Node, into found: inout [(number: Int, value: Value)]
    ) {
        guard let word = words.first else {
            found.append(contentsOf: node.values.lazy.map { ($0.key, $0.value) })
            return
        }
        found.append(contentsOf: node.rest.map { ($0.key, $0.value) })
        if let next = node.words[word] { Self.collect(words.dropFirst(), from: next, into: &found) }
        if let next = node.anyWord { Self.collect(words.dropFirst(), from: next, into: &found) }
    }

    private static func remove(_ number: Int, _ words: ArraySlice<Substring>, from node: Node) -> Bool {
        guard let word = words.first else { return node.values.removeValue(forKey: number) != nil }
        if word == ">" { return node.rest.removeValue(forKey: number) != nil }
        guard let next = word == "*" ? node.anyWord : node.words[word] else { return false }
        let isRemoved = Self.remove(number, words.dropFirst(), from: next)
        if next.isEmpty {
            if word == "*" { node.anyWord = nil } else { node.words[word] = nil }
        }
        return isRemoved
    }
}
