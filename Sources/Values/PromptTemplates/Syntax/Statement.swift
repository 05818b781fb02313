// SPDX-License-Identifier: Apache-2.0

/// A statement of a template.
enum Statement: Sendable {
    case output([OutputPart])
    case condition(ConditionStatement)
    case loop(LoopStatement)
    case assign(AssignStatement)
    case assignBlock(AssignBlockStatement)
    case macro(MacroStatement)
    case callBlock(CallBlockStatement)
    case filterBlock(FilterBlockStatement)
    case with(WithStatement)
    case autoescape(AutoescapeStatement)
    case block(BlockStatement)
    case extends(ExtendsStatement)
    case include(IncludeStatement)
    case importModule(ImportStatement)
    case fromImport(FromImportStatement)
    case evaluate(Expression)
    case breakLoop
    case continueLoop
}

enum OutputPart: Sendable {
    case text(String)
    case value(Expression)
}

/// What an assignment writes to.
indirect enum AssignTarget: Sendable {
    case name(NameUse)
    case tuple([AssignTarget])
    case namespaceAttribute(NameUse, attribute: String, TemplatePosition)

    /// The namespaces that are written to.
    var namespaces: [NameUse] {
        switch self {
        case .name: []
        case .tuple(let targets): targets.flatMap(\.namespaces)
        case .namespaceAttribute(let use, _, _): [use]
        }
    }

    /// The variables that are written to.
    var names: [NameUse] {
        switch self {
        case .name(let use): [use]
        case .tuple(let targets): targets.flatMap(\.names)
        case .namespaceAttribute: []
        }
    }
}

final class ConditionStatement: Sendable {
    let branches: [(test: Expression, body: [Statement])]
    let otherwise: [Statement]

    init(branches: [(test: Expression, body: [Statement])], otherwise: [Statement]) {
        self.branches = branches
        self.otherwise = otherwise
    }
}

/// A `for` loop; scopes are numbered for ``TemplateCode/scopes``.
struct LoopScopes: Sendable {
    let body: Int
    let test: Int
    let otherwise: Int
}

final class LoopStatement: Sendable {
    let target: AssignTarget
    /// The target again, for the filter, which has variables of its own.
    let testTarget: AssignTarget?
    let iterable: Expression
    let test: Expression?
    let isRecursive: Bool
    let body: [Statement]
    let otherwise: [Statement]
    let scopes: LoopScopes
    /// Where the body finds the variable `loop`.
    let loopName: NameUse
    let position: TemplatePosition

    init(
        target: AssignTarget, testTarget: AssignTarget?, iterable: Expression, test: Expression?, isRecursive: Bool,
        body: [Statement], otherwise: [Statement], scopes: LoopScopes, loopName: NameUse, position: TemplatePosition
    ) {
        self.target = target
        self.testTarget = testTarget
        self.iterable = iterable
        self.test = test
        self.isRecursive = isRecursive
        self.body = body
        self.otherwise = otherwise
        self.scopes = scopes
        self.loopName = loopName
        self.position = position
    }
}

final class AssignStatement: Sendable {
    let target: AssignTarget
    let value: Expression
    /// Whether the variables become part of the template's context.
    let isToplevel: Bool

    init(target: AssignTarget, value: Expression, isToplevel: Bool) {
        self.target = target
        self.value = value
        self.isToplevel = isToplevel
    }
}

final class AssignBlockStatement: Sendable {
    let target: AssignTarget
    let filter: Expression?
    let body: [Statement]
    let scope: Int
    let isToplevel: Bool

    init(target: AssignTarget, filter: Expression?, body: [Statement], scope: Int, isToplevel: Bool) {
        self.target = target
        self.filter = filter
        self.body = body
        self.scope = scope
        self.isToplevel = isToplevel
    }
}

/// What a macro and the body of a `call` block have in common.
final class MacroBody: Sendable {
    struct Parameter: Sendable {
        let name: NameUse
        let defaultValue: Expression?
    }

    let name: String?
    let parameters: [Parameter]
    let body: [Statement]
    /// The function's number in ``TemplateCode/functions``.
    let function: Int
    let caller: NameUse
    let keywordArguments: NameUse
    let variableArguments: NameUse
    let position: TemplatePosition

    init(
        name: String?, parameters: [Parameter], body: [Statement], function: Int,
        specialNames: (caller: NameUse, keywordArguments: NameUse, variableArguments: NameUse),
        position: TemplatePosition
    ) {
        self.name = name
        self.parameters = parameters
        self.body = body
        self.function = function
        self.caller = specialNames.caller
        self.keywordArguments = specialNames.keywordArguments
        self.variableArguments = specialNames.variableArguments
        self.position = position
    }
}

final class MacroStatement: Sendable {
    let target: NameUse
    let macro: MacroBody
    let isToplevel: Bool

    init(target: NameUse, macro: MacroBody, isToplevel: Bool) {
        self.target = target
        self.macro = macro
        self.isToplevel = isToplevel
    }
}

final class CallBlockStatement: Sendable {
    let callee: Expression
    let arguments: CallArguments
    let macro: MacroBody
    let position: TemplatePosition

    init(callee: Expression, arguments: CallArguments, macro: MacroBody, position: TemplatePosition) {
        self.callee = callee
        self.arguments = arguments
        self.macro = macro
        self.position = position
    }
}

final class FilterBlockStatement: Sendable {
    let filter: Expression
    let body: [Statement]
    let scope: Int

    init(filter: Expression, body: [Statement], scope: Int) {
        self.filter = filter
        self.body = body
        self.scope = scope
    }
}

final class WithStatement: Sendable {
    let bindings: [(target: AssignTarget, value: Expression)]
    let body: [Statement]
    let scope: Int

    init(bindings: [(target: AssignTarget, value: Expression)], body: [Statement], scope: Int) {
        self.bindings = bindings
        self.body = body
        self.scope = scope
    }
}

final class AutoescapeStatement: Sendable {
    let enabled: Expression
    let body: [Statement]
    let scope: Int

    init(enabled: Expression, body: [Statement], scope: Int) {
        self.enabled = enabled
        self.body = body
        self.scope = scope
    }
}
