// SPDX-License-Identifier: Apache-2.0

internal import SwiftDiagnostics
internal import SwiftSyntax
internal import SwiftSyntaxBuilder

/// Tells whether a property's type takes its guides, as far as the source shows it; the compiler sees the rest.
struct GuideCheck {
    /// What a guide holds for.
    private enum Family: String {
        case text = "texts"
        case number = "numbers"
        case list = "arrays"
    }

    private static let families: [String: Family] = [
        "constant": .text, "anyOf": .text, "pattern": .text, "minimum": .number, "maximum": .number, "range": .number,
        "minimumCount": .list, "maximumCount": .list, "count": .list, "element": .list,
    ]
    /// What a guide for the other family is called.
    private static let counterparts = [
        "minimum": "minimumCount", "maximum": "maximumCount", "range": "count", "minimumCount": "minimum",
        "maximumCount": "maximum", "count": "range",
    ]
    private static let types: [String: Family?] = [
        "String": .text, "Int": .number, "Double": .number, "Float": .number, "Decimal": .number,
        "Foundation.Decimal": .number, "Bool": .none,
    ]

    let property: StoredProperty
    let diagnoser: Diagnoser

    /// Whether the property takes what `@Guide` says; what it does not take is reported.
    func accepts(_ guide: GuideArguments) -> Bool {
        if let second = guide.second {
            self.diagnoser.error(
                "guide-twice", at: second, "'\(self.property.name)' has a '@Guide' already; put everything into one")
            return false
        }
        if self.property.isIdentity {
            guard let first = guide.guides.first ?? nil else { return true }
            self.diagnoser.error(
                "guide-identity", at: first.expression, "a 'GenerationID' is not generated, so nothing guides it")
            return false
        }
        return guide.guides.allSatisfy { self.accepts($0.expression, type: self.property.type, isElement: false) }
    }

    private func accepts(_ guide: ExprSyntax, type: TypeSyntax, isElement: Bool) -> Bool {
        let regex = guide.as(RegexLiteralExprSyntax.self)
        guard let name = regex != nil ? "pattern" : guide.guideCall?.name.baseName.text,
            let wanted = Self.families[name]
        else { return true }
        if let known = Self.family(of: type), known != wanted {
            self.report(guide, name: name, wanted: wanted, found: known, type: type)
            return false
        }
        if name == "element", let inner = guide.guideCall?.arguments.first?.expression,
            let element = type.elementType
        {
            return self.accepts(inner, type: element, isElement: true)
        }
        return GuideValueCheck(diagnoser: self.diagnoser).accepts(guide, name: name)
    }

    /// The family of a type: nil if the source does not tell, none if no guide is for it.
    private static func family(of type: TypeSyntax) -> Family?? {
        if type.elementType != nil { return .some(.list) }
        return Self.types[type.trimmedDescription]
    }

    private func report(_ guide: ExprSyntax, name: String, wanted: Family, found: Family?, type: TypeSyntax) {
        var fixes: [FixIt] = []
        if found == .list, wanted != .list {
            fixes.append(self.replacing(guide, by: ".element(\(guide.trimmed))"))
        }
        if let counterpart = Self.counterparts[name], let call = guide.guideCall,
            Self.families[counterpart] == found
        {
            let renamed = call.name.with(\.baseName, .identifier(counterpart))
            fixes.append(
                FixIt(
                    message: MacroFix(message: "Replace '.\(name)' by '.\(counterpart)'"),
                    changes: [.replace(oldNode: Syntax(call.name), newNode: Syntax(renamed))]))
        }
        self.diagnoser.error(
            "guide-type", at: guide,
            "'.\(name)' is a guide for \(wanted.rawValue), and '\(type.trimmed)' is none of them",
            fixIts: fixes)
    }

    private func replacing(_ guide: ExprSyntax, by text: String) -> FixIt {
        let replacement: ExprSyntax = "\(raw: text)"
        return FixIt(
            message: MacroFix(message: "Replace it by '\(text)'"),
            changes: [.replace(oldNode: Syntax(guide), newNode: Syntax(replacement))])
    }
}

extension TypeSyntax {
    /// The type of the elements, if this is an array.
    fileprivate var elementType: TypeSyntax? {
        if let array = self.as(ArrayTypeSyntax.self) { return array.element.trimmed }
        guard let named = self.as(IdentifierTypeSyntax.self), named.name.text == "Array",
            case .type(let element)? = named.genericArgumentClause?.arguments.first?.argument
        else { return nil }
        return element.trimmed
    }
}
