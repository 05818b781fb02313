// SPDX-License-Identifier: Apache-2.0

package import Tokenization

/// The bytes of many tokens as a tree in one piece of memory, parents before their children.
///
/// Whoever walks it along an automaton follows each beginning that tokens share once, and leaves out all that begins with
/// what is not allowed.
package struct TokenTrie: Sendable {
    /// One byte of one or more tokens.
    package struct Node: Sendable {
        /// Where the nodes end that lie below this one.
        package fileprivate(set) var end: Int32
        /// The token that ends here, or -1.
        package let token: Int32
        /// Bytes before this one.
        package let depth: UInt16
        /// The byte.
        package let byte: UInt8
    }

    /// The nodes, each followed by all that lie below it.
    package let nodes: [Node]
    /// The length of the longest token in bytes.
    package let longest: Int

    /// Makes the tree of some tokens.
    ///
    /// - Parameters:
    ///   - texts: The bytes of all tokens.
    ///   - entries: Those to take, in order.
    init(_ texts: TokenTexts, _ entries: [TokenTexts.Entry]) {
        var nodes: [Node] = []
        nodes.reserveCapacity(entries.count * 2)
        // The nodes of the last token's bytes, whose ends are not known yet.
        var path: [Int] = []
        var longest = 0
        texts.bytes.withUnsafeBufferPointer { bytes in
            var last = 0..<0
            for entry in entries {
                let range = entry.range
                longest = max(longest, range.count)
                // Of tokens with the same bytes, each has a last node of its own.
                let most = min(last.count, range.count - 1)
                var shared = 0
                while shared < most, bytes[last.lowerBound + shared] == bytes[range.lowerBound + shared] { shared += 1 }
                while path.count > shared { nodes[path.removeLast()].end = Int32(nodes.count) }
                for depth in shared..<range.count {
                    path.append(nodes.count)
                    nodes.append(
                        Node(
                            end: 0, token: depth == range.count - 1 ? entry.token : -1, depth: UInt16(depth),
                            byte: bytes[range.lowerBound + depth]))
                }
                last = range
            }
        }
        while let open = path.popLast() { nodes[open].end = Int32(nodes.count) }
        self.nodes = nodes
        self.longest = longest
    }

    /// Calls `body` with each token along which an automaton stays alive.
    ///
    /// - Parameters:
    ///   - automaton: What allows bytes.
    ///   - state: Where it is; alive.
    ///   - states: Memory that is kept from walk to walk.
    ///   - body: Called in the order of the tokens' bytes.
    package func walk(
        _ automaton: some ByteAutomaton, from state: AutomatonState, states: inout [AutomatonState],
        _ body: (TokenID) -> Void
    ) {
        while states.count <= self.longest { states.append(.dead) }
        states.withUnsafeMutableBufferPointer { states in
            self.nodes.withUnsafeBufferPointer { nodes in
                states[0] = state
                var index = 0
                while index < nodes.count {
                    let node = nodes[index]
                    let next = automaton.next(states[Int(node.depth)], node.byte)
                    if next.isDead {
                        index = Int(node.end)
                        continue
                    }
                    states[Int(node.depth) + 1] = next
                    if node.token >= 0 { body(node.token) }
                    index += 1
                }
            }
        }
    }

    /// Whether a token begins with some bytes, is longer, and stays alive along an automaton from where those end.
    func hasLongerToken(
        than bytes: some Sequence<UInt8>, _ automaton: some ByteAutomaton, from state: AutomatonState
    ) -> Bool {
        guard let below = self.nodes(below: bytes) else { return false }
        let depth = below.isEmpty ? 0 : self.nodes[below.lowerBound].depth
        var states = [AutomatonState](repeating: .dead, count: self.longest + 1)
        states[Int(depth)] = state
        var index = below.lowerBound
        while index < below.upperBound {
            let node = self.nodes[index]
            let next = automaton.next(states[Int(node.depth)], node.byte)
            if next.isDead {
                index = Int(node.end)
                continue
            }
            if node.token >= 0 { return true }
            states[Int(node.depth) + 1] = next
            index += 1
        }
        return false
    }

    /// The nodes that lie below a beginning of tokens; nil when none begins so.
    private func nodes(below bytes: some Sequence<UInt8>) -> Range<Int>? {
        var range = 0..<self.nodes.count
        for byte in bytes {
            var found: Range<Int>?
            var index = range.lowerBound
            while index < range.upperBound {
                let end = Int(self.nodes[index].end)
                // Of tokens with the same bytes, the last one's node has others below it.
                if self.nodes[index].byte == byte { found = (index + 1)..<end }
                index = end
            }
            guard let found else { return nil }
            range = found
        }
        return range
    }
}
