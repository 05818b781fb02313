// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Inheritance, includes and imports.
extension Renderer {
    /// Runs a template's own text, and its parents'.
    func runRoot(of code: TemplateCode, in context: TemplateContext) throws {
        for block in code.blocks {
            context.blocks[block.name, default: []].append(BlockImplementation(block: block, code: code))
        }
        var next: TemplateCode? = code
        while let current = next {
            (self.code, self.context, self.parent) = (current, context, nil)
            self.escapesOutput = self.options.autoescape
            let layout = current.functions[0]
            self.frame = SlotFrame(count: layout.slotCount, parent: nil)
            self.willDispose(self.frame)
            if layout.usesSelf { self.frame[current.names[current.selfName.id]] = .object(SelfReference(context)) }
            self.enter(layout.entry)
            _ = try self.execute(current.body)
            next = self.parent
            try self.step()
        }
        self.parent = nil
    }

    func load(_ name: Value) throws -> TemplateCode {
        if case .undefined(let undefined) = name { throw undefined.failure }
        guard let name = name.stringValue else {
            throw TemplateFailure.type("A template's name is a string, not '\(name.typeName)'.")
        }
        return try self.environment.code(named: name)
    }

    func execute(_ extends: ExtendsStatement) throws {
        guard self.parent == nil else { throw TemplateFailure.runtime("extended multiple times") }
        let name = try self.evaluate(extends.template)
        self.position = extends.position
        let parent = try self.load(name)
        try self.charge(count: 10)
        for block in parent.blocks {
            self.context.blocks[block.name, default: []].append(BlockImplementation(block: block, code: parent))
        }
        self.extendDepth += 1
        guard self.extendDepth <= self.options.limits.depth else {
            throw TemplateFailure.limit("Templates extend each other endlessly.")
        }
        self.parent = parent
    }

    // MARK: Blocks

    func execute(_ block: BlockStatement) throws {
        if block.isToplevel, self.parent != nil { return }
        self.position = block.position
        guard let implementation = self.context.blocks[block.name]?.first else { return }
        if block.isRequired, self.context.blocks[block.name]?.count ?? 0 <= 1 {
            throw TemplateFailure.runtime("Required block '\(block.name)' not found")
        }
        let context = block.isScoped ? self.derivedContext(visible: block.visible) : self.context
        try self.run(implementation, index: 0, in: context)
    }

    func run(_ implementation: BlockImplementation, index: Int, in context: TemplateContext) throws {
        let layout = implementation.code.functions[implementation.block.function]
        try self.called {
            try self.run(code: implementation.code, context: context, escapes: self.options.autoescape) {
                self.frame = SlotFrame(count: layout.slotCount, parent: nil)
                self.willDispose(self.frame)
                let names = self.code.names
                if layout.usesSelf {
                    self.frame[names[implementation.block.selfName.id]] = .object(SelfReference(context))
                }
                if layout.usesSuper {
                    self.frame[names[implementation.block.superName.id]] =
                        self.superBlock(implementation.block.name, index: index + 1, context)
                }
                self.enter(layout.entry)
                _ = try self.execute(implementation.block.body)
            }
        }
    }

    func superBlock(_ name: String, index: Int, _ context: TemplateContext) -> Value {
        guard let blocks = context.blocks[name], index < blocks.count else {
            return self.undefined("there is no parent block called '\(name)'.")
        }
        return .object(BlockReference(name, index: index, context))
    }

    /// The context with the variables of the scopes around a statement.
    private func derivedContext(visible: Int) -> TemplateContext {
        let context = TemplateContext(given: self.locals(visible: visible), autoescape: self.context.autoescape)
        context.blocks = self.context.blocks
        return context
    }

    private func locals(visible: Int) -> [String: Value] {
        var all = self.context.all
        for (name, reference) in self.code.visibleNames[visible] {
            let value = self.frame[reference]
            if case .missing = value { continue }
            all[name] = value
        }
        return all
    }

    // MARK: Includes

    func execute(_ include: IncludeStatement) throws {
        let names = try self.evaluate(include.template)
        guard let code = try self.find(names, ignoresMissing: include.ignoresMissing) else { return }
        guard include.withContext else { return try self.write(try self.module(of: code).body) }
        let context = TemplateContext(
            given: self.locals(visible: include.visible), autoescape: self.options.autoescape)
        try self.charge(count: context.given.count)
        try self.called {
            try self.run(code: code, context: context, escapes: self.options.autoescape) {
                try self.runRoot(of: code, in: context)
            }
        }
    }

