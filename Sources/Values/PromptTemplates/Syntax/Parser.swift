// SPDX-License-Identifier: Apache-2.0

/// Turns tokens into statements by recursive descent.
struct Parser {
    /// How deeply expressions and statements may be nested.
    static let maximumNesting = 100

    private let tokens: [Token]
    private var index = 0
    private var nesting = 0
    /// The end tags that each open statement waits for.
    var expectedEnds: [[String]] = []
    /// The names of the open statements.
    var openTags: [String] = []
    /// How many scopes are open; 0 at the top level.
    var scopeDepth = 0
    var loopDepth = 0
    var nameCount = 0
    var scopeCount = 0
    /// Function 0 is the template itself.
    var functionCount = 1
    var visibleCount = 0
    var blocks: [BlockStatement] = []
    var blockNames: Set<String> = []
    var hasExtends = false

    /// Parses a whole template.
    static func parse(_ source: String, options: JinjaOptions) throws -> ParsedTemplate {
        let (tokens, failure) = Lexer.tokens(of: source, options: options)
        var parser = Self(tokens: tokens)
        let selfName = parser.newName("self")
        let body: [Statement]
        do {
            body = try parser.parseBody(until: [])
        } catch {
            throw parser.current.kind == .end ? failure ?? error : error
        }
        if let failure { throw failure }
        return ParsedTemplate(
            body: body, blocks: parser.blocks, selfName: selfName, nameCount: parser.nameCount,
            scopeCount: parser.scopeCount, functionCount: parser.functionCount, visibleCount: parser.visibleCount,
            hasExtends: parser.hasExtends)
    }

    private init(tokens: [Token]) { self.tokens = tokens }

    // MARK: Numbers for the tables

    mutating func newName(_ name: String) -> NameUse {
        self.nameCount += 1
        return NameUse(name: name, id: self.nameCount - 1)
    }

    mutating func newScope() -> Int {
        self.scopeCount += 1
        return self.scopeCount - 1
    }

    mutating func newFunction() -> Int {
        self.functionCount += 1
        return self.functionCount - 1
    }

    mutating func newVisible() -> Int {
        self.visibleCount += 1
        return self.visibleCount - 1
    }

    // MARK: Tokens

    var current: Token { self.tokens[self.index] }
    var next: Token { self.tokens[min(self.index + 1, self.tokens.count - 1)] }
    var position: TemplatePosition { self.current.position }

    mutating func advance() { self.index = min(self.index + 1, self.tokens.count - 1) }

    func at(_ symbol: Token.Symbol) -> Bool { self.current.kind == .symbol(symbol) }

    func at(name: String) -> Bool { self.current.kind == .name(name) }

    mutating func skip(_ symbol: Token.Symbol) -> Bool {
        guard self.at(symbol) else { return false }
        self.advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard self.at(name: name) else { return false }
        self.advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind) throws {
        guard self.current.kind == kind else {
            throw self.unexpected("'\(Token(kind: kind, position: self.position).description)'")
        }
        self.advance()
    }

    mutating func expectName() throws -> String {
        guard case .name(let name) = self.current.kind else { throw self.unexpected("a name") }
        self.advance()
        return name
    }

    func unexpected(_ expected: String) -> TemplateFailure {
        if self.current.kind == .end { return self.failure("unexpected end of template, expected \(expected)") }
        return self.failure("expected \(expected), got '\(self.current.description)'")
    }

    func failure(_ message: String, at position: TemplatePosition? = nil) -> TemplateFailure {
        TemplateFailure(.syntax, message, at: position ?? self.position)
    }

    /// Guards a recursive part of the grammar against endless nesting.
    mutating func nested<Result>(_ parse: (inout Self) throws -> Result) throws -> Result {
        guard self.nesting < Self.maximumNesting else {
            throw TemplateFailure(
                .limitExceeded, "The template is nested more than \(Self.maximumNesting) levels deep.",
                at: self.position)
        }
        self.nesting += 1
        defer { self.nesting -= 1 }
        return try parse(&self)
    }

    /// Parses a part with variables of its own.
    mutating func scoped<Result>(_ parse: (inout Self) throws -> Result) throws -> Result {
        self.scopeDepth += 1
        defer { self.scopeDepth -= 1 }
        return try parse(&self)
    }
}

// MARK: - Bodies

extension Parser {
    /// Parses statements until one of the end tags; its name becomes the current token.
    mutating func parseBody(until ends: [String]) throws -> [Statement] {
        var statements: [Statement] = []
        var parts: [OutputPart] = []
        func flush() {
            if !parts.isEmpty { statements.append(.output(parts)) }
            parts = []
        }
        if !ends.isEmpty { self.expectedEnds.append(ends) }
        while true {
            switch self.current.kind {
            case .data(let text):
                parts.append(.text(text))
                self.advance()
            case .variableBegin:
                self.advance()
                parts.append(.value(try self.parseTuple()))
                try self.expect(.variableEnd)
            case .blockBegin:
                flush()
                self.advance()
                if case .name(let name) = self.current.kind, ends.contains(name) {
                    self.expectedEnds.removeLast()
                    return statements
                }
                statements += try self.nested { try $0.parseStatement() }
                try self.expect(.blockEnd)
            default:
                flush()
                guard ends.isEmpty else { throw self.unclosed(tag: nil) }
                return statements
            }
        }
    }

    /// Parses the rest of a tag and the body after it.
    mutating func parseBlockBody(until ends: [String]) throws -> [Statement] {
        _ = self.skip(.colon)
        try self.expect(.blockEnd)
        return try self.parseBody(until: ends)
    }

    /// Parses a body and its end tag.
    mutating func parseBlockBody(through end: String) throws -> [Statement] {
        let body = try self.parseBlockBody(until: [end])
        self.advance()
        return body
    }

    func unclosed(tag: String?) -> TemplateFailure {
        var message = tag.map { "Encountered unknown tag '\($0)'." } ?? "Unexpected end of template."
        if let ends = self.expectedEnds.last {
            let list = ends.map { "'\($0)'" }.joined(separator: " or ")
            message += " Jinja was looking for the following tags: \(list)."
        }
        if let open = self.openTags.last {
            message += " The innermost block that needs to be closed is '\(open)'."
        }
        return self.failure(message)
    }
}
