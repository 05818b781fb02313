// SPDX-License-Identifier: Apache-2.0

/// Where a variable lives at run time: how many functions outward, and its place there.
struct SlotReference: Sendable, Hashable {
    var hops: Int32
    var slot: Int32
}

/// What a scope's variables hold when it is entered.
struct ScopeLayout: Sendable {
    enum Load: Sendable {
        case resolve(String)
        case alias(SlotReference)
        case undefined
        case parameter
    }

    var loads: [(slot: Int, load: Load)] = []
}

/// A part of a template with slots of its own: the template itself, a block, a macro, or a recursive loop.
struct FunctionLayout: Sendable {
    var slotCount = 0
    var entry = ScopeLayout()
    /// For macros: which of the special variables the body uses.
    var usesCaller = false
    var usesKeywordArguments = false
    var usesVariableArguments = false
    /// For blocks and templates: likewise.
    var usesSelf = false
    var usesSuper = false
}

/// A template ready to be rendered; it never changes.
///
/// Variables are resolved to slots before rendering, by the rules of Jinja's own compiler: which scope a name belongs
/// to depends on where the template assigns it.
final class TemplateCode: Sendable {
    let name: String?
    let body: [Statement]
    let blocks: [BlockStatement]
    let selfName: NameUse
    let names: [SlotReference]
    let scopes: [ScopeLayout]
    let functions: [FunctionLayout]
    let visibleNames: [[(name: String, reference: SlotReference)]]
    /// By the body's scope: whether a loop needs the variable `loop`, and the function of a recursive one.
    let loops: [Int: LoopLayout]

    struct LoopLayout: Sendable {
        var usesLoop: Bool
        var function: Int?
    }

    /// Reads a template.
    init(source: String, name: String?, options: JinjaOptions) throws {
        do {
            let parsed = try Parser.parse(source, options: options)
            var resolver = ScopeResolver(parsed)
            try resolver.run()
            self.name = name
            self.body = parsed.body
            self.blocks = parsed.blocks
            self.selfName = parsed.selfName
            self.names = resolver.names
            self.scopes = resolver.scopes
            self.functions = resolver.functions
            self.visibleNames = resolver.visibleNames
            self.loops = resolver.loops
        } catch var failure as TemplateFailure {
            failure.template = name
            throw failure
        }
    }
}
