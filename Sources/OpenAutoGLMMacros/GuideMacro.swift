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
        return []
    }
}
