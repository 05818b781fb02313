// SPDX-License-Identifier: Apache-2.0

internal import SwiftDiagnostics
internal import SwiftSyntax
internal import SwiftSyntaxBuilder

/// A stored property of a structure.
struct StoredProperty {
    /// Its name, without backticks.
    let name: String
    /// Its name as it stands in code.
    let code: String
    /// Its type, without the mark that it may be missing.
    let type: TypeSyntax
    /// Whether it may be missing.
    let isOptional: Bool
    /// What `@Guide` says.
    let guide: GuideArguments?

    /// Whether it tells values apart instead of being generated.
    var isIdentity: Bool { ["GenerationID", "OpenAutoGLM.GenerationID"].contains(self.type.trimmedDescription) }

    /// The type as it stands in expressions.
    var expression: String { self.isOptional ? "(\(self.type.trimmed))?" : self.type.trimmedDescription }

    /// The stored properties of a structure in their order; nil if one can't be generated, which is then reported.
    static func all(in structure: StructDeclSyntax, _ diagnoser: Diagnoser) -> [StoredProperty]? {
        var properties: [StoredProperty] = []
        var isSound = true
        for member in structure.memberBlock.members {
            guard let variable = member.decl.as(VariableDeclSyntax.self) else { continue }
            guard let found = Self.all(in: variable, diagnoser) else {
                isSound = false
                continue
            }
            properties += found
        }
        return isSound ? properties : nil
    }

    private static func all(in variable: VariableDeclSyntax, _ diagnoser: Diagnoser) -> [StoredProperty]? {
        guard !variable.isTypeMember, !variable.isLazy else { return [] }
        let guide = GuideArguments(of: variable)
        var properties: [StoredProperty] = []
        let bindings = Array(variable.bindings)
        for (index, binding) in bindings.enumerated() where binding.isStored {
            // A constant that has its value already is none of the model's.
            if variable.bindingSpecifier.tokenKind == .keyword(.let), binding.initializer != nil { continue }
            guard let identifier = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier,
                let name = identifier.identifier?.name
            else {
                diagnoser.error(
                    "pattern", at: binding.pattern, "a property of a '@Generable' structure needs a name of its own")
                return nil
            }
            // In `var a, b: Int`, the type stands at the last.
            let annotation = bindings[index...].lazy.compactMap(\.typeAnnotation).first
            guard let annotation else {
                diagnoser.error(
                    "type-missing", at: binding.pattern,
                    "'\(name)' needs a type, since a macro cannot see what the compiler infers",
                    fixIts: binding.fixByLiteral)
                return nil
            }
            let (type, isOptional) = annotation.type.withoutOptional
            guard type.isGenerable(name, diagnoser) else { return nil }
            let property = StoredProperty(
                name: name, code: identifier.text, type: type, isOptional: isOptional, guide: guide)
            guard guide.map({ GuideCheck(property: property, diagnoser: diagnoser).accepts($0) }) ?? true else {
                return nil
            }
            properties.append(property)
        }
        return properties
    }
}

extension VariableDeclSyntax {
    /// Whether it belongs to the type, not to its values.
    var isTypeMember: Bool {
        self.modifiers.contains { $0.name.tokenKind == .keyword(.static) || $0.name.tokenKind == .keyword(.class) }
    }

    /// Whether its value is made at its first use.
    var isLazy: Bool { self.modifiers.contains { $0.name.tokenKind == .keyword(.lazy) } }
}

extension PatternBindingSyntax {
    /// Whether it holds a value: it has no accessors, or only such as watch it.
    var isStored: Bool {
        switch self.accessorBlock?.accessors {
        case nil: true
        case .getter?: false
        case .accessors(let accessors)?:
            accessors.allSatisfy { ["willSet", "didSet"].contains($0.accessorSpecifier.text) }
        }
    }

    /// Adds the type that a literal has.
    fileprivate var fixByLiteral: [FixIt] {
        let type: String? =
            switch self.initializer?.value.kind {
            case .integerLiteralExpr: "Int"
            case .floatLiteralExpr: "Double"
            case .booleanLiteralExpr: "Bool"
            case .stringLiteralExpr: "String"
            default: nil
            }
        guard let type else { return [] }
        let name = self.pattern.trimmed
        let typed = self.with(\.pattern, PatternSyntax(name))
            .with(
                \.typeAnnotation,
                TypeAnnotationSyntax(
                    colon: .colonToken(trailingTrivia: .space), type: TypeSyntax("\(raw: type)"), trailingTrivia: .space
                ))
        return [
            FixIt(
                message: MacroFix(message: "Add ': \(type)'"),
                changes: [.replace(oldNode: Syntax(self), newNode: Syntax(typed))])
        ]
    }
}

extension TypeSyntax {
    /// The type without the mark that a value may be missing, and whether it had one.
    var withoutOptional: (type: TypeSyntax, isOptional: Bool) {
        if let optional = self.as(OptionalTypeSyntax.self) { return (optional.wrappedType, true) }
        if let optional = self.as(ImplicitlyUnwrappedOptionalTypeSyntax.self) {
            return (optional.wrappedType, true)
        }
        if let named = self.as(IdentifierTypeSyntax.self), named.name.text == "Optional",
            case .type(let wrapped)? = named.genericArgumentClause?.arguments.first?.argument
        {
            return (wrapped, true)
        }
        return (self, false)
    }

    /// Reports types that no model can generate.
    fileprivate func isGenerable(_ name: String, _ diagnoser: Diagnoser) -> Bool {
        let advice: String? =
            switch self.kind {
            case .dictionaryType: "use an array of a '@Generable' structure with a key and a value"
            case .tupleType: "use a '@Generable' structure"
            case .functionType, .someOrAnyType, .metatypeType: "name a type that is 'Generable'"
            case .optionalType: "one '?' is enough"
            default: nil
            }
        guard let advice else { return true }
        diagnoser.error(
            "type", at: self, "'\(name)' is of a type that can't be generated, '\(self.trimmed)'; \(advice)")
        return false
    }
}
