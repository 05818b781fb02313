// SPDX-License-Identifier: Apache-2.0

internal import SwiftSyntax
internal import SwiftSyntaxBuilder

/// What `@Generable` writes for an enumeration whose cases carry values: each is a structure that names its case first.
struct CasesExpansion {
    let cases: [EnumerationCase]
    let attribute: GenerableArguments
    let access: String

    var members: [DeclSyntax] { [self.schema, self.content] }

    /// The statements that read a case.
    static func reading(_ cases: [EnumerationCase]) -> String {
        let branches = cases.map { element in
            let values = element.parameters.map {
                "\($0.label)try content.value(\($0.expression).self, forProperty: \"\($0.name)\")"
            }
            let arguments = values.isEmpty ? "" : "(\(values.joined(separator: ", ")))"
            return "case \(element.text): self = .\(element.code)\(arguments)\n"
        }
        return """
            switch try content.choice(forProperty: "case") {
            \(branches.joined())\
            case let unknown: throw OpenAutoGLM.GeneratedContentError.unknownChoice(unknown, among: \
            [\(cases.map(\.text).joined(separator: ", "))])
            }
            """
    }

    private var schema: DeclSyntax {
        let cases = self.cases.map { element in
            let properties = element.parameters.map {
                "OpenAutoGLM.GenerationSchema.Property(name: \"\($0.name)\", type: \($0.expression).self)"
            }
            return "OpenAutoGLM.GenerationSchema.Case(name: \(element.text), "
                + "properties: [\(properties.joined(separator: ", "))]),\n"
        }
        return """
            nonisolated \(raw: self.access)static var generationSchema: OpenAutoGLM.GenerationSchema {
            OpenAutoGLM.GenerationSchema(\(raw: self.attribute.schemaArguments), cases: [
            \(raw: cases.joined())])
            }
            """
    }

    private var content: DeclSyntax {
        let branches = self.cases.map { element in
            let names = element.parameters.indices.map { "value\($0 + 1)" }
            let bindings = names.isEmpty ? "" : "(\(names.map { "let \($0)" }.joined(separator: ", ")))"
            let discriminator = WrittenProperty(name: "case", value: element.text, isLeftOut: false)
            let values = zip(element.parameters, names).map {
                WrittenProperty(name: $0.name, value: $1, isLeftOut: $0.isOptional)
            }
            return "case .\(element.code)\(bindings):\n\(WrittenProperty.statements([discriminator] + values))\n"
        }
        return """
            nonisolated \(raw: self.access)var generatedContent: OpenAutoGLM.GeneratedContent {
            switch self {
            \(raw: branches.joined())}
            }
            """
    }
}
