// SPDX-License-Identifier: Apache-2.0

extension SchemaAutomaton {
    /// Reads white space between the parts of an array or an object; false if the byte is something else.
    private func stepSpace(_ stack: Int32, _ node: StackNode, _ byte: UInt8, into next: inout [Int32]) -> Bool {
        let mayBlank = node.phase == .afterComma || node.phase == .beforeValue
        let space = WhiteSpace(code: Int32(node.space))
            .next(byte, depth: self.stacks.depths[Int(stack)], layout: self.layout, mayBlank: mayBlank)
        guard let space else { return !WhiteSpace(code: Int32(node.space)).isComplete }
        var after = node
        after.space = Int16(space.code)
        next.append(self.stacks.number(after))
        return true
    }

    func stepArray(_ stack: Int32, _ node: StackNode, _ byte: UInt8, into next: inout [Int32]) {
        if self.stepSpace(stack, node, byte, into: &next) { return }
        let shape = self.shapes.arrays[Int(node.shape)]
        let mayEnd = Int(node.a) >= shape.least && Int(node.b) >= shape.leastCounted
        switch (node.phase, byte) {
        case (.opened, UInt8(ascii: "]")), (.afterValue, UInt8(ascii: "]")): if mayEnd { next.append(node.parent) }
        case (.afterValue, UInt8(ascii: ",")):
            guard !self.items(of: shape, node, budget: self.budget(stack)).isEmpty else { return }
            var after = node
            (after.phase, after.space) = (.afterComma, 0)
            next.append(self.stacks.number(after))
        case (.opened, _), (.afterComma, _):
            for (goal, isCounted) in self.items(of: shape, node, budget: self.budget(stack)) {
                var after = node
                (after.phase, after.space) = (.afterValue, 0)
                after.a = shape.most == nil ? min(node.a + 1, Int32(shape.horizon)) : node.a + 1
                if isCounted {
                    after.b = shape.mostCounted == nil ? min(node.b + 1, Int32(shape.leastCounted)) : node.b + 1
                }
                self.begin(goal, byte, on: self.stacks.number(after), into: &next)
            }
        default: break
        }
    }

    /// What the next item may be, and whether it counts then for `contains`.
    private func items(of shape: ArrayShape, _ node: StackNode, budget: Int) -> [(goal: Goal, isCounted: Bool)] {
        let room = shape.most.map { $0 - Int(node.a) } ?? .max
        let item = shape.item(Int(node.a))
        let missing = max(0, shape.leastCounted - Int(node.b))
        var items = [(goal: Goal, isCounted: Bool)]()
        if room > missing, item.goal.depth <= budget { items.append((item.goal, false)) }
        if room >= max(1, missing), let counted = item.counted, counted.depth <= budget,
            Int(node.b) < shape.mostCounted ?? .max
        {
            items.append((counted, true))
        }
        return items
    }

    func stepObject(_ stack: Int32, _ node: StackNode, _ byte: UInt8, into next: inout [Int32]) {
        if self.stepSpace(stack, node, byte, into: &next) { return }
        let shape = self.shapes.objects[Int(node.shape)]
        let outlook = self.outlook(shape, node.a, depth: self.stacks.depths[Int(stack)])
        var after = node
        after.space = 0
        switch (node.phase, byte) {
        case (.opened, UInt8(ascii: "}")), (.afterValue, UInt8(ascii: "}")):
            if outlook.mayEnd { next.append(node.parent) }
            return
        case (.opened, UInt8(ascii: "\"")), (.afterComma, UInt8(ascii: "\"")):
            guard outlook.allowsAny else { return }
            after.kind = .key
            after.phase = .opened
            after.b = self.keys.number(KeyPlace(shape))
        case (.afterKey, UInt8(ascii: ":")): after.phase = .beforeValue
        case (.afterValue, UInt8(ascii: ",")):
            guard outlook.allowsAny else { return }
            after.phase = .afterComma
        case (.beforeValue, _):
            after.phase = .afterValue
            after.b = 0
            self.begin(self.shapes.ordered[Int(node.b)], byte, on: self.stacks.number(after), into: &next)
            return
        default: return
        }
        next.append(self.stacks.number(after))
    }

    func stepKey(_ stack: Int32, _ node: StackNode, _ byte: UInt8, into next: inout [Int32]) {
        let shape = self.shapes.objects[Int(node.shape)]
        let outlook = self.outlook(shape, node.a, depth: self.stacks.depths[Int(stack)])
        let place = self.keys[node.b]
        var after = node
        switch StringCursor(code: node.c).step(byte) {
        case .nothing: return
        case .end:
            guard let (progress, goal) = self.written(place, node.a, shape, outlook) else { return }
            after = StackNode(
                kind: .object, phase: .afterKey, shape: node.shape, a: progress, b: goal.number, parent: node.parent)
        case .scalar(let scalar):
            let moved = place.next(scalar, shape)
            guard moved.isLive(shape, outlook) else { return }
            (after.b, after.c) = (self.keys.number(moved), StringCursor.between.code)
        case .inside(let cursor, let ranges):
            guard place.canTake(ranges, shape, outlook) else { return }
            after.c = cursor.code
        }
        next.append(self.stacks.number(after))
    }

    /// The progress with a complete key, and the goal of its value; nil if the key is not allowed.
    private func written(_ place: KeyPlace, _ number: Int32, _ shape: ObjectShape, _ outlook: ObjectOutlook) -> (
        Int32, Goal
    )? {
        var progress = self.progress[number]
        if place.declared >= 0, let name = shape.keys.nodes[Int(place.declared)].name {
            guard outlook.allows(name) else { return nil }
            progress.seen.insert(name)
            return (self.progress.number(progress), shape.goals[name])
        }
        guard let group = place.group(shape, outlook) else { return nil }
        progress.others = shape.most == nil ? min(progress.others + 1, shape.least) : progress.others + 1
        return (self.progress.number(progress), shape.others[group].goal)
    }

    /// What may follow in an object.
    func outlook(_ shape: ObjectShape, _ progress: Int32, depth: Int32) -> ObjectOutlook {
        // Only near the greatest depth does it matter how deep the object is.
        let budget = min(Int32(Self.maximumDepth) - depth, Int32(Self.maximumDepth) / 2)
        let key = OutlookKey(shape: shape.number, progress: progress, budget: budget)
        if let known = self.outlooks[key] { return known }
        let outlook = ObjectOutlook(shape, self.progress[progress], budget: Int(budget))
        self.outlooks[key] = outlook
        return outlook
    }
}
