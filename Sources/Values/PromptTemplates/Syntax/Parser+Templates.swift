// SPDX-License-Identifier: Apache-2.0

/// The statements that speak of other templates.
extension Parser {
    mutating func parseBlock(at start: TemplatePosition) throws -> Statement {
        let name = try self.expectName()
        let isScoped = self.skip(name: "scoped")
        let isRequired = self.skip(name: "required")
        guard !self.at(.subtract) else {
            throw self.failure(
                "Block names in Jinja have to be valid Python identifiers and may not contain hyphens, "
                    + "use an underscore instead.")
        }
        guard self.blockNames.insert(name).inserted else {
            throw self.failure("block '\(name)' defined twice", at: start)
        }
        let isToplevel = self.scopeDepth == 0
        let outerLoops = self.loopDepth
        self.loopDepth = 0
        let body = try self.scoped { try $0.parseBlockBody(through: "endblock") }
        self.loopDepth = outerLoops
        if isRequired, !body.allSatisfy(\.isBlank) {
            throw self.failure("Required blocks can only contain comments or whitespace", at: start)
        }
        _ = self.skip(name: name)
        let special = (selfName: self.newName("self"), superName: self.newName("super"))
        let block = BlockStatement(
            name: name, isScoped: isScoped, isRequired: isRequired, isToplevel: isToplevel, body: body,
            function: self.newFunction(), specialNames: special, visible: self.newVisible(), position: start)
        self.blocks.append(block)
        return .block(block)
    }

    mutating func parseExtends(at start: TemplatePosition) throws -> Statement {
        guard self.scopeDepth == 0 else {
            throw self.failure("cannot use extend from a non top-level scope", at: start)
        }
        self.hasExtends = true
        return .extends(ExtendsStatement(template: try self.parseExpression(), position: start))
    }

    mutating func parseInclude() throws -> Statement {
        let template = try self.parseExpression()
        var ignoresMissing = false
        if self.at(name: "ignore"), self.next.kind == .name("missing") {
            self.advance()
            self.advance()
            ignoresMissing = true
        }
        return .include(
            IncludeStatement(
                template: template, ignoresMissing: ignoresMissing, withContext: self.parseContextChoice() ?? true,
                visible: self.newVisible()))
    }

    /// Parses `with context` or `without context`, if either is there.
    private mutating func parseContextChoice() -> Bool? {
        guard self.next.kind == .name("context") else { return nil }
        let isWith = self.at(name: "with")
        guard isWith || self.at(name: "without") else { return nil }
        self.advance()
        self.advance()
        return isWith
    }

    mutating func parseImport() throws -> Statement {
        let template = try self.parseExpression()
        try self.expect(.name("as"))
        let target = try self.parseNameTarget()
        return .importModule(
            ImportStatement(
                template: template, target: target, withContext: self.parseContextChoice() ?? false,
                visible: self.newVisible(), isToplevel: self.scopeDepth == 0))
    }

    mutating func parseFromImport(at start: TemplatePosition) throws -> Statement {
        let template = try self.parseExpression()
        try self.expect(.name("import"))
        var names: [(name: String, target: NameUse)] = []
        var withContext: Bool?
        while true {
            if !names.isEmpty { try self.expect(.symbol(.comma)) }
            withContext = self.parseContextChoice()
            if withContext != nil { break }
            let nameStart = self.position
            let name = try self.parseAssignedName()
            guard !name.hasPrefix("_") else {
                throw self.failure("names starting with an underline can not be imported", at: nameStart)
            }
            let alias = self.skip(name: "as") ? try self.parseAssignedName() : name
            names.append((name, self.newName(alias)))
            withContext = self.parseContextChoice()
            guard withContext == nil, self.at(.comma) else { break }
        }
        return .fromImport(
            FromImportStatement(
                template: template, names: names, withContext: withContext ?? false, visible: self.newVisible(),
                isToplevel: self.scopeDepth == 0, position: start))
    }
}

extension Statement {
    /// Whether this is nothing but white space.
    fileprivate var isBlank: Bool {
        guard case .output(let parts) = self else { return false }
        return parts.allSatisfy { part in
            guard case .text(let text) = part else { return false }
            return text.unicodeScalars.allSatisfy(\.isPythonSpace)
        }
    }
}
