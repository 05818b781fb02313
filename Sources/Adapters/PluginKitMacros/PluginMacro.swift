// SPDX-License-Identifier: Apache-2.0

internal import SwiftCompilerPlugin
internal import SwiftDiagnostics
internal import SwiftSyntax
internal import SwiftSyntaxBuilder
internal import SwiftSyntaxMacros

/// What the compiler loads.
@main
struct KitPlugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [PluginMacro.self]
}

/// `@Plugin`: writes what a type needs to be a plugin: its steps, and the function that the library exports.
struct PluginMacro {}

extension PluginMacro: ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        let steps = PluginStepSyntax.steps(of: declaration) { context.diagnose($0) }
        if let kind = PluginKindSyntax.named(in: node) {
            kind.check(declaration, at: node) { context.diagnose($0) }
        } else if steps.isEmpty {
            context.diagnose(
                Diagnostic(
                    node: node,
                    message: MacroExpansionErrorMessage(
                        "A plugin has at least one step: a method from one Codable value to another, such as 'func execute(_ input: Text) async throws -> Count'."
                    )))
        }
        let conformance = protocols.isEmpty ? "" : ": PluginKit.PluginDefinition"
        let arguments = node.arguments?.trimmedDescription ?? ""
        let source: DeclSyntax = """
            extension \(type.trimmed)\(raw: conformance) {
                static var about: PluginKit.PluginAbout { PluginKit.PluginAbout(\(raw: arguments)) }
                static var steps: [PluginKit.PluginStep<\(type.trimmed)>] {
                    [\(raw: steps.map(\.expression).joined(separator: ", "))]
                }
            }
            """
        return source.as(ExtensionDeclSyntax.self).map { [$0] } ?? []
    }
}

extension PluginMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard let name = declaration.asProtocol((any NamedDeclSyntax).self)?.name.text else { return [] }
        return [
            """
            @_cdecl("autoglm_plugin_entry")
            public func autoglm_plugin_entry(_ abi: Swift.UInt32) -> Swift.UnsafeRawPointer? {
                PluginKit.PluginEntry.table(of: \(raw: name).self, abi: abi)
            }
            """
        ]
    }
}
