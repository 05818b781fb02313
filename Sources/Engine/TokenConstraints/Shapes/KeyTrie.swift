// SPDX-License-Identifier: Apache-2.0

/// The declared names of an object as a tree of their scalars.
struct KeyTrie {
    /// A beginning that some names share.
    struct Node {
        /// The names that begin so, as a range of the sorted names.
        var names: Range<Int>
        /// The name that ends here.
        var name: Int?
        /// The beginnings that are one scalar longer, sorted.
        var children: [(scalar: UInt32, node: Int32)] = []
    }

    private(set) var nodes: [Node]

    /// No beginning of a declared name.
    static let none: Int32 = -1

    /// Makes the tree of names that are sorted by their scalars.
    init(_ names: [String]) {
        self.nodes = [Node(names: 0..<names.count)]
        let scalars = names.map { $0.unicodeScalars.map(\.value) }
        var waiting: [(node: Int, depth: Int)] = [(0, 0)]
        while let (node, depth) = waiting.popLast() {
            var index = self.nodes[node].names.lowerBound
            let end = self.nodes[node].names.upperBound
            if index < end, scalars[index].count == depth {
                self.nodes[node].name = index
                index += 1
            }
            while index < end {
                let first = index
                while index < end, scalars[index][depth] == scalars[first][depth] { index += 1 }
                self.nodes[node].children.append((scalars[first][depth], Int32(self.nodes.count)))
                waiting.append((self.nodes.count, depth + 1))
                self.nodes.append(Node(names: first..<index))
            }
        }
    }

    /// The beginning that is one scalar longer.
    func next(_ node: Int32, _ scalar: UInt32) -> Int32 {
        guard node >= 0 else { return Self.none }
        return self.nodes[Int(node)].children.first { $0.scalar == scalar }?.node ?? Self.none
    }
}
