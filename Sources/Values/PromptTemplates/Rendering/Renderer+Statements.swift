// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    func execute(_ statements: [Statement]) throws -> Flow {
        try self.checkStack()
        for statement in statements {
            try self.step()
            let flow = try self.execute(statement)
            if flow != .normal { return flow }
        }
        return .normal
    }

    private func execute(_ statement: Statement) throws -> Flow {
        switch statement {
        case .output(let parts): try self.print(parts)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        case .condition(let condition): return try self.execute(condition)
        case .with(let with): return try self.execute(with)
        case .autoescape(let statement): return try self.execute(statement)
        case .assignBlock(let assign): return try self.execute(assign)
        case .filterBlock(let block): return try self.execute(block)
        case .loop(let loop): return try self.execute(loop)
        case .assign(let assign): try self.execute(assign)
        default: try self.executeRare(statement)
        }
        return .normal
    }

    private func executeRare(_ statement: Statement) throws {
        switch statement {
        case .macro(let statement):
            let macro = self.makeMacro(statement.macro)
            self.frame[self.code.names[statement.target.id]] = macro
            if statement.isToplevel { self.export(statement.target.name, macro) }
        case .callBlock(let call): try self.execute(call)
        case .block(let block): try self.execute(block)
        case .extends(let extends): try self.execute(extends)
        case .include(let include): try self.execute(include)
        case .importModule(let statement): try self.execute(statement)
        case .fromImport(let statement): try self.execute(statement)
        case .evaluate(let expression): _ = try self.evaluate(expression)
        default: break
        }
    }

    private func print(_ parts: [OutputPart]) throws {
        if self.parent != nil { return }
        for part in parts {
            switch part {
            case .text(let text): try self.write(text)
            case .value(let expression): try self.print(try self.evaluate(expression))
            }
        }
    }

    private func print(_ value: Value) throws {
        if self.escapesOutput { return try self.write(try self.escape(value)) }
        if case .string(let text) = value { return try self.write(text) }
        try self.write(try value.text())
    }

    private func execute(_ condition: ConditionStatement) throws -> Flow {
        for (test, body) in condition.branches where try self.evaluate(test).isTrue() { return try self.execute(body) }
        return condition.otherwise.isEmpty ? .normal : try self.execute(condition.otherwise)
    }

    // MARK: Scopes

    /// Gives a scope's variables the values that they have on entry.
    func enter(_ layout: ScopeLayout) {
        for (slot, load) in layout.loads {
            switch load {
            case .resolve(let name): self.frame.slots[slot] = self.context.find(name)
            case .alias(let reference): self.frame.slots[slot] = self.frame[reference]
            case .undefined: self.frame.slots[slot] = .missing
            case .parameter: break
            }
        }
    }

    func leave(_ layout: ScopeLayout) {
        for (slot, _) in layout.loads { self.frame.slots[slot] = .missing }
    }

    private func execute(_ with: WithStatement) throws -> Flow {
        let layout = self.code.scopes[with.scope]
        let values = try with.bindings.map { try self.evaluate($0.value) }
        self.enter(layout)
        for (binding, value) in zip(with.bindings, values) { try self.assign(value, to: binding.target) }
        let flow = try self.execute(with.body)
        self.leave(layout)
        return flow
    }

    private func execute(_ statement: AutoescapeStatement) throws -> Flow {
        let layout = self.code.scopes[statement.scope]
        self.enter(layout)
        let outer = (self.escapesOutput, self.context.autoescape, self.isVolatile)
        if case .literal = statement.enabled.kind { self.isVolatile = false } else { self.isVolatile = true }
        let enabled = try self.evaluate(statement.enabled).isTrue()
        (self.escapesOutput, self.context.autoescape) = (enabled, enabled)
        let flow = try self.execute(statement.body)
        (self.escapesOutput, self.context.autoescape, self.isVolatile) = outer
        self.leave(layout)
        return flow
    }

    // MARK: Assignments

    /// Makes a variable visible to blocks, includes and importers.
    func export(_ name: String, _ value: Value) {
        self.context.variables[name] = value
        if !name.hasPrefix("_") { self.context.exported.insert(name) }
    }

    private func export(_ target: AssignTarget) {
        for use in target.names { self.export(use.name, self.frame[self.code.names[use.id]]) }
    }

    private func execute(_ assign: AssignStatement) throws {
        for use in assign.target.namespaces { _ = try self.namespace(use) }
        try self.assign(try self.evaluate(assign.value), to: assign.target)
        if assign.isToplevel { self.export(assign.target) }
    }

    private func execute(_ assign: AssignBlockStatement) throws -> Flow {
        let layout = self.code.scopes[assign.scope]
        self.enter(layout)
        let outerParent = self.parent
        self.parent = nil
        var flow = Flow.normal
        let text = try self.capture { flow = try self.execute(assign.body) }
        self.parent = outerParent
        // Leaving the loop around drops what the block has printed, and assigns nothing.
        guard flow == .normal else {
            self.leave(layout)
            return flow
        }
        var value = self.captured(text)
        if let filter = assign.filter {
            value = try self.filtering(value) { try self.evaluate(filter) }
            if self.context.autoescape { value = .markup(try value.text()) }
        }
        try self.assign(value, to: assign.target)
        self.leave(layout)
        if assign.isToplevel { self.export(assign.target) }
        return .normal
    }

    private func execute(_ block: FilterBlockStatement) throws -> Flow {
        let layout = self.code.scopes[block.scope]
        self.enter(layout)
        var flow = Flow.normal
        let text = try self.capture { flow = try self.execute(block.body) }
        guard flow == .normal else {
            self.leave(layout)
            return flow
        }
        let value = try self.filtering(self.captured(text)) { try self.evaluate(block.filter) }
        self.leave(layout)
        try self.writeUnconverted(value)
        return .normal
    }

    /// Prints what a filter or call block gave; only a string can be, as in Jinja.
    func writeUnconverted(_ value: Value) throws {
        guard let text = value.stringValue else {
            throw TemplateFailure.type("sequence item 0: expected str instance, \(value.typeName) found")
        }
        try self.write(text)
    }

    /// Evaluates a filter that has no base of its own.
    private func filtering(_ value: Value, _ evaluate: () throws -> Value) throws -> Value {
        let outer = self.filteredText
        self.filteredText = value
        defer { self.filteredText = outer }
        return try evaluate()
    }
}