    private func find(_ names: Value, ignoresMissing: Bool) throws -> TemplateCode? {
        do {
            guard names.stringValue == nil, !names.isUndefined else { return try self.load(names) }
            let candidates = try names.elements()
            guard !candidates.isEmpty else {
                throw TemplateFailure(.templateNotFound, "Tried to select from an empty list of templates.")
            }
            for candidate in candidates {
                do { return try self.load(candidate) } catch let failure as TemplateFailure
                    where failure.code == .templateNotFound
                { continue }
            }
            throw TemplateFailure(
                .templateNotFound,
                "none of the templates given were found: "
                    + (try candidates.map { try $0.text() }.joined(separator: ", ")))
        } catch let failure as TemplateFailure where failure.code == .templateNotFound && ignoresMissing {
            return nil
        }
    }

    // MARK: Imports

    /// A template's module without context; made once a rendering.
    private func module(of code: TemplateCode) throws -> ModuleValue {
        let key = ObjectIdentifier(code)
        if let known = self.modules[key] { return known }
        let module = try self.makeModule(of: code, given: self.environment.globalValues(self))
        self.modules[key] = module
        return module
    }

    private func makeModule(of code: TemplateCode, given: [String: Value]) throws -> ModuleValue {
        let context = TemplateContext(given: given, autoescape: self.options.autoescape)
        let body = try self.called {
            try self.run(code: code, context: context, escapes: self.options.autoescape) {
                try self.capture { try self.runRoot(of: code, in: context) }
            }
        }
        let names = context.exported.sorted()
        let module = ModuleValue(
            code, name: code.name ?? "None", body: body,
            attributes: DictValue(strings: names.map { (key: $0, value: context.variables[$0] ?? .none) }))
        self.willDispose(module)
        return module
    }

    private func module(_ template: Expression, withContext: Bool, visible: Int) throws -> ModuleValue {
        let name = try self.evaluate(template)
        self.position = template.position
        let code = try self.load(name)
        guard withContext else { return try self.module(of: code) }
        return try self.makeModule(of: code, given: self.locals(visible: visible))
    }

    func execute(_ statement: ImportStatement) throws {
        let module = try self.module(
            statement.template, withContext: statement.withContext, visible: statement.visible)
        self.frame[self.code.names[statement.target.id]] = .object(module)
        if statement.isToplevel {
            self.context.variables[statement.target.name] = .object(module)
            self.context.exported.remove(statement.target.name)
        }
    }

    func execute(_ statement: FromImportStatement) throws {
        let module = try self.module(
            statement.template, withContext: statement.withContext, visible: statement.visible)
        for (name, target) in statement.names {
            let value =
                module.attributes[name]
                ?? self.undefined(
                    "the template '\(module.name)' (imported on line \(statement.position.line)) "
                        + "does not export the requested name '\(name)'. "
                        + NearestName.hint(for: name, in: module.attributes.keys.compactMap(\.stringValue)))
            self.frame[self.code.names[target.id]] = value
            if statement.isToplevel {
                self.context.variables[target.name] = value
                self.context.exported.remove(target.name)
            }
        }
    }
}

/// An imported template.
final class ModuleValue: ObjectValue {
    let code: TemplateCode
    let name: String
    let body: String
    private(set) var attributes: DictValue

    init(_ code: TemplateCode, name: String, body: String, attributes: DictValue) {
        self.code = code
        self.name = name
        self.body = body
        self.attributes = attributes
    }

    override var typeName: String { "TemplateModule" }
    override var text: String { self.body }
    override func attribute(_ name: String, _ renderer: Renderer) throws -> Value? { self.attributes[name] }
    override func clear() { self.attributes = DictValue() }
}

/// A block of a parent template, as `super()` calls it.
final class BlockReference: ObjectValue {
    private let name: String
    private let index: Int
    private let context: TemplateContext

    init(_ name: String, index: Int, _ context: TemplateContext) {
        self.name = name
        self.index = index
        self.context = context
    }

    override var typeName: String { "BlockReference" }
    override var isCallable: Bool { true }

    override func attribute(_ name: String, _ renderer: Renderer) throws -> Value? {
        name == "super" ? renderer.superBlock(self.name, index: self.index + 1, self.context) : nil
    }

    override func call(_ arguments: Arguments, _ renderer: Renderer) throws -> Value {
        guard let implementation = self.context.blocks[self.name]?[self.index] else { return .string("") }
        let text = try renderer.capture { try renderer.run(implementation, index: self.index, in: self.context) }
        return self.context.autoescape ? .markup(text) : .string(text)
    }
}

/// The variable `self`, whose attributes are the template's blocks.
final class SelfReference: ObjectValue {
    private let context: TemplateContext

    init(_ context: TemplateContext) { self.context = context }

    override var typeName: String { "TemplateReference" }
    override var text: String { "<TemplateReference None>" }
    override func item(_ key: Value) throws -> Value? { key.stringValue.flatMap { self.block($0) } }
    override func attribute(_ name: String, _ renderer: Renderer) throws -> Value? { self.block(name) }

    private func block(_ name: String) -> Value? {
        self.context.blocks[name] == nil ? nil : .object(BlockReference(name, index: 0, self.context))
    }
}
