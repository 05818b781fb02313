// SPDX-License-Identifier: Apache-2.0

/// Gives every variable of a template its slot.
struct ScopeResolver {
    private let template: ParsedTemplate
    private(set) var names: [SlotReference]
    private(set) var scopes: [ScopeLayout]
    private(set) var functions: [FunctionLayout]
    private(set) var visibleNames: [[(name: String, reference: SlotReference)]]
    private(set) var loops: [Int: TemplateCode.LoopLayout] = [:]

    /// Where a statement stands.
    private struct Frame {
        let symbols: SymbolTable
        /// Inside `if` or an inline condition, unknown filters and tests are errors only when they are reached.
        var isConditional = false

        var counter: SlotCounter { self.symbols.counter }

        /// A scope inside the same function.
        func inner() -> Self { Self(symbols: SymbolTable(parent: self.symbols, counter: self.counter)) }

        /// A scope in a function of its own.
        func inner(function: Int) -> Self {
            let counter = SlotCounter(function: function, depth: self.counter.depth + 1)
            return Self(symbols: SymbolTable(parent: self.symbols, counter: counter))
        }
    }

    init(_ template: ParsedTemplate) {
        self.template = template
        self.names = Array(repeating: SlotReference(hops: 0, slot: -1), count: template.nameCount)
        self.scopes = Array(repeating: ScopeLayout(), count: template.scopeCount)
        self.functions = Array(repeating: FunctionLayout(), count: template.functionCount)
        self.visibleNames = Array(repeating: [], count: template.visibleCount)
    }

    mutating func run() throws {
        let root = Frame(symbols: SymbolTable(parent: nil, counter: SlotCounter(function: 0, depth: 0)))
        if !UndeclaredNames.find(["self"], in: self.template.body).isEmpty {
            root.symbols.declareParameter("self")
            self.functions[0].usesSelf = true
            self.use(self.template.selfName, in: root)
        }
        root.symbols.collect(self.template.body)
        try self.visit(self.template.body, root)
        self.finish(function: 0, root)
        for block in self.template.blocks { try self.visitBody(of: block) }
    }

    private mutating func visitBody(of block: BlockStatement) throws {
        let counter = SlotCounter(function: block.function, depth: 0)
        let frame = Frame(symbols: SymbolTable(parent: nil, counter: counter))
        let special = UndeclaredNames.find(["self", "super"], in: block.body)
        for (name, use) in [("self", block.selfName), ("super", block.superName)] where special.contains(name) {
            frame.symbols.declareParameter(name)
            self.use(use, in: frame)
        }
        self.functions[block.function].usesSelf = special.contains("self")
        self.functions[block.function].usesSuper = special.contains("super")
        frame.symbols.collect(block.body)
        try self.visit(block.body, frame)
        self.finish(function: block.function, frame)
    }

    // MARK: Tables

    private func reference(_ variable: Variable, from frame: Frame) -> SlotReference {
        SlotReference(hops: Int32(frame.counter.depth - variable.depth), slot: Int32(variable.slot))
    }

    private mutating func use(_ name: NameUse, in frame: Frame) {
        // Jinja analyses a few places (filters of set blocks) only when it reaches them; so do we.
        frame.symbols.load(name.name)
        if let variable = frame.symbols.find(name.name) { self.names[name.id] = self.reference(variable, from: frame) }
    }

    private func layout(of frame: Frame) -> ScopeLayout {
        ScopeLayout(
            loads: frame.symbols.loads.map { variable, load in
                switch load {
                case .parameter: (variable.slot, .parameter)
                case .undefined: (variable.slot, .undefined)
                case .resolve(let name): (variable.slot, .resolve(name))
                case .alias(let outer): (variable.slot, .alias(self.reference(outer, from: frame)))
                }
            })
    }

    private mutating func finish(scope: Int, _ frame: Frame) { self.scopes[scope] = self.layout(of: frame) }

    private mutating func finish(function: Int, _ frame: Frame) {
        self.functions[function].entry = self.layout(of: frame)
        self.functions[function].slotCount = frame.counter.count
    }

