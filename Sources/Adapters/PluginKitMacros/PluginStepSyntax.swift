// SPDX-License-Identifier: Apache-2.0

internal import SwiftDiagnostics
internal import SwiftSyntax
internal import SwiftSyntaxMacros

/// A method that is a step: its name, what its documentation says, and how it is called.
struct PluginStepSyntax {
    let name: String
    let description: String
    let call: String

    /// `PluginKit.PluginStep("count", "Counts words.") { try await $0.count($1) }`.
    var expression: String { "PluginKit.PluginStep(\"\(self.name)\", \"\(self.description)\") { \(self.call) }" }

    /// The steps of a type: its methods that are neither private nor static.
    static func steps(of declaration: some DeclGroupSyntax, report: (Diagnostic) -> Void) -> [Self] {
        declaration.memberBlock.members.compactMap { member in
            guard let method = member.decl.as(FunctionDeclSyntax.self),
                !method.modifiers.contains(where: {
                    ["private", "fileprivate", "static", "class"].contains($0.name.text)
                })
            else { return nil }
            let signature = method.signature
            guard signature.parameterClause.parameters.count == 1, signature.returnClause != nil,
                let parameter = signature.parameterClause.parameters.first
            else {
                report(
                    Diagnostic(
                        node: method.name,
                        message: MacroExpansionErrorMessage(
                            "'\(method.name.text)' is no step: give it one parameter and a result, or make it private.")
                    ))
                return nil
            }
            let label = parameter.firstName.text == "_" ? "" : "\(parameter.firstName.text): "
            let effects = signature.effectSpecifiers
            let words = [effects?.throwsClause == nil ? nil : "try", effects?.asyncSpecifier == nil ? nil : "await"]
            let call = (words.compactMap(\.self) + ["$0.\(method.name.text)(\(label)$1)"]).joined(separator: " ")
            return Self(
                name: self.kebab(method.name.text), description: self.documentation(of: method), call: call)
        }
    }

    /// `countWords` as names of steps are written: `count-words`.
    static func kebab(_ name: String) -> String {
        var result = ""
        for character in name {
            if character.isUppercase, !result.isEmpty { result.append("-") }
            result += character.lowercased()
        }
        return result
    }

    /// The first paragraph of a method's documentation, as the inside of a string literal.
    private static func documentation(of method: FunctionDeclSyntax) -> String {
        var lines: [String] = []
        for piece in method.leadingTrivia {
            guard case .docLineComment(let comment) = piece else { continue }
            let line = comment.dropFirst(3).drop { $0 == " " }
            if line.isEmpty { break }
            lines.append(String(line))
        }
        return lines.joined(separator: " ").replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
