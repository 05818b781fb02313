// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// One version of a template in a ``TemplateLibrary``.
public struct LibraryTemplate: Sendable {
    /// The language of a template's text.
    public enum Engine: String, Sendable, Hashable, CaseIterable {
        /// Jinja2.
        case jinja
        /// `{name}` places.
        case format
    }

    /// By which it is looked up.
    public let name: String
    /// Which version of that name this is.
    public let version: SemanticVersion
    /// The kind of task that it is for, such as `summarisation`.
    public let task: String?
    /// What it does, for people.
    public let description: String?
    /// JSON Schema of the inputs, an object.
    public let inputSchema: JSONValue?
    /// The language of ``body``.
    public let engine: Engine
    /// The text without the front matter.
    public let body: String
    /// The file, relative to the library's folder.
    public let file: String

    let compiled: Compiled

    enum Compiled: Sendable {
        case jinja(JinjaTemplate)
        case format(PromptTemplate)
    }

    /// The inputs that must be given.
    public var requiredInputs: [String] {
        var names = self.inputSchema?["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if case .format(let template) = self.compiled { names += template.variables.filter { !names.contains($0) } }
        return names
    }

    /// Fills in the template.
    ///
    /// Only the names of required inputs are checked, not their types.
    /// - Parameter inputs: The values.
    /// - Returns: The filled-in text.
    /// - Throws: ``PromptError``; code `.missingVariable` names what is missing and what was given.
    public func render(_ inputs: [String: JSONValue]) throws -> String {
        let missing = self.requiredInputs.filter { inputs[$0] == nil }
        guard missing.isEmpty else {
            let names = missing.map { "'\($0)'" }.joined(separator: ", ")
            let given = inputs.isEmpty ? "nothing" : inputs.keys.sorted().joined(separator: ", ")
            throw PromptError(
                .missingVariable,
                "The template '\(self.name)' \(self.version) needs \(names); given: \(given). "
                    + "See its input_schema in \(self.file).")
        }
        switch self.compiled {
        case .jinja(let template): return try template.render(inputs)
        case .format(let template): return try template.format(inputs)
        }
    }
}

/// Something that is wrong with a file of a ``TemplateLibrary``.
public struct TemplateProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file, relative to the library's folder.
    public let file: String
    /// The line, from 1; nil where the whole file is meant.
    public let line: Int?
    /// What is wrong, and what is served meanwhile.
    public var message: String

    /// `file:line: message`.
    public var description: String { "\(self.file)\(self.line.map { ":\($0)" } ?? ""): \(self.message)" }
}
