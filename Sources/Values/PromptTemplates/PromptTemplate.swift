// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// A prompt with places to fill in, written `{name}`; `{{` and `}}` stand for single braces.
///
/// ```swift
/// let template = PromptTemplate("请简要介绍人工智能:{topic}")
/// try template.format(["topic": "发展历程"])   // 请简要介绍人工智能:发展历程
/// ```
///
/// A template that breaks the rules can be made, so that it may be written as a constant; ``format(_:)`` then says what
/// is wrong with it.
public struct PromptTemplate: Sendable, ExpressibleByStringLiteral {
    private enum Piece: Sendable {
        case text(String)
        case variable(String)
    }

    /// The text that the template was made of.
    public let source: String
    private let pieces: Result<[Piece], TemplateFailure>

    /// Reads a template.
    ///
    /// - Parameter source: Text with `{name}` where values go.
    public init(_ source: String) { self.init(source, firstLine: 1) }

    init(_ source: String, firstLine: Int) {
        self.source = source
        do throws(TemplateFailure) {
            self.pieces = .success(try Self.parse(source))
        } catch {
            var failure = error
            failure.position?.line += Int32(clamping: firstLine - 1)
            self.pieces = .failure(failure)
        }
    }

    /// What is wrong with the template, if anything is.
    var failure: TemplateFailure? {
        if case .failure(let failure) = self.pieces { failure } else { nil }
    }

    /// Reads a template.
    public init(stringLiteral value: String) { self.init(value) }

    /// The names of the places, in order, each once; empty if the template breaks the rules.
    public var variables: [String] {
        guard case .success(let pieces) = self.pieces else { return [] }
        var seen: Set<String> = []
        return pieces.compactMap { piece in
            guard case .variable(let name) = piece, seen.insert(name).inserted else { return nil }
            return name
        }
    }

    /// Checks that the template keeps the rules.
    ///
    /// - Throws: ``PromptError`` with code `.syntax` that has line and column.
    public func validate() throws { if let failure = self.failure { throw failure.publicError } }

    /// Fills in the template.
    ///
    /// Strings are put in as they are; other values as JSON: `3`, `true`, `null`, `["a",1]`, `{"k":"v"}`.
    /// - Parameter values: A value for every place; more than that is fine.
    /// - Returns: The filled-in text.
    /// - Throws: ``PromptError`` with code `.missingVariable` that names what is missing and what was given, or with
    ///   code `.syntax` if the template breaks the rules.
    public func format(_ values: [String: JSONValue] = [:]) throws -> String {
        var result = ""
        let pieces = try self.pieces.mapError(\.publicError).get()
        try self.checkNothingMissing(values)
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .variable(let name):
                guard let value = values[name] else { continue }
                result += value.stringValue ?? value.serialized()
            }
        }
        return result
    }

    private func checkNothingMissing(_ values: [String: JSONValue]) throws {
        let missing = self.variables.filter { values[$0] == nil }
        guard let first = missing.first else { return }
        let names = missing.map { "'\($0)'" }.joined(separator: ", ")
        let given =
            values.isEmpty ? "nothing was given" : "given: \(values.keys.sorted().joined(separator: ", "))"
        let used = Set(self.variables)
        let spare = values.keys.filter { !used.contains($0) }
        let hint = NearestName.find(first, in: spare).map { " Did you mean '\(first)' when you wrote '\($0)'?" } ?? ""
        throw PromptError(.missingVariable, "The template needs \(names); \(given).\(hint)")
    }

    // MARK: Parsing

    private static func parse(_ source: String) throws(TemplateFailure) -> [Piece] {
        let scalars = Array(source.unicodeScalars)
        var pieces: [Piece] = []
        var text = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            guard scalar == "{" || scalar == "}" else {
                text.append(scalar)
                index += 1
                continue
            }
            if index + 1 < scalars.count, scalars[index + 1] == scalar {
                text.append(scalar)
                index += 2
                continue
            }
            guard scalar == "{" else {
                throw Self.failure("a single '}' has no '{' before it; write '}}' for a brace", scalars, index)
            }
            guard let end = scalars[index...].firstIndex(of: "}") else {
                throw Self.failure("'{' is never closed; write '{{' for a brace", scalars, index)
            }
            if !text.isEmpty { pieces.append(.text(String(text))) }
            text = String.UnicodeScalarView()
            pieces.append(.variable(try Self.name(scalars, index + 1..<end)))
            index = end + 1
        }
        if !text.isEmpty { pieces.append(.text(String(text))) }
        return pieces
    }

    private static func name(_ scalars: [Unicode.Scalar], _ range: Range<Int>) throws(TemplateFailure) -> String {
        let name = String(scalars[range]).stripped(nil)
        guard !name.isEmpty else {
            throw Self.failure("'{}' names nothing; write a name between the braces", scalars, range.lowerBound - 1)
        }
        guard name.unicodeScalars.allSatisfy({ $0.isPythonWord || $0 == "-" || $0 == "." }) else {
            throw Self.failure(
                "'\(name.prefix(40))' is no name; use letters, digits, '_', '-' and '.', or write '{{' for a brace",
                scalars, range.lowerBound - 1)
        }
        return name
    }

    private static func failure(_ message: String, _ scalars: [Unicode.Scalar], _ index: Int) -> TemplateFailure {
        let before = scalars[..<index]
        let line = before.count { $0 == "\n" } + 1
        let column = index - (before.lastIndex(of: "\n").map { $0 + 1 } ?? 0) + 1
        return TemplateFailure(
            .syntax, message + ".", at: TemplatePosition(line: Int32(clamping: line), column: Int32(clamping: column)))
    }
}
