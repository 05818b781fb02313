// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
public import SourceDocuments

/// A value in a pipeline: written out, or with `${step.output}` references and `${{ expressions }}` in it.
///
/// A text that is one reference becomes what it refers to, with its type; a reference inside a longer text becomes part
/// of the text; so with an expression. `$${` stands for `${` itself.
public struct ValueExpression: Sendable {
    /// What a reference names: a step, `inputs` or a loop's variable, and a way into what that gives.
    public struct Reference: Sendable, Hashable, CustomStringConvertible {
        /// The step's id, `inputs`, or the name of a loop's variable.
        public var source: String
        /// The output's name, then member names and element numbers on the way into the value.
        public var path: [String]

        /// The reference as it is written.
        public var description: String { "${\(([self.source] + self.path).joined(separator: "."))}" }
    }

    indirect enum Kind: Sendable {
        case literal(JSONValue)
        case reference(Reference)
        case formula(Formula)
        case text([Piece])
        case array([ValueExpression])
        case object([(key: String, value: ValueExpression)])
    }

    enum Piece: Sendable {
        case text(String)
        case reference(Reference)
        case formula(Formula)
    }

    var kind: Kind
    /// Where it is written.
    public var place: SourcePlace?
    /// What is wrong with the references in it.
    var problems: [String] = []

    /// Reads the references in a value.
    public init(_ value: JSONValue, place: SourcePlace? = nil) {
        self.place = place
        switch value {
        case .string(let text): (self.kind, self.problems) = Self.parse(text)
        case .array(let elements): self.kind = .array(elements.map { Self($0, place: place) })
        case .object(let members): self.kind = .object(members.map { ($0, Self($1, place: place)) })
        default: self.kind = .literal(value)
        }
    }

    init(_ kind: Kind, place: SourcePlace?) {
        self.kind = kind
        self.place = place
    }

    /// This expression and all those inside it.
    var all: [ValueExpression] {
        switch self.kind {
        case .array(let elements): [self] + elements.flatMap(\.all)
        case .object(let members): [self] + members.flatMap(\.value.all)
        default: [self]
        }
    }

    /// The references in this expression itself.
    var references: [Reference] {
        switch self.kind {
        case .reference(let reference): [reference]
        case .formula(let formula): formula.references
        case .text(let pieces):
            pieces.flatMap { piece in
                switch piece {
                case .text: [Reference]()
                case .reference(let reference): [reference]
                case .formula(let formula): formula.references
                }
            }
        default: []
        }
    }

    /// The value, if no reference is in it.
    var literal: JSONValue? {
        switch self.kind {
        case .literal(let value): return value
        case .reference, .formula, .text: return nil
        case .array(let elements):
            let values = elements.compactMap(\.literal)
            return values.count == elements.count ? .array(values) : nil
        case .object(let members):
            let values = members.compactMap { member in member.value.literal.map { (member.key, $0) } }
            guard values.count == members.count else { return nil }
            return .object(OrderedDictionary(values, uniquingKeysWith: { $1 }))
        }
    }

    // MARK: - Parsing

    private static func parse(_ text: String) -> (Kind, problems: [String]) {
        var pieces = [Piece]()
        var literal = ""
        var problems = [String]()
        var rest = text[...]
        func add(_ piece: Piece) {
            if !literal.isEmpty { pieces.append(.text(literal)) }
            literal = ""
            pieces.append(piece)
        }
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                literal += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${{") {
                guard let inside = rest.inside("${{", "}}") else {
                    problems.append("An expression is not closed: '\(rest.prefix(40))' lacks its '}}'.")
                    break
                }
                do { add(.formula(try Formula(String(inside)))) } catch { problems.append(error.message) }
                rest = rest[inside.endIndex...].dropFirst(2)
            } else if rest.hasPrefix("${") {
                guard let inside = rest.inside("${", "}") else {
                    problems.append("A reference is not closed: '\(rest.prefix(40))' lacks its '}'.")
                    break
                }
                if let reference = Reference(inside) {
                    add(.reference(reference))
                } else {
                    problems.append("'${\(inside)}' is no reference; write '${step.output}' or '${inputs.name}'.")
                }
                rest = rest[inside.endIndex...].dropFirst()
            } else {
                literal += "$"
                rest = rest.dropFirst()
            }
        }
        literal += rest
        if pieces.isEmpty { return (.literal(.string(literal)), problems) }
        if !literal.isEmpty { pieces.append(.text(literal)) }
        guard pieces.count == 1 else { return (.text(pieces), problems) }
        switch pieces[0] {
        case .text(let text): return (.literal(.string(text)), problems)
        case .reference(let reference): return (.reference(reference), problems)
        case .formula(let formula): return (.formula(formula), problems)
        }
    }
}

extension ValueExpression.Reference {
    /// Reads what stands between `${` and `}`; nil if it is no reference.
    init?(_ inside: Substring) {
        let parts = inside.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy(\.isWord) else { return nil }
        self.init(source: parts[0], path: Array(parts.dropFirst()))
    }
}

extension String {
    /// Whether it can name a step: letters, digits, `-` and `_`.
    var isWord: Bool { !self.isEmpty && self.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" } }
}

extension Substring {
    /// What stands between an opening at the beginning and the first closing; nil without a closing.
    func inside(_ opening: String, _ closing: String) -> Substring? {
        let body = self.dropFirst(opening.count)
        var start = body.startIndex
        while let end = body[start...].firstIndex(of: closing.first ?? "}") {
            if body[end...].hasPrefix(closing) { return body[..<end] }
            start = body.index(after: end)
        }
        return nil
    }
}
