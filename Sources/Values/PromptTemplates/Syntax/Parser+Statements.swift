// SPDX-License-Identifier: Apache-2.0

extension Parser {
    /// Parses one statement, from its name to before the end of its last tag.
    mutating func parseStatement() throws -> [Statement] {
        guard case .name(let tag) = self.current.kind else { throw self.failure("tag name expected") }
        self.openTags.append(tag)
        let statement = try self.parseStatement(tag: tag)
        self.openTags.removeLast()
        return statement
    }

    private mutating func parseStatement(tag: String) throws -> [Statement] {
        let start = self.position
        self.advance()
        switch tag {
        case "for": return [try self.parseFor(at: start)]
        case "if": return [try self.parseIf()]
        case "set": return [try self.parseSet()]
        case "block": return [try self.parseBlock(at: start)]
        case "extends": return [try self.parseExtends(at: start)]
        case "print": return [try self.parsePrint()]
        case "macro": return [try self.parseMacro(at: start)]
        case "include": return [try self.parseInclude()]
        case "from": return [try self.parseFromImport(at: start)]
        case "import": return [try self.parseImport()]
        case "with": return [try self.parseWith()]
        case "autoescape": return [try self.parseAutoescape()]
        case "call": return [try self.parseCallBlock(at: start)]
        case "filter": return [try self.parseFilterBlock()]
        case "do": return [.evaluate(try self.parseTuple())]
        case "generation":
            let body = try self.scoped { try $0.parseBlockBody(through: "endgeneration") }
            return [.with(WithStatement(bindings: [], body: body, scope: self.newScope()))]
        case "break", "continue":
            guard self.loopDepth > 0 else { throw self.failure("'\(tag)' outside of a loop", at: start) }
            return [tag == "break" ? .breakLoop : .continueLoop]
        default:
            self.openTags.removeLast()
            throw TemplateFailure(.syntax, self.unclosed(tag: tag).message, at: start)
        }
    }

    // MARK: Control flow

    private mutating func parseFor(at start: TemplatePosition) throws -> Statement {
        let target = try self.parseTarget(endName: "in")
        guard !target.names.contains(where: { $0.name == "loop" }) else {
            throw self.failure("Can't assign to special loop variable in for-loop target", at: start)
        }
        try self.expect(.name("in"))
        let iterable = try self.parseTuple(allowsCondition: false, endName: "recursive")
        let test = self.skip(name: "if") ? try self.parseExpression() : nil
        let isRecursive = self.skip(name: "recursive")
        let loopName = self.newName("loop")
        self.loopDepth += 1
        let body = try self.scoped { try $0.parseBlockBody(until: ["endfor", "else"]) }
        self.loopDepth -= 1
        let hasElse = self.at(name: "else")
        self.advance()
        // The whole of a recursive loop is a function, so that its `else` part is in no loop.
        let outerLoops = self.loopDepth
        if isRecursive { self.loopDepth = 0 }
        let otherwise = hasElse ? try self.scoped { try $0.parseBlockBody(through: "endfor") } : []
        self.loopDepth = outerLoops
        let testTarget = test == nil ? nil : self.copy(of: target)
        return .loop(
            LoopStatement(
                target: target, testTarget: testTarget, iterable: iterable, test: test, isRecursive: isRecursive,
                body: body, otherwise: otherwise,
                scopes: LoopScopes(body: self.newScope(), test: self.newScope(), otherwise: self.newScope()),
                loopName: loopName, position: start))
    }

    private mutating func copy(of target: AssignTarget) -> AssignTarget {
        switch target {
        case .name(let use): return .name(self.newName(use.name))
        case .tuple(let targets):
            var copies: [AssignTarget] = []
            for target in targets { copies.append(self.copy(of: target)) }
            return .tuple(copies)
        case .namespaceAttribute: return target
        }
    }

    private mutating func parseIf() throws -> Statement {
        var branches: [(test: Expression, body: [Statement])] = []
        while true {
            let test = try self.parseTuple(allowsCondition: false)
            branches.append((test, try self.parseBlockBody(until: ["elif", "else", "endif"])))
            let isElif = self.at(name: "elif")
            let isElse = self.at(name: "else")
            self.advance()
            if isElif { continue }
            let otherwise = isElse ? try self.parseBlockBody(through: "endif") : []
            return .condition(ConditionStatement(branches: branches, otherwise: otherwise))
        }
    }

    private mutating func parsePrint() throws -> Statement {
        var parts: [OutputPart] = []
        while self.current.kind != .blockEnd {
            if !parts.isEmpty { try self.expect(.symbol(.comma)) }
            parts.append(.value(try self.parseExpression()))
        }
        return .output(parts)
    }

    private mutating func parseAutoescape() throws -> Statement {
        let enabled = try self.parseExpression()
        let body = try self.scoped { try $0.parseBlockBody(through: "endautoescape") }
        return .autoescape(AutoescapeStatement(enabled: enabled, body: body, scope: self.newScope()))
    }

    // MARK: Assignments

    private mutating func parseSet() throws -> Statement {
        let target = try self.parseTarget(allowsNamespace: true)
        let isToplevel = self.scopeDepth == 0
        if self.skip(.assign) {
            let value = try self.parseTuple()
            return .assign(AssignStatement(target: target, value: value, isToplevel: isToplevel))
        }
        var filter: Expression?
        while self.skip(.pipe) { filter = try self.parseFilter(of: filter) }
        let body = try self.scoped { try $0.parseBlockBody(through: "endset") }
        return .assignBlock(
            AssignBlockStatement(
                target: target, filter: filter, body: body, scope: self.newScope(), isToplevel: isToplevel))
    }

