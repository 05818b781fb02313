// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Reads JSON texts byte by byte and knows after each byte whether a value that fits a schema can still come of it.
///
/// A state is a set of stacks, one for each alternative that the text so far leaves open; a stack is what is open in the text, innermost
/// first. States and transitions are made when they are first met. See `docs/decisions/0018-schemas-as-automata.md`.
package final class SchemaAutomaton: ByteAutomaton {
    let shapes: ShapeBuilder
    let strings: [StringRule]
    let numbers: [NumberMachine]
    let layout: JSONLayout
    var stacks = StackTable()
    var progress = Numbering<ObjectProgress>()
    var keys = Numbering<KeyPlace>()
    var outlooks: [OutlookKey: ObjectOutlook] = [:]
    private var sets: [[Int32]] = []
    private var states: [[Int32]: AutomatonState] = [:]
    private var rows = StateRows()

    /// Where every text begins; dead when no value fits.
    package private(set) var start = AutomatonState.dead

    /// The most arrays and objects that may be open.
    static let maximumDepth = 64

    /// What an outlook depends on.
    struct OutlookKey: Hashable {
        var shape: Int32
        var progress: Int32
        var budget: Int32
    }

    /// Compiles a schema.
    ///
    /// - Parameters:
    ///   - schema: A JSON Schema of drafts 04 to 2020-12.
    ///   - layout: Which white space texts may have.
    /// - Throws: ``ConstraintError`` that says which keyword cannot be enforced, where and why.
    package init(schema: JSONValue, layout: JSONLayout = .free) throws {
        let shapes = ShapeBuilder(SchemaExpander(try SchemaTable(schema)))
        let root = try shapes.build()
        guard !root.isDead else { throw Self.nothingFits(narrowed: shapes.expander.narrowed) }
        guard root.depth <= Self.maximumDepth else {
            throw ConstraintError(
                .tooLarge, "Every value that fits the schema is more than \(Self.maximumDepth) levels deep.")
        }
        self.shapes = shapes
        self.strings = shapes.ordered.flatMap(\.strings)
        self.numbers = shapes.ordered.flatMap(\.numbers)
        self.layout = layout
        let end = self.stacks.number(StackNode(kind: .end, parent: -1))
        self.start = self.state([self.stacks.number(StackNode(kind: .value, shape: root.number, parent: end))])
    }

    private static func nothingFits(narrowed: Set<String>) -> ConstraintError {
        guard let keyword = narrowed.min() else { return ConstraintError(.unsatisfiable, "No value fits the schema.") }
        return ConstraintError(
            .unsupported,
            "\(keyword) cannot be enforced: its failure is asked for by `not` or `oneOf`, and without it no value fits."
        )
    }

    /// Keywords whose failures `not` and `oneOf` demand only in part: some values that fit the schema are not admitted.
    package var narrowed: [String] { self.shapes.expander.narrowed.sorted() }

    /// How many states were made so far.
    package var stateCount: Int { self.sets.count }

    /// The state after one more byte.
    package func next(_ state: AutomatonState, _ byte: UInt8) -> AutomatonState {
        guard !state.isDead else { return state }
        if let known = self.rows[state, byte] { return known }
        var following = [Int32]()
        for stack in self.sets[Int(state.index)] { self.step(stack, byte, into: &following) }
        let next = self.state(following)
        self.rows.set(state, byte, to: next)
        return next
    }

    /// Whether the text may end here.
    package func accepts(_ state: AutomatonState) -> Bool {
        guard !state.isDead else { return false }
        return self.sets[Int(state.index)].contains { stack in
            let node = self.stacks.nodes[Int(stack)]
            switch node.kind {
            case .end: return WhiteSpace(code: node.a).isComplete
            case .number:
                return self.stacks.nodes[Int(node.parent)].kind == .end && self.numbers[Int(node.shape)].accepts(node.a)
            default: return false
            }
        }
    }

    /// Runs of characters that are sure to be allowed, where a string or a key allows any.
    package func freeText(_ state: AutomatonState) -> FreeText? {
        guard !state.isDead else { return nil }
        let freedoms = self.sets[Int(state.index)].map(self.freedom)
        guard let most = freedoms.compactMap(\.self).max(), most > 0 else { return nil }
        return FreeText(.jsonString, most: most, isExact: !freedoms.contains(nil))
    }

    /// The rest of a key that the object must still have, where a key begins; nil elsewhere.
    package func missingKey(_ state: AutomatonState) -> [UInt8]? {
        guard !state.isDead, let stack = self.sets[Int(state.index)].first else { return nil }
        let node = self.stacks.nodes[Int(stack)]
        guard node.kind == .key, node.c == StringCursor.between.code, self.keys[node.b].declared == 0 else {
            return nil
        }
        let shape = self.shapes.objects[Int(node.shape)]
        let outlook = self.outlook(shape, node.a, depth: self.stacks.depths[Int(stack)])
        let missing = shape.names.indices.first { outlook.missing.contains($0) && outlook.allows($0) }
        return missing.map { JSONValue.string(shape.names[$0]).serialized().utf8.dropFirst() }.map(Array.init)
    }

    private func freedom(_ stack: Int32) -> Int? {
        let node = self.stacks.nodes[Int(stack)]
        guard node.c == StringCursor.between.code else { return nil }
        switch node.kind {
        case .string: return self.strings[Int(node.shape)].freedom(StringRule.Place(state: node.a, count: node.b))
        case .key:
            let shape = self.shapes.objects[Int(node.shape)]
            return self.keys[node.b].isFree(shape, self.outlook(shape, node.a, depth: self.stacks.depths[Int(stack)]))
                ? .max : nil
        default: return nil
        }
    }

    private func state(_ stacks: [Int32]) -> AutomatonState {
        guard !stacks.isEmpty else { return .dead }
        let set = stacks.count == 1 ? stacks : Set(stacks).sorted()
        if let known = self.states[set] { return known }
        let state = self.rows.append()
        self.sets.append(set)
        self.states[set] = state
        return state
    }
}
