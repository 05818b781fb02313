// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import PromptTemplates

/// How a template is written.
enum TemplateEngine: String, CaseIterable {
    /// `{name}` stands for a variable, `{{` for a brace.
    case format
    /// Jinja2.
    case jinja
}

/// The one place where pipelines meet the template engines.
enum PromptRendering {
    /// Reads a template without filling it.
    static func check(_ source: String, engine: TemplateEngine) throws {
        switch engine {
        case .format: try PromptTemplate(source).validate()
        case .jinja: _ = try JinjaTemplate(source)
        }
    }

    /// Fills a template.
    static func render(_ source: String, engine: TemplateEngine, _ variables: [String: JSONValue]) throws -> String {
        switch engine {
        case .format: try PromptTemplate(source).format(variables)
        case .jinja: try JinjaTemplate(source).render(variables)
        }
    }

    /// Checks the version range in `name@range`.
    static func check(library reference: String) throws {
        _ = try VersionRange(Self.split(reference).range)
    }

    /// Fills a template of a library folder, named as `name` or `name@range`.
    static func render(library reference: String, folder: String, _ variables: [String: JSONValue]) throws -> String {
        let (name, range) = Self.split(reference)
        return try TemplateLibrary(folder: folder).template(name, version: range).render(variables)
    }

    private static func split(_ reference: String) -> (name: String, range: String) {
        guard let at = reference.firstIndex(of: "@") else { return (reference, "*") }
        return (String(reference[..<at]), String(reference[reference.index(after: at)...]))
    }
}
