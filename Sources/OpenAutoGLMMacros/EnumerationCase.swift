// SPDX-License-Identifier: Apache-2.0

internal import SwiftSyntax

/// A case of an enumeration.
struct EnumerationCase {
    /// A value that a case carries.
    struct Parameter {
        /// The name of the property that holds it.
        let name: String
        /// The label as it stands in code, with its colon; empty without one.
        let label: String
        /// Its type, without the mark that it may be missing.
        let type: TypeSyntax
        /// Whether it may be missing.
        let isOptional: Bool

        /// The type as it stands in expressions.
        var expression: String { self.isOptional ? "(\(self.type.trimmed))?" : self.type.trimmedDescription }
    }

    /// What the model writes for it, as a literal.
    let text: String
    /// Its name as it stands in code.
    let code: String
    /// What it carries.
    let parameters: [Parameter]

    /// The cases of an enumeration in their order; nil if it can't be generated, which is then reported.
    static func all(in enumeration: EnumDeclSyntax, _ diagnoser: Diagnoser) -> [EnumerationCase]? {
        let elements = enumeration.memberBlock.members
            .compactMap { $0.decl.as(EnumCaseDeclSyntax.self) }
            .flatMap(\.elements)
        guard !elements.isEmpty else {
            diagnoser.error("no-cases", at: enumeration.name, "an enumeration without cases has no values to generate")
            return nil
        }
        return elements.map { Self($0) }
    }

    private init(_ element: EnumCaseElementSyntax) {
        let name = element.name.identifier?.name ?? element.name.text
        self.code = element.name.text
        self.text =
            element.rawValue?.value.as(StringLiteralExprSyntax.self)?.trimmedDescription ?? "\"\(name)\""
        let parameters = element.parameterClause.map { Array($0.parameters) } ?? []
        self.parameters = parameters.enumerated().map { index, parameter in
            let (type, isOptional) = parameter.type.withoutOptional
            let label = parameter.firstName.flatMap { $0.tokenKind == .wildcard ? nil : $0 }
            let position = parameters.count == 1 ? "value" : "value\(index + 1)"
            return Parameter(
                name: label.map { $0.identifier?.name ?? $0.text } ?? position,
                label: label.map { "\($0.text): " } ?? "", type: type, isOptional: isOptional)
        }
    }
}
