// SPDX-License-Identifier: Apache-2.0

extension Parser {
    mutating func parsePostfix(_ base: Expression) throws -> Expression {
        var result = base
        while true {
            switch self.current.kind {
            case .symbol(.dot): result = try self.parseAttribute(of: result)
            case .symbol(.leftBracket): result = try self.parseSubscript(of: result)
            case .symbol(.leftParenthesis): result = try self.parseCall(of: result)
            default: return result
            }
            try self.checkDepth(of: result)
        }
    }

    private mutating func parseCall(of callee: Expression) throws -> Expression {
        let start = self.position
        return Expression(.call(callee, try self.parseCallArguments()), at: start)
    }

    private mutating func parseAttribute(of base: Expression) throws -> Expression {
        let start = self.position
        self.advance()
        switch self.current.kind {
        case .name(let name):
            self.advance()
            return Expression(.attribute(base, AttributeUse(name)), at: start)
        case .integer(let index):
            let key = Expression(.literal(.int(index)), at: self.position)
            self.advance()
            return Expression(.item(base, key), at: start)
        default: throw self.failure("expected name or number")
        }
    }

    private mutating func parseSubscript(of base: Expression) throws -> Expression {
        let start = self.position
        self.advance()
        var keys: [Expression] = []
        var bounds: SliceBounds?
        while !self.at(.rightBracket) {
            if !keys.isEmpty { try self.expect(.symbol(.comma)) }
            let keyStart = self.position
            switch try self.parseSubscriptPart() {
            case .key(let key): keys.append(key)
            case .slice(let found):
                bounds = found
                keys.append(Expression(.literal(.none), at: keyStart))
            }
        }
        self.advance()
        if let bounds, keys.count == 1 { return Expression(.slice(base, bounds), at: start) }
        guard bounds == nil else { throw self.failure("a slice cannot stand beside other keys", at: start) }
        if keys.count == 1 { return Expression(.item(base, keys[0]), at: start) }
        return Expression(.item(base, Expression(.tuple(keys), at: start)), at: start)
    }

    private enum SubscriptPart {
        case key(Expression)
        case slice(SliceBounds)
    }

    private mutating func parseSubscriptPart() throws -> SubscriptPart {
        var start: Expression?
        if !self.at(.colon) {
            let key = try self.parseExpression()
            guard self.at(.colon) else { return .key(key) }
            start = key
        }
        self.advance()
        let stop = self.at(.colon) || self.atSubscriptEnd ? nil : try self.parseExpression()
        var step: Expression?
        if self.skip(.colon), !self.atSubscriptEnd { step = try self.parseExpression() }
        return .slice(SliceBounds(start: start, stop: stop, step: step))
    }

    private var atSubscriptEnd: Bool { self.at(.rightBracket) || self.at(.comma) }

    mutating func parseCallArguments() throws -> CallArguments {
        let start = self.position
        try self.expect(.symbol(.leftParenthesis))
        var arguments = CallArguments()
        var isFirst = true
        func check(_ holds: Bool) throws {
            if !holds { throw self.failure("invalid syntax for function call expression", at: start) }
        }
        while !self.at(.rightParenthesis) {
            if !isFirst {
                try self.expect(.symbol(.comma))
                if self.at(.rightParenthesis) { break }
            }
            isFirst = false
            if self.skip(.multiply) {
                try check(arguments.spread == nil && arguments.keywordSpread == nil)
                arguments.spread = try self.parseExpression()
            } else if self.skip(.power) {
                try check(arguments.keywordSpread == nil)
                arguments.keywordSpread = try self.parseExpression()
            } else if case .name(let name) = self.current.kind, self.next.kind == .symbol(.assign) {
                try check(arguments.keywordSpread == nil)
                self.advance()
                self.advance()
                guard !arguments.keyword.contains(where: { $0.name == name }) else {
                    throw self.failure("keyword argument '\(name)' is given twice", at: start)
                }
                arguments.keyword.append((name, try self.parseExpression()))
            } else {
                try check(arguments.isPlain)
                arguments.positional.append(try self.parseExpression())
            }
        }
        self.advance()
        return arguments
    }

    // MARK: Filters and tests

    mutating func parseFiltersAndTests(_ base: Expression) throws -> Expression {
        var result = base
        while true {
            switch self.current.kind {
            case .symbol(.pipe):
                self.advance()
                result = try self.parseFilter(of: result)
            case .name("is"): result = try self.parseTest(of: result)
            case .symbol(.leftParenthesis): result = try self.parseCall(of: result)
            default: return result
            }
            try self.checkDepth(of: result)
        }
    }

    /// Parses a filter's name and arguments; a base of nil means the text of a block.
    mutating func parseFilter(of base: Expression?) throws -> Expression {
        let start = self.position
        let name = try self.parseDottedName()
        let arguments = self.at(.leftParenthesis) ? try self.parseCallArguments() : CallArguments()
        return Expression(.filter(base, FilterUse(name: name, arguments: arguments)), at: start)
    }

    private mutating func parseDottedName() throws -> String {
        var name = try self.expectName()
        while self.skip(.dot) { name += "." + (try self.expectName()) }
        return name
    }

    private mutating func parseTest(of base: Expression) throws -> Expression {
        let start = self.position
        self.advance()
        let isNegated = self.skip(name: "not")
        let name = try self.parseDottedName()
        var arguments = CallArguments()
        if self.at(.leftParenthesis) {
            arguments = try self.parseCallArguments()
        } else if self.atTestArgument {
            guard !self.at(name: "is") else { throw self.failure("You cannot chain multiple tests with is") }
            arguments.positional = [try self.parsePostfix(try self.parsePrimary())]
        }
        let test = Expression(.test(base, TestUse(name: name, arguments: arguments)), at: start)
        return isNegated ? Expression(.unary(.not, test), at: start) : test
    }

    private var atTestArgument: Bool {
        switch self.current.kind {
        case .name(let name): name != "else" && name != "or" && name != "and"
        case .string, .integer, .float, .symbol(.leftBracket), .symbol(.leftBrace): true
        default: false
        }
    }
}
