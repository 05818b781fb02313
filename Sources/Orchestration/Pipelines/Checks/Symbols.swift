// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What a name stands for where a step can refer to it.
struct Symbol {
    enum Content {
        /// A step's outputs; `of` names the kind in messages.
        case outputs([StepPort], of: String)
        /// The outputs of a stage, while the other stages of its pipe are compiled.
        case flowing([StepPort], of: String)
        /// A loop's variable.
        case value(ValueType)
        /// Something that is wrong itself, which has been told.
        case unknown
    }

    var slot: Int
    var content: Content
}

/// The slots of one frame while its steps are compiled, and the names that its steps can refer to.
struct FrameSymbols {
    /// The innermost list of steps is last; what it declares is not seen in the branches beside it.
    private var names: [[String: Symbol]] = [[:]]
    /// By slot: after which instruction of the frame nobody reads it any more.
    private(set) var lastUse: [Int] = []
    /// The instruction of the frame's own list that is being compiled, together with all that is inside it.
    var position = 0

    var slotCount: Int { self.lastUse.count }

    mutating func declare(_ name: String, _ content: Symbol.Content) -> Int {
        self.lastUse.append(self.position)
        self.names[self.names.count - 1][name] = Symbol(slot: self.slotCount - 1, content: content)
        return self.slotCount - 1
    }

    mutating func use(_ slot: Int) { self.lastUse[slot] = max(self.lastUse[slot], self.position) }

    func find(_ name: String) -> Symbol? {
        for names in self.names.reversed() { if let symbol = names[name] { return symbol } }
        return nil
    }

    /// Every name that can be referred to.
    var visible: [String] { self.names.flatMap(\.keys) }

    /// What the outermost list of steps has declared.
    var declared: [(name: String, symbol: Symbol)] {
        (self.names.first ?? [:]).map { ($0.key, $0.value) }.sorted { $0.symbol.slot < $1.symbol.slot }
    }

    mutating func beginBranch() { self.names.append([:]) }

    /// Ends a branch; what it declared can be seen again after ``reveal(_:)``.
    mutating func endBranch() -> [String: Symbol] { self.names.removeLast() }

    mutating func reveal(_ names: [String: Symbol]) {
        self.names[self.names.count - 1].merge(names) { first, _ in first }
    }

    /// By instruction of the frame's own list: the slots that can be emptied after it.
    func releases(count: Int) -> [[Int]] {
        var releases = [[Int]](repeating: [], count: count)
        for (slot, position) in self.lastUse.enumerated() where position < count { releases[position].append(slot) }
        return releases
    }
}

/// Every step of one pipeline by its id, for messages about references that cannot be resolved.
struct StepOutline {
    private(set) var steps: [String: (order: Int, step: StepDeclaration)] = [:]
    private var count = 0

    init(_ steps: [StepDeclaration]) { self.add(steps) }

    private mutating func add(_ steps: [StepDeclaration]) {
        for step in steps {
            if self.steps[step.id] == nil { self.steps[step.id] = (self.count, step) }
            self.count += 1
            for block in step.work.blocks { self.add(block) }
        }
    }

    /// The steps that a step needs, directly or through others.
    func dependencies(of id: String) -> Set<String> {
        var found = Set<String>()
        var queue = [id]
        while let id = queue.popLast(), let step = self.steps[id]?.step {
            for source in Self.sources(of: step) where found.insert(source).inserted { queue.append(source) }
        }
        return found
    }

    private static func sources(of step: StepDeclaration) -> [String] {
        let own = step.work.expressions.flatMap(\.all).flatMap(\.references) + (step.when?.references ?? [])
        return own.map(\.source) + step.work.blocks.flatMap { $0 }.flatMap(self.sources)
    }
}
