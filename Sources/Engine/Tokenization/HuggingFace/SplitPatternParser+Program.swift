// SPDX-License-Identifier: Apache-2.0

extension SplitPatternParser {
    /// Appends a part's program.
    mutating func emit(_ node: Node) throws(Failure) {
        guard self.output.instructions.count < Self.maximumSize else { throw Failure(what: "its size") }
        switch node {
        case .set(let set):
            self.output.instructions.append(.set(self.output.sets.count))
            self.output.sets.append(set)
        case .sequence(let nodes): for node in nodes { try self.emit(node) }
        case .choice(let nodes): try self.emitChoice(nodes)
        case .repeated(let node, let least, let most, let isPossessive):
            guard isPossessive else { return try self.emitRepeated(node, least, most) }
            try self.emitNested({ .atomic(next: $0) }) { (parser: inout Self) throws(Failure) in
                try parser.emitRepeated(node, least, most)
            }
        case .look(let node, let isNegative):
            try self.emitNested({ .look(isNegative: isNegative, next: $0) }) { (parser: inout Self) throws(Failure) in
                try parser.emit(node)
            }
        case .lineStart: self.output.instructions.append(.lineStart)
        case .lineEnd: self.output.instructions.append(.lineEnd)
        }
    }

    /// A program inside the program.
    private mutating func emitNested(
        _ instruction: (Int) -> SplitPattern.Instruction, _ body: (inout Self) throws(Failure) -> Void
    ) throws(Failure) {
        let place = self.output.instructions.count
        self.output.instructions.append(.accept)
        try body(&self)
        self.output.instructions.append(.accept)
        self.output.instructions[place] = instruction(self.output.instructions.count)
    }

    private mutating func emitChoice(_ nodes: [Node]) throws(Failure) {
        var jumps = [Int]()
        for (index, node) in nodes.enumerated() {
            let place = self.output.instructions.count
            let isLast = index == nodes.count - 1
            if !isLast { self.output.instructions.append(.accept) }
            try self.emit(node)
            if isLast { break }
            jumps.append(self.output.instructions.count)
            self.output.instructions.append(.accept)
            self.output.instructions[place] = .split(place + 1, self.output.instructions.count)
        }
        for jump in jumps { self.output.instructions[jump] = .jump(self.output.instructions.count) }
    }

    private mutating func emitRepeated(_ node: Node, _ least: Int, _ most: Int?) throws(Failure) {
        if case .set(let set) = node {
            self.output.instructions.append(.run(self.output.sets.count, least: least, most: most ?? .max))
            self.output.sets.append(set)
            return
        }
        for _ in 0..<least { try self.emit(node) }
        let place = self.output.instructions.count
        guard let most else {
            self.output.instructions.append(.accept)
            try self.emit(node)
            self.output.instructions.append(.jump(place))
            self.output.instructions[place] = .split(place + 1, self.output.instructions.count)
            return
        }
        var splits = [Int]()
        for _ in least..<most {
            splits.append(self.output.instructions.count)
            self.output.instructions.append(.accept)
            try self.emit(node)
        }
        for split in splits { self.output.instructions[split] = .split(split + 1, self.output.instructions.count) }
    }
}
