// SPDX-License-Identifier: Apache-2.0

internal import SwiftSyntax

/// What `@Guide` was given.
struct GuideArguments {
    /// The description, as written.
    let description: ExprSyntax?
    /// The guides, as written.
    let guides: [LabeledExprSyntax]
    /// A second `@Guide` at the same property.
    let second: AttributeSyntax?

    /// What stands in front of a property; nil if nothing does.
    init?(of variable: VariableDeclSyntax) {
        let attributes = variable.attributes.compactMap { $0.as(AttributeSyntax.self) }.filter {
            ["Guide", "OpenAutoGLM.Guide"].contains($0.attributeName.trimmedDescription)
        }
        guard let attribute = attributes.first else { return nil }
        var description: ExprSyntax?
        var guides: [LabeledExprSyntax] = []
        if case .argumentList(let arguments)? = attribute.arguments {
            for argument in arguments {
                if argument.label?.text == "description" {
                    description = argument.expression.trimmed
                } else {
                    guides.append(argument)
                }
            }
        }
        self.description = description
        self.guides = guides
        self.second = attributes.dropFirst().first
    }
}

extension ExprSyntax {
    /// The guide's name and arguments, if this is one such as `.range(1...3)`.
    var guideCall: (name: DeclReferenceExprSyntax, arguments: LabeledExprListSyntax)? {
        guard let call = self.as(FunctionCallExprSyntax.self),
            let member = call.calledExpression.as(MemberAccessExprSyntax.self)
        else { return nil }
        return (member.declName, call.arguments)
    }
}
