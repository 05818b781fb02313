// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import PromptTemplates

/// An expression over the values of a run, in Jinja's language: `item.score > 3 and not check.value`.
///
/// Steps are named as they are, `check.value`, or as references, `${spell-check.value}`, where a name has a hyphen.
public struct Formula: Sendable {
    /// The expression as it was written.
    public let text: String
    let expression: JinjaExpression
    /// What it reads, each once.
    let references: [ValueExpression.Reference]
    /// Under which variable, and which attribute of it, the expression finds each reference.
    let variables: [(name: String, attribute: String?)]

    /// Reads an expression.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidExpression`.
    public init(_ text: String) throws(PipelineError) {
        self.text = text
        let (source, written) = try Self.withoutReferences(text)
        do { self.expression = try JinjaExpression(source) } catch {
            throw PipelineError(.invalidExpression, "The expression '\(text)' cannot be read: \(error)", cause: nil)
        }
        let names = Dictionary(uniqueKeysWithValues: written)
        let read = self.expression.paths.filter { names[$0[0]] == nil }.map { ($0[0], $0.dropFirst().first) }
        self.references =
            written.map(\.1) + read.map { .init(source: $0, path: $1.map { [$0] } ?? []) }
        self.variables = written.map { ($0.0, nil) } + read.map { ($0.0, $0.1) }
    }

    /// Whether it holds, if it reads nothing and so is always the same.
    var constant: Bool? { self.references.isEmpty ? try? self.expression.isTrue([:]) : nil }

    /// Puts a variable in the place of each `${reference}`.
    private static func withoutReferences(
        _ text: String
    ) throws(PipelineError) -> (String, [(String, ValueExpression.Reference)]) {
        var source = ""
        var found: [(String, ValueExpression.Reference)] = []
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            source += rest[..<dollar]
            rest = rest[dollar...]
            guard let inside = rest.inside("${", "}"), rest.hasPrefix("${"),
                let reference = ValueExpression.Reference(inside)
            else {
                throw PipelineError(
                    .invalidExpression, "The expression '\(text)' cannot be read: a '$' stands before no reference.")
            }
            let name = "reference\(found.count)__"
            found.append((name, reference))
            source += " \(name) "
            rest = rest[inside.endIndex...].dropFirst()
        }
        return (source + rest, found)
    }
}
