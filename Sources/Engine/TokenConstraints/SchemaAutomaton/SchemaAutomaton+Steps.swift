// SPDX-License-Identifier: Apache-2.0

extension SchemaAutomaton {
    private static let literals: [[UInt8]] = [Array("null".utf8), Array("false".utf8), Array("true".utf8)]

    /// Adds the stacks that a byte leads to from a stack.
    func step(_ stack: Int32, _ byte: UInt8, into next: inout [Int32]) {
        let node = self.stacks.nodes[Int(stack)]
        switch node.kind {
        case .end:
            var after = node
            guard let space = WhiteSpace(code: node.a).next(byte, depth: 0, layout: self.layout, mayBlank: false) else {
                return
            }
            after.a = space.code
            next.append(self.stacks.number(after))
        case .value:
            if let space = WhiteSpace(code: node.a).next(byte, depth: 0, layout: self.layout, mayBlank: false) {
                var after = node
                after.a = space.code
                next.append(self.stacks.number(after))
            } else if WhiteSpace(code: node.a).isComplete {
                self.begin(self.shapes.ordered[Int(node.shape)], byte, on: node.parent, into: &next)
            }
        case .literal: self.stepLiteral(node, byte, into: &next)
        case .number: self.stepNumber(node, byte, into: &next)
        case .string: self.stepString(node, byte, into: &next)
        case .array: self.stepArray(stack, node, byte, into: &next)
        case .object: self.stepObject(stack, node, byte, into: &next)
        case .key: self.stepKey(stack, node, byte, into: &next)
        }
    }

    /// Adds the stacks of the values that begin with a byte, on top of a stack.
    func begin(_ goal: Goal, _ byte: UInt8, on parent: Int32, into next: inout [Int32]) {
        func push(_ kind: StackNode.Kind, _ shape: Int32, _ a: Int32 = 0, _ b: Int32 = 0) {
            next.append(self.stacks.number(StackNode(kind: kind, shape: shape, a: a, b: b, parent: parent)))
        }
        let budget = self.budget(parent)
        switch byte {
        case UInt8(ascii: "n"): if goal.hasNull { push(.literal, 0, 1) }
        case UInt8(ascii: "f"): if goal.hasFalse { push(.literal, 1, 1) }
        case UInt8(ascii: "t"): if goal.hasTrue { push(.literal, 2, 1) }
        case UInt8(ascii: "\""):
            for (index, rule) in goal.strings.enumerated() {
                push(.string, goal.firstString + Int32(index), rule.start.state, rule.start.count)
            }
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            for (index, machine) in goal.numbers.enumerated() {
                let state = machine.next(NumberMachine.start, byte)
                if state >= 0 { push(.number, goal.firstNumber + Int32(index), state) }
            }
        case UInt8(ascii: "["): for array in goal.arrays where array.depth <= budget { push(.array, array.number) }
        case UInt8(ascii: "{"):
            for object in goal.objects where object.depth <= budget {
                push(
                    .object, object.number,
                    self.progress.number(ObjectProgress(seen: NameSet(count: object.names.count), others: 0)))
            }
        default: break
        }
    }

    /// How many more levels may be opened on top of a stack.
    func budget(_ stack: Int32) -> Int { Self.maximumDepth - Int(self.stacks.depths[Int(stack)]) }

    private func stepLiteral(_ node: StackNode, _ byte: UInt8, into next: inout [Int32]) {
        let text = Self.literals[Int(node.shape)]
        guard text[Int(node.a)] == byte else { return }
        guard Int(node.a) + 1 < text.count else { return next.append(node.parent) }
        var after = node
        after.a += 1
        next.append(self.stacks.number(after))
    }

    private func stepNumber(_ node: StackNode, _ byte: UInt8, into next: inout [Int32]) {
        let machine = self.numbers[Int(node.shape)]
        let state = machine.next(node.a, byte)
        if state >= 0 {
            var after = node
            after.a = state
            next.append(self.stacks.number(after))
        } else if machine.accepts(node.a) {
            self.step(node.parent, byte, into: &next)
        }
    }

    private func stepString(_ node: StackNode, _ byte: UInt8, into next: inout [Int32]) {
        let rule = self.strings[Int(node.shape)]
        let place = StringRule.Place(state: node.a, count: node.b)
        var after = node
        switch StringCursor(code: node.c).step(byte) {
        case .nothing: return
        case .end:
            if rule.accepts(place) { next.append(node.parent) }
            return
        case .scalar(let scalar):
            guard let moved = rule.next(place, scalar) else { return }
            (after.a, after.b, after.c) = (moved.state, moved.count, StringCursor.between.code)
        case .inside(let cursor, let ranges):
            guard ranges.contains(where: { rule.canTake(place, $0) }) else { return }
            after.c = cursor.code
        }
        next.append(self.stacks.number(after))
    }
}
