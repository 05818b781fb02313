// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

/// One compiled Jinja expression, such as `item.score > 3 and not done`, that gives a value instead of text.
///
/// It sees only the variables that it is given, and equal variables always give an equal value: there are no global
/// functions in it, and nothing random. What is missing is undefined, at any depth, and counts as false.
public struct JinjaExpression: Sendable {
    /// The variables that it reads, each with the attributes that directly follow it: `a.b + c` reads `[a, b]` and `[c]`.
    public let paths: [[String]]

    private let code: TemplateCode
    private let root: Expression
    private static let environment = JinjaEnvironment(options: JinjaOptions(undefined: .chainable, sandboxed: true))
    private static let opening = "{{ ("

    /// Compiles an expression.
    ///
    /// - Throws: ``PromptError`` with code `.syntax`, or `.forbidden` for what is random.
    public init(_ source: String) throws {
        do {
            let code = try TemplateCode(
                source: "\(Self.opening)\(source)) }}", name: nil, options: Self.environment.options)
            guard code.body.count == 1, case .output(let parts) = code.body[0], parts.count == 1,
                case .value(let root) = parts[0]
            else { throw TemplateFailure(.syntax, "'\(source)' is no single expression.") }
            var paths: [[String]] = []
            try Self.collect(root, into: &paths)
            (self.code, self.root, self.paths) = (code, root, paths)
        } catch var failure as TemplateFailure {
            // Columns count from the expression's own beginning.
            failure.position?.column -= Int32(Self.opening.count)
            throw failure.publicError
        }
    }

    /// What the expression gives; undefined becomes null.
    ///
    /// - Parameter variables: What it sees.
    /// - Throws: ``PromptError`` where types do not fit, or the result is nothing that JSON has.
    public func value(_ variables: [String: JSONValue]) throws -> JSONValue {
        try self.evaluate(variables) { try $0.json() }
    }

    /// Whether the expression gives something true, as Python takes it: not false, null, zero or empty.
    ///
    /// - Parameter variables: What it sees.
    /// - Throws: ``PromptError`` where types do not fit.
    public func isTrue(_ variables: [String: JSONValue]) throws -> Bool {
        try self.evaluate(variables) { try $0.isTrue() }
    }

    private func evaluate<Result>(
        _ variables: [String: JSONValue], _ body: (Value) throws -> Result
    ) throws -> Result {
        let renderer = Renderer(
            self.code, environment: Self.environment, variables: variables.mapValues { Value($0) })
        do {
            return try renderer.evaluate(root: self.root, body)
        } catch let failure as TemplateFailure {
            throw failure.publicError
        }
    }

    private static func collect(_ expression: Expression, into paths: inout [[String]]) throws {
        if case .filter(_, let use) = expression.kind, use.name == "random" {
            throw TemplateFailure(.forbidden, "'random' would give another value each time.", at: expression.position)
        }
        if let path = Self.path(of: expression) {
            if !paths.contains(path) { paths.append(path) }
        } else {
            for child in expression.children { try Self.collect(child, into: &paths) }
        }
    }

    /// The variable and its attributes, if the expression is nothing else.
    private static func path(of expression: Expression) -> [String]? {
        switch expression.kind {
        case .name(let use): [use.name]
        case .attribute(let base, let use): self.path(of: base).map { $0 + [use.name] }
        default: nil
        }
    }
}

extension Renderer {
    /// Evaluates the one expression that the code consists of.
    fileprivate func evaluate<Result>(root: Expression, _ body: (Value) throws -> Result) throws -> Result {
        defer { self.dispose() }
        let layout = self.code.functions[0]
        self.frame = SlotFrame(count: layout.slotCount, parent: nil)
        self.willDispose(self.frame)
        self.enter(layout.entry)
        return try body(self.evaluate(root))
    }
}

extension Value {
    /// The value as JSON; undefined becomes null.
    fileprivate func json() throws -> JSONValue {
        switch self {
        case .missing, .undefined, .none: return .null
        case .bool(let flag): return .bool(flag)
        case .int(let number): return .integer(number)
        case .float(let number): return .number(number)
        case .string(let text), .markup(let text): return .string(text)
        case .list(let list): return .array(try list.elements.map { try $0.json() })
        case .tuple(let tuple): return .array(try tuple.elements.map { try $0.json() })
        case .dict(let dict):
            let members = try dict.pairs.map { (try $0.0.text(), try $0.1.json()) }
            return .object(.init(members, uniquingKeysWith: { _, last in last }))
        case .object: throw TemplateFailure.type("'\(self.typeName)' is no value that JSON has.")
        }
    }
}
