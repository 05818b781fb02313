// SPDX-License-Identifier: Apache-2.0

/// The top of a stack of what is open in a text, with what is below it.
struct StackNode: Hashable {
    /// What is open.
    enum Kind: UInt8 {
        /// Nothing: the value of the whole text is complete. `a` is the white space read.
        case end
        /// A value is expected. `shape` is its goal, `a` the white space read.
        case value
        /// `null`, `false` or `true`. `shape` tells which, `a` how much of it was read.
        case literal
        /// A number. `shape` is its machine, `a` its state.
        case number
        /// A string. `shape` is its rule, `a` and `b` its place, `c` the cursor.
        case string
        /// An array. `phase` and `space` tell where, `a` counts items, `b` those that count for `contains`.
        case array
        /// An object. `phase` and `space` tell where, `a` is its progress, `b` the goal of the value that is expected.
        case object
        /// An object, inside a key. `a` is its progress, `b` the place in the key, `c` the cursor.
        case key
    }

    /// Where in an array or an object a text is.
    enum Phase: UInt8 {
        case opened, afterKey, beforeValue, afterValue, afterComma
    }

    var kind: Kind
    var phase = Phase.opened
    var space: Int16 = 0
    var shape: Int32 = 0
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
    /// What is below; -1 below the end.
    var parent: Int32
}

/// Numbers the stacks that were met: equal ones have one number.
struct StackTable {
    private(set) var nodes: [StackNode] = []
    /// How many arrays and objects are open, in the order of the nodes.
    private(set) var depths: [Int32] = []
    private var numbers: [StackNode: Int32] = [:]

    /// The number of a stack.
    mutating func number(_ node: StackNode) -> Int32 {
        if let known = self.numbers[node] { return known }
        let number = Int32(self.nodes.count)
        let below = node.parent < 0 ? 0 : self.depths[Int(node.parent)]
        self.nodes.append(node)
        self.depths.append(node.kind == .array || node.kind == .object || node.kind == .key ? below + 1 : below)
        self.numbers[node] = number
        return number
    }
}