    private mutating func dump(_ visible: Int, _ frame: Frame) {
        self.visibleNames[visible] = frame.symbols.visibleStores().map {
            ($0.name, self.reference($0.variable, from: frame))
        }
    }

    // MARK: Expressions

    private mutating func visit(_ expression: Expression, _ frame: Frame) throws {
        var frame = frame
        switch expression.kind {
        case .name(let use): self.use(use, in: frame)
        case .condition: frame.isConditional = true
        case .filter(_, let filter) where filter.filter == nil && !frame.isConditional:
            throw TemplateFailure(
                .syntax, "No filter named '\(filter.name)'. \(BuiltinFilter.hint(filter.name))",
                at: expression.position)
        case .test(_, let test) where test.test == nil && !frame.isConditional:
            throw TemplateFailure(
                .syntax, "No test named '\(test.name)'. \(BuiltinTest.hint(test.name))", at: expression.position)
        default: break
        }
        for child in expression.children { try self.visit(child, frame) }
    }

    private mutating func visit(_ arguments: CallArguments, _ frame: Frame) throws {
        for expression in arguments.expressions { try self.visit(expression, frame) }
    }

    private mutating func visit(_ target: AssignTarget, _ frame: Frame) {
        for use in target.names + target.namespaces { self.use(use, in: frame) }
    }

    // MARK: Statements

    private mutating func visit(_ statements: [Statement], _ frame: Frame) throws {
        for statement in statements { try self.visit(statement, frame) }
    }

    private mutating func visit(_ statement: Statement, _ frame: Frame) throws {
        switch statement {
        case .output(let parts):
            for case .value(let expression) in parts { try self.visit(expression, frame) }
        case .condition(let condition):
            var soft = frame
            soft.isConditional = true
            for branch in condition.branches {
                try self.visit(branch.test, soft)
                try self.visit(branch.body, soft)
            }
            try self.visit(condition.otherwise, soft)
        case .loop(let loop): try self.visit(loop, frame)
        case .assign(let assign):
            try self.visit(assign.value, frame)
            self.visit(assign.target, frame)
        case .assignBlock(let assign):
            let inner = try self.visitInner(assign.body, scope: assign.scope, frame)
            if let filter = assign.filter { try self.visit(filter, inner) }
            self.finish(scope: assign.scope, inner)
            self.visit(assign.target, frame)
        case .macro(let macro):
            self.use(macro.target, in: frame)
            try self.visit(macro.macro, frame)
        case .callBlock(let call):
            try self.visit(call.macro, frame)
            try self.visit(call.callee, frame)
            try self.visit(call.arguments, frame)
        case .filterBlock(let block):
            let inner = frame.inner()
            inner.symbols.collect(block.body)
            inner.symbols.collect(block.filter)
            try self.visit(block.body, inner)
            try self.visit(block.filter, inner)
            self.finish(scope: block.scope, inner)
        default: try self.visitRare(statement, frame)
        }
    }

    private mutating func visitRare(_ statement: Statement, _ frame: Frame) throws {
        switch statement {
        case .with(let with): try self.visit(with, frame)
        case .autoescape(let escape):
            let inner = frame.inner()
            inner.symbols.collect(escape.enabled)
            inner.symbols.collect(escape.body)
            try self.visit(escape.enabled, inner)
            try self.visit(escape.body, inner)
            self.finish(scope: escape.scope, inner)
        case .block(let block): self.dump(block.visible, frame)
        case .extends(let extends): try self.visit(extends.template, frame)
        case .include(let include):
            try self.visit(include.template, frame)
            self.dump(include.visible, frame)
        case .importModule(let statement):
            try self.visit(statement.template, frame)
            self.use(statement.target, in: frame)
            self.dump(statement.visible, frame)
        case .fromImport(let statement):
            try self.visit(statement.template, frame)
            for name in statement.names { self.use(name.target, in: frame) }
            self.dump(statement.visible, frame)
        case .evaluate(let expression): try self.visit(expression, frame)
        default: break
        }
    }

