// SPDX-License-Identifier: Apache-2.0

/// A variable's slot, named by its function's nesting depth.
struct Variable: Hashable {
    var depth: Int
    var slot: Int
}

/// Counts the slots of one function.
final class SlotCounter {
    let depth: Int
    let function: Int
    var count = 0

    init(function: Int, depth: Int) {
        self.function = function
        self.depth = depth
    }
}

/// The names that one scope reads and writes, by Jinja's rules.
final class SymbolTable {
    enum Load: Hashable {
        case parameter
        case resolve(String)
        case alias(Variable)
        case undefined
    }

    /// The slots handed out in this scope; branches of an `if` share them.
    private final class Slots { var byName: [String: Variable] = [:] }

    let parent: SymbolTable?
    let counter: SlotCounter
    private let slots: Slots
    private var references: [String: Variable] = [:]
    private(set) var loads: [Variable: Load] = [:]
    private var stores: Set<String> = []

    init(parent: SymbolTable?, counter: SlotCounter) {
        self.parent = parent
        self.counter = counter
        self.slots = Slots()
    }

    private init(copying other: SymbolTable) {
        self.parent = other.parent
        self.counter = other.counter
        self.slots = other.slots
        self.references = other.references
        self.loads = other.loads
        self.stores = other.stores
    }

    func copy() -> SymbolTable { SymbolTable(copying: self) }

    func find(_ name: String) -> Variable? { self.references[name] ?? self.parent?.find(name) }

    @discardableResult
    private func define(_ name: String, _ load: Load) -> Variable {
        let variable: Variable
        if let known = self.slots.byName[name] {
            variable = known
        } else {
            variable = Variable(depth: self.counter.depth, slot: self.counter.count)
            self.counter.count += 1
            self.slots.byName[name] = variable
        }
        self.references[name] = variable
        self.loads[variable] = load
        return variable
    }

    func store(_ name: String) {
        self.stores.insert(name)
        guard self.references[name] == nil else { return }
        if let outer = self.parent?.find(name) {
            self.define(name, .alias(outer))
        } else {
            self.define(name, .undefined)
        }
    }

    func declareParameter(_ name: String) {
        self.stores.insert(name)
        self.define(name, .parameter)
    }

    func load(_ name: String) {
        if self.find(name) == nil { self.define(name, .resolve(name)) }
    }

    /// Takes in what the branches of an `if` read and wrote.
    func merge(_ branches: [SymbolTable]) {
        let stored = branches.reduce(into: Set<String>()) { $0.formUnion($1.stores) }.subtracting(self.stores)
        for branch in branches {
            self.references.merge(branch.references) { _, new in new }
            self.loads.merge(branch.loads) { _, new in new }
            self.stores.formUnion(branch.stores)
        }
        for name in stored {
            guard let target = self.find(name) else { continue }
            self.loads[target] = self.parent?.find(name).map { .alias($0) } ?? .resolve(name)
        }
    }

    /// Every name assigned here or further out, nearest first.
    func visibleStores() -> [(name: String, variable: Variable)] {
        var seen: Set<String> = []
        var result: [(name: String, variable: Variable)] = []
        var table: SymbolTable? = self
        while let current = table {
            for name in current.stores.sorted() where seen.insert(name).inserted {
                if let variable = self.find(name) { result.append((name, variable)) }
            }
            table = current.parent
        }
        return result
    }
}

// MARK: - Collecting

extension SymbolTable {
    func collect(_ expression: Expression) {
        if case .name(let use) = expression.kind { self.load(use.name) }
        for child in expression.children { self.collect(child) }
    }

    func collect(_ target: AssignTarget, asParameter: Bool = false) {
        switch target {
        case .name(let use): asParameter ? self.declareParameter(use.name) : self.store(use.name)
        case .tuple(let targets): targets.forEach { self.collect($0, asParameter: asParameter) }
        case .namespaceAttribute(let use, _, _): self.load(use.name)
        }
    }

    func collect(_ statements: [Statement]) { statements.forEach { self.collect($0) } }

    /// Collects what a statement does in the scope around it; its own scopes are collected when they are entered.
    private func collect(_ statement: Statement) {
        switch statement {
        case .output(let parts):
            for case .value(let expression) in parts { self.collect(expression) }
        case .condition(let condition): self.collect(condition)
        case .loop(let loop): self.collect(loop.iterable)
        case .assign(let assign):
            self.collect(assign.value)
            self.collect(assign.target)
        case .assignBlock(let assign): self.collect(assign.target)
        case .macro(let macro): self.store(macro.target.name)
        case .callBlock(let call):
            self.collect(call.callee)
            call.arguments.expressions.forEach { self.collect($0) }
        case .filterBlock(let block): self.collect(block.filter)
        case .with(let with): with.bindings.forEach { self.collect($0.value) }
        case .autoescape, .block, .breakLoop, .continueLoop: break
        case .extends(let extends): self.collect(extends.template)
        case .include(let include): self.collect(include.template)
        case .importModule(let statement):
            self.collect(statement.template)
            self.store(statement.target.name)
        case .fromImport(let statement):
            self.collect(statement.template)
            statement.names.forEach { self.store($0.target.name) }
        case .evaluate(let expression): self.collect(expression)
        }
    }

    private func collect(_ condition: ConditionStatement) {
        // An `elif` is an `if` inside the list of its predecessor's branches, with a table of its own.
        guard let first = condition.branches.first else { return }
        self.collect(first.test)
        let body = self.copy()
        body.collect(first.body)
        let elifs = self.copy()
        for branch in condition.branches.dropFirst() {
            elifs.collect(ConditionStatement(branches: [branch], otherwise: []))
        }
        let otherwise = self.copy()
        otherwise.collect(condition.otherwise)
        self.merge([body, elifs, otherwise])
    }
}
