// SPDX-License-Identifier: Apache-2.0

internal import SwiftSyntax
internal import SwiftSyntaxMacros

/// `@Guide`: writes nothing itself; `@Generable` reads it.
struct GuideMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        let diagnoser = Diagnoser(report: context.diagnose)
        guard let variable = declaration.as(VariableDeclSyntax.self), !variable.isTypeMember, !variable.isLazy,
            variable.bindings.allSatisfy(\.isStored)
        else {
            diagnoser.error("guide-place", at: node, "'@Guide' goes on stored properties of '@Generable' structures")
            return []
        }
        if let structure = context.lexicalContext.first?.as(StructDeclSyntax.self), !structure.attributes.isGenerable {
            diagnoser.warning(
                "guide-unread", at: node, "'@Guide' has no effect: '\(structure.name.trimmed)' is not '@Generable'")
        }
        return []
    }
}

extension AttributeListSyntax {
    /// Whether `@Generable` is among them.
    fileprivate var isGenerable: Bool {
        self.contains { element in
            let name = element.as(AttributeSyntax.self)?.attributeName.trimmedDescription
            return name == "Generable" || name == "OpenAutoGLM.Generable"
        }
    }
}
