// SPDX-License-Identifier: Apache-2.0

internal import SwiftSyntax
internal import SwiftSyntaxBuilder

/// A type in front of which `@Generable` stands.
struct GenerableType {
    private enum Shape {
        case structure(String, [StoredProperty])
        case choices([EnumerationCase])
        case cases([EnumerationCase])
    }

    private let shape: Shape
    private let attribute: GenerableArguments
    private let access: String
    private let partialConformances: [String]

    /// Reads a declaration; nil if it can't be generated, which is then reported.
    init?(_ declaration: some DeclGroupSyntax, attribute: AttributeSyntax, _ diagnoser: Diagnoser) {
        if let structure = declaration.as(StructDeclSyntax.self) {
            guard let properties = StoredProperty.all(in: structure, diagnoser) else { return nil }
            self.shape = .structure(structure.name.trimmedDescription, properties)
        } else if let enumeration = declaration.as(EnumDeclSyntax.self) {
            guard let cases = EnumerationCase.all(in: enumeration, diagnoser) else { return nil }
            self.shape = cases.allSatisfy(\.parameters.isEmpty) ? .choices(cases) : .cases(cases)
        } else {
            diagnoser.error(
                "not-a-value-type", at: attribute,
                "'@Generable' goes on structures and enumerations; write the others' conformance to 'Generable' by hand"
            )
            return nil
        }
        self.attribute = GenerableArguments(attribute)
        self.access =
            declaration.modifiers.map(\.name.text).first { $0 == "public" || $0 == "package" }.map { $0 + " " } ?? ""
        self.partialConformances = PartialConformances.of(declaration)
    }

    /// What is written into the type.
    var members: [DeclSyntax] {
        switch self.shape {
        case .structure(let name, let properties):
            StructureExpansion(
                name: name, properties: properties, attribute: self.attribute, access: self.access,
                partialConformances: self.partialConformances
            ).members
        case .choices(let cases):
            ChoicesExpansion(cases: cases, attribute: self.attribute, access: self.access).members
        case .cases(let cases):
            CasesExpansion(cases: cases, attribute: self.attribute, access: self.access).members
        }
    }

    /// What reads the type out of generated content; it stands in an extension, so that a structure keeps the
    /// initializer that the compiler writes.
    var initializer: DeclSyntax {
        let body =
            switch self.shape {
            case .structure(_, let properties): StructureExpansion.reading(properties)
            case .choices(let cases): ChoicesExpansion.reading(cases)
            case .cases(let cases): CasesExpansion.reading(cases)
            }
        return """
            nonisolated \(raw: self.access)init(_ content: OpenAutoGLM.GeneratedContent) throws {
            \(raw: body)
            }
            """
    }
}

/// What `@Generable` was given.
struct GenerableArguments {
    /// The schema's name, as written; nil for the type's.
    let name: ExprSyntax?
    /// The description, as written.
    let description: ExprSyntax?
    /// Whether missing values are written as null, as written.
    let explicitNil: ExprSyntax?

    init(_ attribute: AttributeSyntax) {
        var labelled: [String: ExprSyntax] = [:]
        if case .argumentList(let arguments)? = attribute.arguments {
            for argument in arguments {
                if let label = argument.label?.text { labelled[label] = argument.expression.trimmed }
            }
        }
        self.name = labelled["name"]
        self.description = labelled["description"]
        self.explicitNil = labelled["representNilExplicitlyInGeneratedContent"]
    }

    /// The arguments that begin the schema's initializer.
    var schemaArguments: String {
        let given = [("name", self.name), ("description", self.description)]
        return (["type: Self.self"] + given.compactMap { label, value in value.map { "\(label): \($0)" } })
            .joined(separator: ", ")
    }
}

/// Which conformances a partially generated type shares with the whole.
///
/// They hold for the part if they hold for the parts of its properties, which is certain only where nothing is generic
/// and equality is what the compiler writes.
enum PartialConformances {
    static func of(_ declaration: some DeclGroupSyntax) -> [String] {
        guard declaration.as(StructDeclSyntax.self)?.genericParameterClause == nil else { return [] }
        let declared = Set(declaration.inheritanceClause?.inheritedTypes.map(\.type.trimmedDescription) ?? [])
        let hasOwnEquality = declaration.memberBlock.members.contains { member in
            let name = member.decl.as(FunctionDeclSyntax.self)?.name.text
            return name == "==" || name == "hash"
        }
        return ["Sendable", "Equatable", "Hashable"].filter {
            declared.contains($0) && ($0 == "Sendable" || !hasOwnEquality)
        }
    }
}
