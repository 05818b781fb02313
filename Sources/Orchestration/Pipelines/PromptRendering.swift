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
        case .format: _ = try BraceTemplate(source)
        case .jinja: _ = try JinjaTemplate(source)
        }
    }

    /// Fills a template.
    static func render(_ source: String, engine: TemplateEngine, _ variables: [String: JSONValue]) throws -> String {
        switch engine {
        case .format: try BraceTemplate(source).fill(variables)
        case .jinja: try JinjaTemplate(source).render(variables)
        }
    }
}

/// A template in which `{name}` stands for a variable.
private struct BraceTemplate {
    private enum Piece {
        case text(String)
        case variable(String)
    }

    private var pieces: [Piece] = []

    init(_ source: String) throws {
        var text = ""
        var rest = source[...]
        while let character = rest.popFirst() {
            switch character {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                text.append(character)
                rest.removeFirst()
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw PipelineError(.invalidValue, "A '{' is not closed; write '{{' for a brace.")
                }
                let name = String(rest[..<end])
                guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
                    throw PipelineError(.invalidValue, "'{\(name)}' names no variable; write '{{' for a brace.")
                }
                self.pieces += [.text(text), .variable(name)]
                text = ""
                rest = rest[rest.index(after: end)...]
            case "}": throw PipelineError(.invalidValue, "A '}' closes nothing; write '}}' for a brace.")
            default: text.append(character)
            }
        }
        self.pieces.append(.text(text))
    }

    func fill(_ variables: [String: JSONValue]) throws -> String {
        try self.pieces.map { piece in
            switch piece {
            case .text(let text): return text
            case .variable(let name):
                guard let value = variables[name] else {
                    throw PipelineError(
                        .invalidValue,
                        "The template needs '\(name)'. \(NearestName.hint(for: name, in: variables.keys))")
                }
                return value.stringValue ?? value.serialized()
            }
        }.joined()
    }
}
