// SPDX-License-Identifier: Apache-2.0

extension Parser {
    /// Parses an expression, or several with commas between them as a tuple.
    mutating func parseTuple(
        allowsCondition: Bool = true, endName: String? = nil, isParenthesized: Bool = false
    ) throws -> Expression {
        let start = self.position
        var items: [Expression] = []
        var isTuple = false
        while !self.atTupleEnd(endName) {
            items.append(try allowsCondition ? self.parseExpression() : self.parseOr())
            guard self.skip(.comma) else { break }
            isTuple = true
        }
        if !isTuple, let only = items.first { return only }
        guard isTuple || isParenthesized else {
            throw self.failure("Expected an expression, got '\(self.current.description)'")
        }
        return Expression(.tuple(items), at: start)
    }

    private func atTupleEnd(_ endName: String?) -> Bool {
        switch self.current.kind {
        case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
        case .name(let name): name == endName
        default: false
        }
    }

    mutating func parseExpression() throws -> Expression {
        try self.nested { parser in
            var result = try parser.parseOr()
            let start = result.position
            while parser.skip(name: "if") {
                let test = try parser.parseOr()
                let otherwise = parser.skip(name: "else") ? try parser.parseExpression() : nil
                result = Expression(.condition(test: test, then: result, otherwise: otherwise), at: start)
                try parser.checkDepth(of: result)
            }
            try parser.checkDepth(of: result)
            return result
        }
    }

    /// Parses operands with operators of one rank between them; long chains make deep trees, so depth is checked.
    private mutating func parseChain(
        _ operand: (inout Self) throws -> Expression,
        step: (inout Self, Expression) throws -> Expression?
    ) throws -> Expression {
        var left = try operand(&self)
        while let longer = try step(&self, left) {
            left = longer
            try self.checkDepth(of: left)
        }
        return left
    }

    mutating func parseOr() throws -> Expression {
        try self.parseChain({ try $0.parseAnd() }) { parser, left in
            guard parser.skip(name: "or") else { return nil }
            return Expression(.or(left, try parser.parseAnd()), at: left.position)
        }
    }

    private mutating func parseAnd() throws -> Expression {
        try self.parseChain({ try $0.parseNot() }) { parser, left in
            guard parser.skip(name: "and") else { return nil }
            return Expression(.and(left, try parser.parseNot()), at: left.position)
        }
    }

    private mutating func parseNot() throws -> Expression {
        let start = self.position
        guard self.skip(name: "not") else { return try self.parseCompare() }
        return try self.nested { Expression(.unary(.not, try $0.parseNot()), at: start) }
    }

    private mutating func parseCompare() throws -> Expression {
        let first = try self.parseSum()
        var rest: [(operation: Comparison, operand: Expression)] = []
        while let operation = self.comparison() { rest.append((operation, try self.parseSum())) }
        return rest.isEmpty ? first : Expression(.compare(first, rest), at: first.position)
    }

    /// Skips a comparison operator, if one is there.
    private mutating func comparison() -> Comparison? {
        let found: Comparison
        switch self.current.kind {
        case .symbol(.equal): found = .equal
        case .symbol(.notEqual): found = .notEqual
        case .symbol(.less): found = .less
        case .symbol(.lessOrEqual): found = .lessOrEqual
        case .symbol(.greater): found = .greater
        case .symbol(.greaterOrEqual): found = .greaterOrEqual
        case .name("in"): found = .in
        case .name("not") where self.next.kind == .name("in"):
            self.advance()
            found = .notIn
        default: return nil
        }
        self.advance()
        return found
    }

    private mutating func parseSum() throws -> Expression {
        try self.parseChain({ try $0.parseConcatenation() }) { parser, left in
            let operation: BinaryOperator
            if parser.skip(.add) {
                operation = .add
            } else if parser.skip(.subtract) {
                operation = .subtract
            } else {
                return nil
            }
            return Expression(.binary(operation, left, try parser.parseConcatenation()), at: left.position)
        }
    }

