// SPDX-License-Identifier: Apache-2.0

/// Turns a pattern's syntax into a program for ``ECMAPattern``.
package struct PatternCompiler {
    private var program: [ECMAPattern.Instruction] = []
    private var parts = 0
    private static let maximumSize = 10_000

    /// Makes a compiler.
    package init() {}

    /// Writes the program of a pattern.
    ///
    /// - Throws: ``PatternError`` if it grows too large.
    package mutating func compile(_ tree: PatternTree) throws -> [ECMAPattern.Instruction] {
        try self.emit(tree)
        self.program.append(.match)
        return self.program
    }

    private mutating func emit(_ tree: PatternTree) throws {
        self.parts += 1
        guard self.parts < Self.maximumSize else {
            throw PatternError(
                problem: "it is too large: repetitions multiply to more than \(Self.maximumSize) steps",
                isUnsupported: true)
        }
        switch tree {
        case .empty: break
        case .scalar(let set): self.program.append(.scalar(set))
        case .textStart: self.program.append(.textStart)
        case .textEnd: self.program.append(.textEnd)
        case .wordBoundary(let wanted): self.program.append(.wordBoundary(wanted))
        case .sequence(let parts): for part in parts { try self.emit(part) }
        case .choice(let branches): try self.emit(choice: branches)
        case .repetition(let body, let least, let most): try self.emit(body, least: least, most: most)
        case .lookAhead(let body, let isNegated):
            let start = self.program.count
            self.program.append(.match)
            try self.emit(body)
            self.program.append(.match)
            self.program[start] = .lookAhead(self.program.count, isNegated: isNegated)
        }
    }

    private mutating func emit(choice branches: [PatternTree]) throws {
        var jumps = [Int]()
        for (index, branch) in branches.enumerated() {
            guard index < branches.count - 1 else {
                try self.emit(branch)
                break
            }
            let split = self.program.count
            self.program.append(.match)
            try self.emit(branch)
            jumps.append(self.program.count)
            self.program.append(.match)
            self.program[split] = .split(split + 1, self.program.count)
        }
        for jump in jumps { self.program[jump] = .jump(self.program.count) }
    }

    private mutating func emit(_ body: PatternTree, least: Int, most: Int?) throws {
        for _ in 0..<least { try self.emit(body) }
        guard let most else {
            let split = self.program.count
            self.program.append(.match)
            try self.emit(body)
            self.program.append(.jump(split))
            self.program[split] = .split(split + 1, self.program.count)
            return
        }
        var splits = [Int]()
        for _ in 0..<max(0, most - least) {
            splits.append(self.program.count)
            self.program.append(.match)
            try self.emit(body)
        }
        for split in splits { self.program[split] = .split(split + 1, self.program.count) }
    }
}
