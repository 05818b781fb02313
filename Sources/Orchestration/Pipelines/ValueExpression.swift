// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
public import SourceDocuments

/// A value in a pipeline: written out, or with `${step.output}` references in it.
///
/// A text that is one reference becomes what it refers to, with its type; a reference inside a longer text becomes part
/// of the text. `$${` stands for `${` itself.
public struct ValueExpression: Sendable {
    /// What a reference names: a step or `inputs`, one of its outputs, and a way into that value.
    public struct Reference: Sendable, Hashable, CustomStringConvertible {
        /// The step's id, or `inputs`.
        public var source: String
        /// The output's or the input's name.
        public var name: String
        /// Member names and element numbers on the way into the value.
        public var path: [String]

        /// The reference as it is written.
        public var description: String { "${\(([self.source, self.name] + self.path).joined(separator: "."))}" }
    }

    indirect enum Kind: Sendable {
        case literal(JSONValue)
        case reference(Reference)
        case text([Piece])
        case array([ValueExpression])
        case object([(key: String, value: ValueExpression)])
    }

    enum Piece: Sendable {
        case text(String)
        case reference(Reference)
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
        case .text(let pieces): pieces.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
        default: []
        }
    }

    /// The value, if no reference is in it.
    var literal: JSONValue? {
        switch self.kind {
        case .literal(let value): return value
        case .reference, .text: return nil
        case .array(let elements):
            let values = elements.compactMap(\.literal)
            return values.count == elements.count ? .array(values) : nil
        case .object(let members):
            let values = members.compactMap { member in member.value.literal.map { (member.key, $0) } }
            guard values.count == members.count else { return nil }
            return .object(OrderedDictionary(values, uniquingKeysWith: { $1 }))
        }
    }

    /// The value with each reference replaced by what it refers to.
    func value(_ lookup: (Reference) throws -> JSONValue) rethrows -> JSONValue {
        switch self.kind {
        case .literal(let value): return value
        case .reference(let reference): return try lookup(reference)
        case .array(let elements): return .array(try elements.map { try $0.value(lookup) })
        case .object(let members):
            return .object(
                OrderedDictionary(try members.map { ($0.key, try $0.value.value(lookup)) }, uniquingKeysWith: { $1 }))
        case .text(let pieces):
            return .string(
                try pieces.map { piece in
                    switch piece {
                    case .text(let text): return text
                    case .reference(let reference):
                        let value = try lookup(reference)
                        return value.stringValue ?? value.serialized()
                    }
                }.joined())
        }
    }

    // MARK: - Parsing

    private static func parse(_ text: String) -> (Kind, problems: [String]) {
        var pieces = [Piece]()
        var literal = ""
        var problems = [String]()
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                literal += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    problems.append("A reference is not closed: '\(rest.prefix(40))' lacks its '}'.")
                    break
                }
                let inside = rest[rest.index(rest.startIndex, offsetBy: 2)..<end]
                if let reference = Self.reference(inside) {
                    if !literal.isEmpty { pieces.append(.text(literal)) }
                    literal = ""
                    pieces.append(.reference(reference))
                } else {
                    problems.append("'${\(inside)}' is no reference; write '${step.output}' or '${inputs.name}'.")
                }
                rest = rest[rest.index(after: end)...]
            } else {
                literal += "$"
                rest = rest.dropFirst()
            }
        }
        literal += rest
        if pieces.isEmpty { return (.literal(.string(literal)), problems) }
        if !literal.isEmpty { pieces.append(.text(literal)) }
        if pieces.count == 1, case .reference(let reference) = pieces[0] { return (.reference(reference), problems) }
        return (.text(pieces), problems)
    }

    private static func reference(_ inside: Substring) -> Reference? {
        let parts = inside.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isWord = { (part: String) in
            !part.isEmpty && part.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        }
        guard parts.count >= 2, parts.allSatisfy(isWord) else { return nil }
        return Reference(source: parts[0], name: parts[1], path: Array(parts.dropFirst(2)))
    }
}
