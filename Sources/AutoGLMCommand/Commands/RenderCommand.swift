// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import PromptTemplates

/// `autoglm render`: a Jinja2 template, filled in.
struct RenderCommand: AsyncParsableCommand {
    /// What happens when a template uses something that does not exist.
    enum Undefined: String, ExpressibleByArgument, CaseIterable {
        case `default`, strict, chainable

        var mode: JinjaOptions.UndefinedMode {
            switch self {
            case .default: .lenient
            case .strict: .strict
            case .chainable: .chainable
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Fill in a Jinja2 template exactly as Jinja2 does; no newline is added.",
        discussion: """
            Example:
              autoglm render letter.j2 --context letter.json

            The context is a JSON object whose members are the template's variables. Templates that it includes, imports or \
            extends are looked for in its own folder.
            """)

    @Argument(help: "The template's file; - reads standard input.")
    var template: String

    @Option(help: "A JSON file with the variables, an object; - reads standard input.")
    var context: String?

    @Flag(help: "Remove the first newline after a block tag.")
    var trimBlocks = false

    @Flag(help: "Remove spaces and tabs from the line's start to a block tag.")
    var lstripBlocks = false

    @Flag(help: "Keep the newline at the end of the template's text.")
    var keepTrailingNewline = false

    @Flag(help: "Escape what is printed for HTML.")
    var autoescape = false

    @Option(help: "What happens when the template uses something that does not exist.")
    var undefined: Undefined = .default

    @Flag(help: "Render as Hugging Face renders chat templates: sandboxed, blocks trimmed.")
    var chat = false

    func validate() throws {
        if self.template == "-", self.context == "-" {
            throw ValidationError("The template and the context cannot both come from standard input.")
        }
    }

    func run() async throws {
        let variables = try self.variables()
        let name = self.template == "-" ? "<stdin>" : FilePath.name(of: self.template)
        let folder = self.template == "-" ? "." : FilePath.folder(of: self.template)
        let source = try self.template == "-" ? InputFile.standardInputText() : InputFile.text(path: self.template)
        let environment = JinjaEnvironment(options: self.options) { try FilePath.template(named: $0, in: folder) }
        try Console.write(try environment.template(source, name: name).render(variables))
    }

    private var options: JinjaOptions {
        var options = self.chat ? JinjaOptions.chatTemplates : JinjaOptions()
        options.trimBlocks = options.trimBlocks || self.trimBlocks
        options.lstripBlocks = options.lstripBlocks || self.lstripBlocks
        options.keepTrailingNewline = self.keepTrailingNewline
        options.autoescape = self.autoescape
        options.undefined = self.undefined.mode
        return options
    }

    private func variables() throws -> [String: JSONValue] {
        guard let context else { return [:] }
        let value = try JSONFile.value(path: context)
        guard let members = value.objectValue else {
            throw CommandError(
                .badInput,
                "The context '\(context)' must be a JSON object with the variables, but is \(value.typeName).")
        }
        return Dictionary(members.map { ($0.key, $0.value) }) { _, last in last }
    }
}
