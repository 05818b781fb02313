// SPDX-License-Identifier: Apache-2.0

/// A block that other templates may override.
final class BlockStatement: Sendable {
    let name: String
    let isScoped: Bool
    let isRequired: Bool
    let isToplevel: Bool
    let body: [Statement]
    /// The block's function in ``TemplateCode/functions``.
    let function: Int
    let selfName: NameUse
    let superName: NameUse
    /// The variables around the block, in ``TemplateCode/visibleNames``.
    let visible: Int
    let position: TemplatePosition

    init(
        name: String, isScoped: Bool, isRequired: Bool, isToplevel: Bool, body: [Statement], function: Int,
        specialNames: (selfName: NameUse, superName: NameUse), visible: Int, position: TemplatePosition
    ) {
        self.name = name
        self.isScoped = isScoped
        self.isRequired = isRequired
        self.isToplevel = isToplevel
        self.body = body
        self.function = function
        self.selfName = specialNames.selfName
        self.superName = specialNames.superName
        self.visible = visible
        self.position = position
    }
}

final class ExtendsStatement: Sendable {
    let template: Expression
    let position: TemplatePosition

    init(template: Expression, position: TemplatePosition) {
        self.template = template
        self.position = position
    }
}

final class IncludeStatement: Sendable {
    let template: Expression
    let ignoresMissing: Bool
    let withContext: Bool
    let visible: Int

    init(template: Expression, ignoresMissing: Bool, withContext: Bool, visible: Int) {
        self.template = template
        self.ignoresMissing = ignoresMissing
        self.withContext = withContext
        self.visible = visible
    }
}

final class ImportStatement: Sendable {
    let template: Expression
    let target: NameUse
    let withContext: Bool
    let visible: Int
    let isToplevel: Bool

    init(template: Expression, target: NameUse, withContext: Bool, visible: Int, isToplevel: Bool) {
        self.template = template
        self.target = target
        self.withContext = withContext
        self.visible = visible
        self.isToplevel = isToplevel
    }
}

final class FromImportStatement: Sendable {
    let template: Expression
    let names: [(name: String, target: NameUse)]
    let withContext: Bool
    let visible: Int
    let isToplevel: Bool
    let position: TemplatePosition

    init(
        template: Expression, names: [(name: String, target: NameUse)], withContext: Bool, visible: Int,
        isToplevel: Bool, position: TemplatePosition
    ) {
        self.template = template
        self.names = names
        self.withContext = withContext
        self.visible = visible
        self.isToplevel = isToplevel
        self.position = position
    }
}

/// A parsed template before its variables are resolved.
struct ParsedTemplate: Sendable {
    var body: [Statement]
    var blocks: [BlockStatement]
    /// Where the template finds the variable `self`.
    var selfName: NameUse
    var nameCount: Int
    var scopeCount: Int
    var functionCount: Int
    var visibleCount: Int
    var hasExtends: Bool
}
