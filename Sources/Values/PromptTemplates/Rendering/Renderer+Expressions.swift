// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    func evaluate(_ expression: Expression) throws -> Value {
        switch expression.kind {
        case .literal(let literal): return Value(literal)
        case .name(let use):
            self.position = expression.position
            return self.read(use)
        case .attribute(let base, let use):
            let value = try self.evaluate(base)
            self.position = expression.position
            return try self.attribute(use, of: value)
        default: break
        }
        try self.checkStack()
        switch expression.kind {
        case .item(let base, let key):
            let value = try self.evaluate(base)
            let key = try self.evaluate(key)
            self.position = expression.position
            return try self.item(key, of: value)
        case .call(let callee, let arguments): return try self.evaluateCall(callee, arguments, at: expression.position)
        case .filter(let base, let use): return try self.evaluateFilter(base, use, at: expression.position)
        case .test(let base, let use): return .bool(try self.evaluateTest(base, use, at: expression.position))
        case .compare(let first, let rest): return try self.evaluateComparison(first, rest, at: expression.position)
        case .and(let left, let right):
            let value = try self.evaluate(left)
            return try value.isTrue() ? try self.evaluate(right) : value
        case .or(let left, let right):
            let value = try self.evaluate(left)
            return try value.isTrue() ? value : try self.evaluate(right)
        case .condition(let test, let then, let otherwise):
            if try self.evaluate(test).isTrue() { return try self.evaluate(then) }
            if let otherwise { return try self.evaluate(otherwise) }
            return .undefined(
                Undefined(
                    .lenient,
                    "the inline if-expression evaluated to false and no else section was defined."))
        default: return try self.evaluateOperation(expression)
        }
    }

    private func evaluateOperation(_ expression: Expression) throws -> Value {
        switch expression.kind {
        case .binary(let operation, let left, let right):
            let left = try self.evaluate(left)
            let right = try self.evaluate(right)
            self.position = expression.position
            return try left.apply(operation, right, self)
        case .unary(let operation, let operand):
            let value = try self.evaluate(operand)
            self.position = expression.position
            switch operation {
            case .not: return .bool(try !value.isTrue())
            case .negative: return try value.negated()
            case .positive: return try value.unaryPlus()
            }
        case .concatenate(let parts): return try self.evaluateConcatenation(parts)
        case .slice(let base, let bounds):
            let value = try self.evaluate(base)
            let start = try bounds.start.map { try self.evaluate($0) } ?? .none
            let stop = try bounds.stop.map { try self.evaluate($0) } ?? .none
            let step = try bounds.step.map { try self.evaluate($0) } ?? .none
            self.position = expression.position
            if case .literal = base.kind, !value.isString {
                // Jinja computes constants beforehand, and there this is no error.
                return self.undefined("\(value.ownerName) has no element slice")
            }
            return try self.slice(value, start, stop, step)
        case .list(let items):
            try self.charge(count: items.count)
            return try self.checkDepth(of: .list(try items.map { try self.evaluate($0) }))
        case .tuple(let items):
            try self.charge(count: items.count)
            return try self.checkDepth(of: .tuple(try items.map { try self.evaluate($0) }))
        case .dict(let pairs):
            try self.charge(count: pairs.count)
            let values = try pairs.map { (try self.evaluate($0.key), try self.evaluate($0.value)) }
            return try self.checkDepth(of: .dict(try DictValue(values)))
        default: return .none
        }
    }

    private func evaluateConcatenation(_ parts: [Expression]) throws -> Value {
        let values = try parts.map { try self.evaluate($0) }
        let isMarkup = self.escapesOutput && !self.isVolatile && values.contains(where: \.isMarkup)
        var text = ""
        for value in values { text += isMarkup ? try self.escape(value) : try value.text() }
        try self.charge(bytes: text.utf8.count)
        return isMarkup ? .markup(text) : .string(text)
    }

    private func evaluateComparison(
        _ first: Expression, _ rest: [(operation: Comparison, operand: Expression)], at position: TemplatePosition
    ) throws -> Value {
        var left = try self.evaluate(first)
        for (operation, operand) in rest {
            let right = try self.evaluate(operand)
            self.position = position
            guard try left.compare(operation, right, self) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    // MARK: Variables

    func read(_ use: NameUse) -> Value {
        let value = self.frame[self.code.names[use.id]]
        if case .missing = value { return self.undefined(name: use.name) }
        return value
    }

    func assign(_ value: Value, to target: AssignTarget) throws {
        switch target {
        case .name(let use): self.frame[self.code.names[use.id]] = value
        case .tuple(let targets):
            let values = try value.elements()
            guard values.count == targets.count else {
                throw TemplateFailure.value(
                    values.count < targets.count
                        ? "not enough values to unpack (expected \(targets.count), got \(values.count))"
                        : "too many values to unpack (expected \(targets.count))")
            }
            for (target, value) in zip(targets, values) { try self.assign(value, to: target) }
        case .namespaceAttribute(let use, let attribute, let position):
            self.position = position
            try self.namespace(use).set(attribute, value)
        }
    }

    func namespace(_ use: NameUse) throws -> NamespaceValue {
        guard case .object(let object as NamespaceValue) = self.frame[self.code.names[use.id]] else {
            throw TemplateFailure.runtime("cannot assign attribute on non-namespace object")
        }
        return object
    }

    // MARK: Calls

    func evaluate(_ arguments: CallArguments) throws -> Arguments {
        var result = Arguments()
        result.positional = try arguments.positional.map { try self.evaluate($0) }
        if arguments.isPlain { return result }
        for (name, value) in arguments.keyword { result.keyword.append((name, try self.evaluate(value))) }
        if let spread = arguments.spread {
            let values = try self.evaluate(spread).elements()
            try self.charge(count: values.count)
            result.positional += values
        }
        if let spread = arguments.keywordSpread {
            guard case .dict(let dict) = try self.evaluate(spread) else {
                throw TemplateFailure.type("argument after ** must be a mapping")
            }
            for (key, value) in dict.pairs {
                guard let name = key.stringValue else { throw TemplateFailure.type("keywords must be strings") }
                guard result.value(name) == nil else {
                    throw TemplateFailure.type("got multiple values for keyword argument '\(name)'")
                }
                result.keyword.append((name, value))
            }
        }
        return result
    }

    private func evaluateCall(
        _ callee: Expression, _ arguments: CallArguments, at position: TemplatePosition
    ) throws -> Value {
        let function = try self.evaluate(callee)
        let arguments = try self.evaluate(arguments)
        self.position = position
        return try self.call(function, arguments)
    }

    func call(_ function: Value, _ arguments: Arguments) throws -> Value {
        try self.step()
        switch function {
        case .object(let object): return try self.checkDepth(of: try object.call(arguments, self))
        case .undefined(let undefined): throw undefined.failure
        default: throw TemplateFailure.type("'\(function.typeName)' object is not callable")
        }
    }

    private func evaluateFilter(_ base: Expression?, _ use: FilterUse, at position: TemplatePosition) throws -> Value {
        let value = try base.map { try self.evaluate($0) } ?? self.filteredText
        let arguments = try self.evaluate(use.arguments)
        self.position = position
        guard let filter = use.filter else {
            throw TemplateFailure.runtime("No filter named '\(use.name)' found. \(BuiltinFilter.hint(use.name))")
        }
        return try filter.apply(to: value, arguments, self)
    }

    private func evaluateTest(_ base: Expression, _ use: TestUse, at position: TemplatePosition) throws -> Bool {
        let value = try self.evaluate(base)
        let arguments = try self.evaluate(use.arguments)
        self.position = position
        guard let test = use.test else {
            throw TemplateFailure.runtime("No test named '\(use.name)' found. \(BuiltinTest.hint(use.name))")
        }
        return try test.holds(for: value, arguments, self)
    }
}

extension Value {
    init(_ literal: Literal) {
        switch literal {
        case .none: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .float(let value): self = .float(value)
        case .string(let value): self = .string(value)
        }
    }
}