    private mutating func parseWith() throws -> Statement {
        var bindings: [(target: AssignTarget, value: Expression)] = []
        while self.current.kind != .blockEnd {
            if !bindings.isEmpty { try self.expect(.symbol(.comma)) }
            let target = try self.parseTarget()
            try self.expect(.symbol(.assign))
            bindings.append((target, try self.parseExpression()))
        }
        let body = try self.scoped { try $0.parseBlockBody(through: "endwith") }
        return .with(WithStatement(bindings: bindings, body: body, scope: self.newScope()))
    }

    private mutating func parseTarget(allowsNamespace: Bool = false, endName: String? = nil) throws -> AssignTarget {
        let start = self.position
        var targets: [AssignTarget] = []
        var isTuple = false
        while true {
            if case .name(let name) = self.current.kind, name == endName { break }
            if self.current.kind == .blockEnd || self.current.kind == .variableEnd || self.at(.rightParenthesis) {
                break
            }
            targets.append(try self.nested { try $0.parseTargetPart(allowsNamespace: allowsNamespace) })
            guard self.skip(.comma) else { break }
            isTuple = true
        }
        if !isTuple, let only = targets.first { return only }
        guard isTuple else {
            throw self.failure("Expected an expression, got '\(self.current.description)'", at: start)
        }
        return .tuple(targets)
    }

    private mutating func parseTargetPart(allowsNamespace: Bool) throws -> AssignTarget {
        let start = self.position
        if self.skip(.leftParenthesis) {
            if self.skip(.rightParenthesis) { return .tuple([]) }
            let inner = try self.parseTarget(allowsNamespace: false)
            try self.expect(.symbol(.rightParenthesis))
            return inner
        }
        guard case .name(let name) = self.current.kind else { throw self.failure("can't assign to this") }
        try self.checkAssignable(name)
        self.advance()
        if allowsNamespace, self.skip(.dot) {
            let attribute = try self.expectName()
            return .namespaceAttribute(self.newName(name), attribute: attribute, start)
        }
        guard name != "loop" || self.loopDepth == 0 else {
            throw self.failure("Can't assign to special loop variable in for-loop target", at: start)
        }
        return .name(self.newName(name))
    }

    /// A name that gets a value.
    mutating func parseNameTarget() throws -> NameUse { self.newName(try self.parseAssignedName()) }

    mutating func parseAssignedName() throws -> String {
        if case .name(let name) = self.current.kind { try self.checkAssignable(name) }
        return try self.expectName()
    }

    private func checkAssignable(_ name: String) throws {
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw self.failure("can't assign to '\(name)'")
        }
    }

    // MARK: Macros

    private mutating func parseSignature() throws -> [MacroBody.Parameter] {
        var parameters: [MacroBody.Parameter] = []
        try self.expect(.symbol(.leftParenthesis))
        while !self.at(.rightParenthesis) {
            if !parameters.isEmpty { try self.expect(.symbol(.comma)) }
            let start = self.position
            let name = try self.parseNameTarget()
            guard !parameters.contains(where: { $0.name.name == name.name }) else {
                throw self.failure("duplicate argument '\(name.name)' in the signature", at: start)
            }
            var defaultValue: Expression?
            if self.skip(.assign) {
                defaultValue = try self.parseExpression()
            } else if parameters.last?.defaultValue != nil {
                throw self.failure("non-default argument follows default argument")
            }
            parameters.append(MacroBody.Parameter(name: name, defaultValue: defaultValue))
        }
        self.advance()
        return parameters
    }

    private mutating func parseMacroBody(
        name: String?, parameters: [MacroBody.Parameter], end: String, at start: TemplatePosition
    ) throws -> MacroBody {
        let outerLoops = self.loopDepth
        self.loopDepth = 0
        defer { self.loopDepth = outerLoops }
        let body = try self.scoped { try $0.parseBlockBody(through: end) }
        let special = (
            caller: self.newName("caller"), keywordArguments: self.newName("kwargs"),
            variableArguments: self.newName("varargs")
        )
        return MacroBody(
            name: name, parameters: parameters, body: body, function: self.newFunction(), specialNames: special,
            position: start)
    }

    private mutating func parseMacro(at start: TemplatePosition) throws -> Statement {
        let target = try self.parseNameTarget()
        let isToplevel = self.scopeDepth == 0
        let parameters = try self.parseSignature()
        let macro = try self.parseMacroBody(name: target.name, parameters: parameters, end: "endmacro", at: start)
        return .macro(MacroStatement(target: target, macro: macro, isToplevel: isToplevel))
    }

    private mutating func parseCallBlock(at start: TemplatePosition) throws -> Statement {
        let parameters = self.at(.leftParenthesis) ? try self.parseSignature() : []
        guard case .call(let callee, let arguments) = try self.parseExpression().kind else {
            throw self.failure("expected call", at: start)
        }
        let macro = try self.parseMacroBody(name: nil, parameters: parameters, end: "endcall", at: start)
        return .callBlock(
            CallBlockStatement(callee: callee, arguments: arguments, macro: macro, position: start))
    }

    private mutating func parseFilterBlock() throws -> Statement {
        var filter = try self.parseFilter(of: nil)
        while self.skip(.pipe) { filter = try self.parseFilter(of: filter) }
        let body = try self.scoped { try $0.parseBlockBody(through: "endfilter") }
        return .filterBlock(FilterBlockStatement(filter: filter, body: body, scope: self.newScope()))
    }
}
