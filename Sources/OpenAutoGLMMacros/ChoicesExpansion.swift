// SPDX-License-Identifier: Apache-2.0

internal import SwiftSyntax
internal import SwiftSyntaxBuilder

/// What `@Generable` writes for an enumeration whose cases carry nothing: they are texts.
struct ChoicesExpansion {
    let cases: [EnumerationCase]
    let attribute: GenerableArguments
    let access: String

    var members: [DeclSyntax] { [self.schema, self.content] }

    /// The statements that read a case.
    static func reading(_ cases: [EnumerationCase]) -> String {
        """
        switch try content.choice() {
        \(cases.map { "case \($0.text): self = .\($0.code)\n" }.joined())\
        case let unknown: throw OpenAutoGLM.GeneratedContentError.unknownChoice(unknown, among: \
        [\(cases.map(\.text).joined(separator: ", "))])
        }
        """
    }

    private var schema: DeclSyntax {
        """
        nonisolated \(raw: self.access)static var generationSchema: OpenAutoGLM.GenerationSchema {
        OpenAutoGLM.GenerationSchema(\(raw: self.attribute.schemaArguments), anyOf: \
        [\(raw: self.cases.map(\.text).joined(separator: ", "))])
        }
        """
    }

    private var content: DeclSyntax {
        """
        nonisolated \(raw: self.access)var generatedContent: OpenAutoGLM.GeneratedContent {
        switch self {
        \(raw: self.cases.map { "case .\($0.code): OpenAutoGLM.GeneratedContent(\($0.text))\n" }.joined())}
        }
        """
    }
}