    /// Visits a body in a scope of its own, in the same function.
    private mutating func visitInner(_ body: [Statement], scope: Int, _ frame: Frame) throws -> Frame {
        let inner = frame.inner()
        inner.symbols.collect(body)
        try self.visit(body, inner)
        self.finish(scope: scope, inner)
        return inner
    }

    private mutating func visit(_ with: WithStatement, _ frame: Frame) throws {
        let inner = frame.inner()
        for binding in with.bindings { inner.symbols.collect(binding.target, asParameter: true) }
        inner.symbols.collect(with.body)
        for binding in with.bindings {
            try self.visit(binding.value, frame)
            self.visit(binding.target, inner)
        }
        try self.visit(with.body, inner)
        self.finish(scope: with.scope, inner)
    }

    private mutating func visit(_ loop: LoopStatement, _ frame: Frame) throws {
        try self.visit(loop.iterable, frame)
        var around = frame
        around.isConditional = false
        var layout = TemplateCode.LoopLayout(usesLoop: loop.isRecursive, function: nil)
        if loop.isRecursive {
            layout.function = self.functions.count
            self.functions.append(FunctionLayout())
            around = frame.inner(function: self.functions.count - 1)
        }
        let body = around.inner()
        if loop.isRecursive || !UndeclaredNames.find(["loop"], in: loop.body).isEmpty || loop.hasScopedBlock {
            layout.usesLoop = true
            body.symbols.declareParameter("loop")
            self.use(loop.loopName, in: body)
        }
        body.symbols.collect(loop.target, asParameter: true)
        body.symbols.collect(loop.body)
        if let test = loop.test, let testTarget = loop.testTarget {
            let inner = around.inner()
            inner.symbols.collect(testTarget, asParameter: true)
            inner.symbols.collect(test)
            self.visit(testTarget, inner)
            try self.visit(test, inner)
            self.finish(scope: loop.scopes.test, inner)
        }
        self.visit(loop.target, body)
        try self.visit(loop.body, body)
        self.finish(scope: loop.scopes.body, body)
        _ = try self.visitInner(loop.otherwise, scope: loop.scopes.otherwise, around)
        self.loops[loop.scopes.body] = layout
        if let function = layout.function { self.functions[function].slotCount = around.counter.count }
    }

    private mutating func visit(_ macro: MacroBody, _ frame: Frame) throws {
        let inner = frame.inner(function: macro.function)
        for parameter in macro.parameters { inner.symbols.declareParameter(parameter.name.name) }
        for parameter in macro.parameters { parameter.defaultValue.map { inner.symbols.collect($0) } }
        let special = UndeclaredNames.find(["caller", "kwargs", "varargs"], in: macro.body)
        let explicitCaller = macro.parameters.first { $0.name.name == "caller" }
        if special.contains("caller"), let explicitCaller, explicitCaller.defaultValue == nil {
            throw TemplateFailure(
                .syntax,
                "When defining macros or call blocks the special \"caller\" argument must be omitted "
                    + "or be given a default.", at: macro.position)
        }
        let explicit = Set(macro.parameters.map(\.name.name))
        for (name, use) in [
            ("caller", macro.caller), ("kwargs", macro.keywordArguments), ("varargs", macro.variableArguments),
        ] where special.contains(name) && !explicit.contains(name) {
            inner.symbols.declareParameter(name)
            self.use(use, in: inner)
        }
        inner.symbols.collect(macro.body)
        for parameter in macro.parameters {
            self.use(parameter.name, in: inner)
            if let value = parameter.defaultValue { try self.visit(value, inner) }
        }
        try self.visit(macro.body, inner)
        self.finish(function: macro.function, inner)
        self.functions[macro.function].usesCaller = special.contains("caller")
        self.functions[macro.function].usesKeywordArguments = special.contains("kwargs") && !explicit.contains("kwargs")
        self.functions[macro.function].usesVariableArguments =
            special.contains("varargs") && !explicit.contains("varargs")
    }
}