    private mutating func parseConcatenation() throws -> Expression {
        let first = try self.parseProduct()
        var parts = [first]
        while self.skip(.tilde) { parts.append(try self.parseProduct()) }
        return parts.count == 1 ? first : Expression(.concatenate(parts), at: first.position)
    }

    private mutating func parseProduct() throws -> Expression {
        try self.parseChain({ try $0.parsePower() }) { parser, left in
            let operations: [Token.Symbol: BinaryOperator] = [
                .multiply: .multiply, .divide: .divide, .floorDivide: .floorDivide, .modulo: .modulo,
            ]
            guard case .symbol(let symbol) = parser.current.kind, let operation = operations[symbol] else { return nil }
            parser.advance()
            return Expression(.binary(operation, left, try parser.parsePower()), at: left.position)
        }
    }

    private mutating func parsePower() throws -> Expression {
        try self.parseChain({ try $0.parseUnary() }) { parser, left in
            guard parser.skip(.power) else { return nil }
            return Expression(.binary(.power, left, try parser.parseUnary()), at: left.position)
        }
    }

    func checkDepth(of expression: Expression) throws {
        guard expression.depth < 4 * Self.maximumNesting else {
            throw TemplateFailure(.limitExceeded, "The expression has too many parts.", at: self.position)
        }
    }

    private mutating func parseUnary(withFilters: Bool = true) throws -> Expression {
        let start = self.position
        var result: Expression
        if self.skip(.subtract) {
            result = Expression(.unary(.negative, try self.nested { try $0.parseUnary(withFilters: false) }), at: start)
        } else if self.skip(.add) {
            result = Expression(.unary(.positive, try self.nested { try $0.parseUnary(withFilters: false) }), at: start)
        } else {
            result = try self.parsePrimary()
        }
        result = try self.parsePostfix(result)
        return withFilters ? try self.parseFiltersAndTests(result) : result
    }

    // MARK: Primaries

    mutating func parsePrimary() throws -> Expression {
        let start = self.position
        switch self.current.kind {
        case .name(let name):
            self.advance()
            switch name {
            case "true", "True": return Expression(.literal(.bool(true)), at: start)
            case "false", "False": return Expression(.literal(.bool(false)), at: start)
            case "none", "None": return Expression(.literal(.none), at: start)
            default: return Expression(.name(self.newName(name)), at: start)
            }
        case .string(var text):
            self.advance()
            while case .string(let more) = self.current.kind {
                text += more
                self.advance()
            }
            return Expression(.literal(.string(text)), at: start)
        case .integer(let number):
            self.advance()
            return Expression(.literal(.int(number)), at: start)
        case .float(let number):
            self.advance()
            return Expression(.literal(.float(number)), at: start)
        case .symbol(.leftParenthesis):
            self.advance()
            let inner = try self.nested { try $0.parseTuple(isParenthesized: true) }
            try self.expect(.symbol(.rightParenthesis))
            return inner
        case .symbol(.leftBracket): return try self.parseList()
        case .symbol(.leftBrace): return try self.parseDict()
        default: throw self.failure("unexpected '\(self.current.description)'")
        }
    }

    private mutating func parseList() throws -> Expression {
        let start = self.position
        self.advance()
        var items: [Expression] = []
        while !self.at(.rightBracket) {
            if !items.isEmpty { try self.expect(.symbol(.comma)) }
            if self.at(.rightBracket) { break }
            items.append(try self.parseExpression())
        }
        self.advance()
        return Expression(.list(items), at: start)
    }

    private mutating func parseDict() throws -> Expression {
        let start = self.position
        self.advance()
        var pairs: [(key: Expression, value: Expression)] = []
        while !self.at(.rightBrace) {
            if !pairs.isEmpty { try self.expect(.symbol(.comma)) }
            if self.at(.rightBrace) { break }
            let key = try self.parseExpression()
            try self.expect(.symbol(.colon))
            pairs.append((key, try self.parseExpression()))
        }
        self.advance()
        return Expression(.dict(pairs), at: start)
    }
}
