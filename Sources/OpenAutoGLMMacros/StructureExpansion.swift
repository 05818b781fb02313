// SPDX-License-Identifier: Apache-2.0

internal import SwiftSyntax
internal import SwiftSyntaxBuilder

/// What `@Generable` writes for a structure.
struct StructureExpansion {
    let name: String
    let properties: [StoredProperty]
    let attribute: GenerableArguments
    let access: String
    let partialConformances: [String]

    private var generated: [StoredProperty] { self.properties.filter { !$0.isIdentity } }

    var members: [DeclSyntax] { [self.schema, self.content, self.partial, self.asPartial] }

    /// The statements that read the properties.
    static func reading(_ properties: [StoredProperty]) -> String {
        properties.map { property in
            property.isIdentity
                ? "self.\(property.code) = content.id ?? OpenAutoGLM.GenerationID()"
                : "self.\(property.code) = try content.value(\(property.expression).self, forProperty: \"\(property.name)\")"
        }.joined(separator: "\n")
    }

    private var schema: DeclSyntax {
        let properties = self.generated.map { property in
            var arguments = ["name: \"\(property.name)\""]
            if let description = property.guide?.description { arguments.append("description: \(description)") }
            arguments.append("type: \(property.expression).self")
            let guides = property.guide?.guides.map(\.expression.trimmedDescription) ?? []
            if !guides.isEmpty { arguments.append("guides: [\(guides.joined(separator: ", "))]") }
            return "OpenAutoGLM.GenerationSchema.Property(\(arguments.joined(separator: ", "))),\n"
        }
        let explicitNil = self.attribute.explicitNil.map { "representNilExplicitlyInGeneratedContent: \($0), " } ?? ""
        return """
            nonisolated \(raw: self.access)static var generationSchema: OpenAutoGLM.GenerationSchema {
            OpenAutoGLM.GenerationSchema(\(raw: self.attribute.schemaArguments), \(raw: explicitNil)properties: [
            \(raw: properties.joined())])
            }
            """
    }

    private var content: DeclSyntax {
        let identity = self.properties.first(where: \.isIdentity).map { ", id: self.\($0.code)" } ?? ""
        let leavesOutNil = self.attribute.explicitNil?.trimmedDescription != "true"
        let properties = self.generated.map {
            WrittenProperty(name: $0.name, value: "self.\($0.code)", isLeftOut: $0.isOptional && leavesOutNil)
        }
        return """
            nonisolated \(raw: self.access)var generatedContent: OpenAutoGLM.GeneratedContent {
            \(raw: WrittenProperty.statements(properties, identity: identity))
            }
            """
    }

    private var partial: DeclSyntax {
        let declarations = self.partialProperties.map { "\(self.access)var \($0.code): \($0.type)\n" }
        let reading = self.partialProperties.map { "self.\($0.code) = \($0.reading)\n" }
        let copying = self.partialProperties.map { "self.\($0.code) = \($0.copying)\n" }
        return """
            nonisolated \(raw: self.access)struct PartiallyGenerated: \(raw: self.partialInheritance) {
            \(raw: declarations.joined())
            nonisolated \(raw: self.access)init(_ content: OpenAutoGLM.GeneratedContent) throws {
            \(raw: reading.joined())}

            nonisolated fileprivate init(of whole: \(raw: self.name)) {
            \(raw: copying.joined())}
            }
            """
    }

    private var asPartial: DeclSyntax {
        """
        nonisolated \(raw: self.access)func asPartiallyGenerated() -> PartiallyGenerated {
        PartiallyGenerated(of: self)
        }
        """
    }

    private var partialInheritance: String {
        // A generated property called `id` identifies the part only if its type can be one's identity.
        let id = self.generated.first { $0.name == "id" }
        let isIdentifiable = id.map { ["String", "Int"].contains($0.type.trimmedDescription) } ?? true
        let conformances = ["OpenAutoGLM.ConvertibleFromGeneratedContent"] + self.partialConformances
        return ((isIdentifiable ? ["Identifiable"] : []) + conformances).joined(separator: ", ")
    }

    /// The properties of the part: those of the whole, and an identity.
    private var partialProperties: [PartialProperty] {
        let identity = PartialProperty(
            code: "id", type: "OpenAutoGLM.GenerationID", reading: "content.id ?? OpenAutoGLM.GenerationID()",
            copying: "OpenAutoGLM.GenerationID()")
        let own = self.properties.map { property in
            property.isIdentity
                ? PartialProperty(
                    code: property.code, type: identity.type, reading: identity.reading,
                    copying: "whole.\(property.code)")
                : PartialProperty(
                    code: property.code, type: "\(property.type.trimmed).PartiallyGenerated?",
                    reading: "try content.value((\(property.type.trimmed).PartiallyGenerated)?.self, "
                        + "forProperty: \"\(property.name)\")",
                    copying: "whole.\(property.code)\(property.isOptional ? "?" : "").asPartiallyGenerated()")
        }
        return (self.properties.contains { $0.name == "id" } ? [] : [identity]) + own
    }
}

/// A property of what is known of a structure.
private struct PartialProperty {
    let code: String
    let type: String
    let reading: String
    let copying: String
}
