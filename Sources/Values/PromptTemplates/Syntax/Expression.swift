// SPDX-License-Identifier: Apache-2.0

/// An expression of a template.
final class Expression: Sendable {
    indirect enum Kind: Sendable {
        case literal(Literal)
        case name(NameUse)
        case list([Expression])
        case tuple([Expression])
        case dict([(key: Expression, value: Expression)])
        case attribute(Expression, AttributeUse)
        case item(Expression, Expression)
        case slice(Expression, SliceBounds)
        case call(Expression, CallArguments)
        case filter(Expression?, FilterUse)
        case test(Expression, TestUse)
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression)
        case compare(Expression, [(operation: Comparison, operand: Expression)])
        case and(Expression, Expression)
        case or(Expression, Expression)
        case concatenate([Expression])
        case condition(test: Expression, then: Expression, otherwise: Expression?)
    }

    let kind: Kind
    let position: TemplatePosition
    /// How many expressions are nested here at most; the parser bounds it.
    let depth: Int

    init(_ kind: Kind, at position: TemplatePosition) {
        self.kind = kind
        self.position = position
        self.depth = 1 + (Self.children(of: kind).map(\.depth).max() ?? 0)
    }
}

/// An attribute's name, and whether some type has a method of that name, which comes before elements.
struct AttributeUse: Sendable {
    let name: String
    let isMethod: Bool

    init(_ name: String) {
        self.name = name
        self.isMethod = BuiltinMethods.names.contains(name)
    }
}

enum Literal: Sendable, Equatable {
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
}

/// One use of a variable; `id` finds its place in ``TemplateCode/names``.
struct NameUse: Sendable {
    let name: String
    let id: Int
}

struct SliceBounds: Sendable {
    let start: Expression?
    let stop: Expression?
    let step: Expression?
}

struct CallArguments: Sendable {
    var positional: [Expression] = []
    var keyword: [(name: String, value: Expression)] = []
    var spread: Expression?
    var keywordSpread: Expression?

    var isPlain: Bool { self.keyword.isEmpty && self.spread == nil && self.keywordSpread == nil }
}

final class FilterUse: Sendable {
    let name: String
    let arguments: CallArguments
    let filter: BuiltinFilter?

    init(name: String, arguments: CallArguments) {
        self.name = name
        self.arguments = arguments
        self.filter = BuiltinFilter.all[name]
    }
}

final class TestUse: Sendable {
    let name: String
    let arguments: CallArguments
    let test: BuiltinTest?

    init(name: String, arguments: CallArguments) {
        self.name = name
        self.arguments = arguments
        self.test = BuiltinTest.all[name]
    }
}

enum UnaryOperator: Sendable {
    case not
    case negative
    case positive
}

enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "** or pow()"
}

enum Comparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case `in` = "in"
    case notIn = "not in"
}

extension CallArguments {
    /// Every expression among the arguments, in order.
    var expressions: [Expression] {
        self.positional + self.keyword.map(\.value) + [self.spread, self.keywordSpread].compactMap { $0 }
    }
}

extension Expression {
    /// The expressions directly inside this one, in order.
    var children: [Expression] { Self.children(of: self.kind) }

    private static func children(of kind: Kind) -> [Expression] {
        switch kind {
        case .literal, .name: []
        case .list(let items), .tuple(let items), .concatenate(let items): items
        case .dict(let pairs): pairs.flatMap { [$0.key, $0.value] }
        case .attribute(let base, _), .unary(_, let base): [base]
        case .item(let base, let key): [base, key]
        case .slice(let base, let bounds): [base] + [bounds.start, bounds.stop, bounds.step].compactMap { $0 }
        case .call(let callee, let arguments): [callee] + arguments.expressions
        case .filter(let base, let use): (base.map { [$0] } ?? []) + use.arguments.expressions
        case .test(let base, let use): [base] + use.arguments.expressions
        case .binary(_, let left, let right), .and(let left, let right), .or(let left, let right): [left, right]
        case .compare(let first, let rest): [first] + rest.map(\.operand)
        case .condition(let test, let then, let otherwise): [test, then] + (otherwise.map { [$0] } ?? [])
        }
    }
}
