// SPDX-License-Identifier: Apache-2.0

internal import SwiftDiagnostics
internal import SwiftSyntax
internal import SwiftSyntaxMacros

/// What a plugin of some kind must have: a method of a name, from a value with some members to one with others.
///
/// This is what `PluginKind` of the program checks in manifests, as far as it can be seen in the source; types that are declared
/// elsewhere are left to `autoglm plugin pack`.
struct PluginKindSyntax {
    let name: String
    let step: String
    let inputs: [String]
    /// Members that may be there, and are then given or read.
    let furtherInputs: [String]
    let outputs: [String]

    private static let all: [String: Self] = [
        "adapter": Self(
            name: "adapter", step: "generate", inputs: ["prompt"], furtherInputs: ["messages"], outputs: ["text"]),
        "parser": Self(name: "parser", step: "parse", inputs: ["text"], furtherInputs: [], outputs: ["value"]),
        "router": Self(name: "router", step: "route", inputs: ["text"], furtherInputs: [], outputs: ["target"]),
        "inputProcessor": Self(
            name: "input-processor", step: "process", inputs: ["payload", "modality"], furtherInputs: [],
            outputs: ["text"]),
    ]

    /// The kind that the attribute names; nil for steps.
    static func named(in node: AttributeSyntax) -> Self? {
        guard case .argumentList(let arguments)? = node.arguments,
            let kind = arguments.first(where: { $0.label?.text == "kind" })?.expression.as(MemberAccessExprSyntax.self)
        else { return nil }
        return self.all[kind.declName.baseName.text]
    }

    /// Reports what the type lacks.
    func check(_ declaration: some DeclGroupSyntax, at node: AttributeSyntax, report: (Diagnostic) -> Void) {
        let methods = declaration.memberBlock.members.compactMap { $0.decl.as(FunctionDeclSyntax.self) }
        guard let method = methods.first(where: { $0.name.text == self.step }) else {
            return report(
                Self.error(
                    node,
                    "A plugin of kind '\(self.name)' has the step '\(self.step)': a method 'func \(self.step)(_ input: Input) async throws -> Output', where Input has \(Self.list(self.inputs)) and Output has \(Self.list(self.outputs))."
                ))
        }
        let signature = method.signature
        guard let input = signature.parameterClause.parameters.first?.type, let output = signature.returnClause?.type
        else { return }
        if let members = Members(of: input, in: declaration) {
            for name in self.inputs where !members.names.contains(name) {
                report(Self.error(input, "'\(input.trimmed)' must have '\(name)': \(self.given) it."))
            }
            let given = self.inputs + self.furtherInputs
            if let more = members.required.first(where: { !given.contains($0) }) {
                report(
                    Self.error(input, "'\(more)' of '\(input.trimmed)' must be optional: it is not always given."))
            }
        }
        if let members = Members(of: output, in: declaration) {
            for name in self.outputs where !members.required.contains(name) {
                let what = members.names.contains(name) ? "must always have" : "must have"
                report(
                    Self.error(output, "'\(output.trimmed)' \(what) '\(name)', which \(self.name)s give."))
            }
        }
    }

    private var given: String { "the step '\(self.step)' of \(self.name)s is given" }

    private static func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: " and ") }

    private static func error(_ node: some SyntaxProtocol, _ message: String) -> Diagnostic {
        Diagnostic(node: node, message: MacroExpansionErrorMessage(message))
    }

    /// The members of a structure that is declared inside of the plugin, as they are called in JSON.
    private struct Members {
        private(set) var names: [String] = []
        private(set) var required: [String] = []

        init?(of type: TypeSyntax, in declaration: some DeclGroupSyntax) {
            guard let name = type.as(IdentifierTypeSyntax.self)?.name.text,
                let structure = declaration.memberBlock.members.lazy.compactMap({ $0.decl.as(StructDeclSyntax.self) })
                    .first(where: { $0.name.text == name })
            else { return nil }
            // What reads itself may be anything.
            let declarations = structure.memberBlock.members.map(\.decl)
            guard !declarations.contains(where: { $0.is(InitializerDeclSyntax.self) }) else { return nil }
            let keys = Self.keys(declarations)
            for variable in declarations.compactMap({ $0.as(VariableDeclSyntax.self) }) {
                guard !variable.modifiers.contains(where: { $0.name.text == "static" }) else { continue }
                // `var role, content: String` has its type at the last name.
                let last = variable.bindings.last?.typeAnnotation?.type
                for binding in variable.bindings where binding.accessorBlock == nil {
                    guard let own = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier.text,
                        let key = keys == nil ? own : keys?[own]
                    else { continue }
                    self.names.append(key)
                    let type = binding.typeAnnotation?.type ?? last
                    let isOptional = type?.is(OptionalTypeSyntax.self) == true
                    if !isOptional { self.required.append(key) }
                }
            }
        }

        /// The names that `CodingKeys` gives to members; nil where there is no such type.
        private static func keys(_ declarations: [DeclSyntax]) -> [String: String]? {
            guard
                let keys = declarations.lazy.compactMap({ $0.as(EnumDeclSyntax.self) }).first(where: {
                    $0.name.text == "CodingKeys"
                })
            else { return nil }
            var names: [String: String] = [:]
            for element in keys.memberBlock.members.compactMap({ $0.decl.as(EnumCaseDeclSyntax.self) })
                .flatMap(\.elements)
            {
                let literal = element.rawValue?.value.as(StringLiteralExprSyntax.self)
                let text = literal?.segments.compactMap { $0.as(StringSegmentSyntax.self)?.content.text }.joined()
                names[element.name.text] = text ?? element.name.text
            }
            return names
        }
    }
}
