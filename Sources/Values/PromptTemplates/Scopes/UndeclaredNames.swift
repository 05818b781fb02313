// SPDX-License-Identifier: Apache-2.0

/// Finds which of some names a body reads before it writes them; overridable blocks inside it don't count.
struct UndeclaredNames {
    private var candidates: Set<String>
    private var found: Set<String> = []

    static func find(_ names: Set<String>, in statements: [Statement]) -> Set<String> {
        var finder = Self(candidates: names)
        finder.visit(statements)
        return finder.found
    }

    private init(candidates: Set<String>) { self.candidates = candidates }

    private mutating func visit(_ expression: Expression) {
        if case .name(let use) = expression.kind, self.candidates.contains(use.name) { self.found.insert(use.name) }
        for child in expression.children { self.visit(child) }
    }

    private mutating func visit(_ target: AssignTarget) {
        for use in target.names { self.candidates.remove(use.name) }
    }

    private mutating func visit(_ macro: MacroBody) {
        for parameter in macro.parameters { self.candidates.remove(parameter.name.name) }
        for parameter in macro.parameters { parameter.defaultValue.map { self.visit($0) } }
        self.visit(macro.body)
    }

    private mutating func visit(_ statements: [Statement]) {
        for statement in statements { self.visit(statement) }
    }

    private mutating func visit(_ statement: Statement) {
        switch statement {
        case .output(let parts):
            for case .value(let expression) in parts { self.visit(expression) }
        case .condition(let condition):
            for branch in condition.branches {
                self.visit(branch.test)
                self.visit(branch.body)
            }
            self.visit(condition.otherwise)
        case .loop(let loop):
            self.visit(loop.target)
            self.visit(loop.iterable)
            self.visit(loop.body)
            self.visit(loop.otherwise)
            loop.test.map { self.visit($0) }
        case .assign(let assign):
            self.visit(assign.target)
            self.visit(assign.value)
        case .assignBlock(let assign):
            self.visit(assign.target)
            assign.filter.map { self.visit($0) }
            self.visit(assign.body)
        case .macro(let macro): self.visit(macro.macro)
        case .callBlock(let call):
            self.visit(call.callee)
            call.arguments.expressions.forEach { self.visit($0) }
            self.visit(call.macro)
        case .filterBlock(let block):
            self.visit(block.body)
            self.visit(block.filter)
        case .with(let with):
            with.bindings.forEach { self.visit($0.target) }
            with.bindings.forEach { self.visit($0.value) }
            self.visit(with.body)
        case .autoescape(let statement):
            self.visit(statement.enabled)
            self.visit(statement.body)
        case .block, .breakLoop, .continueLoop: break
        case .extends(let extends): self.visit(extends.template)
        case .include(let include): self.visit(include.template)
        case .importModule(let statement): self.visit(statement.template)
        case .fromImport(let statement): self.visit(statement.template)
        case .evaluate(let expression): self.visit(expression)
        }
    }
}
