// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import MediaRecognition
internal import MultimodalInputs
internal import PluginKinds

/// `autoglm inputs`: texts, pictures and recordings that come in.
struct InputsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inputs",
        abstract: "Read texts, pictures and recordings, put them in order, and make prompts of them.",
        discussion: """
            Example:
              autoglm inputs read page.png speech.wav
            """,
        subcommands: [InputsReadCommand.self, InputsRunCommand.self, InputsHandlersCommand.self])
}

/// `autoglm inputs handlers`: what routing tables can name.
struct InputsHandlersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handlers",
        abstract: "List the handlers that routing tables can name, with their options.",
        discussion: """
            Example:
              autoglm inputs handlers
            """)

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let kinds = InputHandlerKind.all + (try InputHandlerKind.plugins(of: self.plugins.host()))
        switch self.output.format {
        case .json: try Console.json(["handlers": .array(kinds.map(Self.json))])
        case .text: for kind in kinds { try Console.line(Self.text(kind)) }
        }
    }

    private static func json(_ kind: InputHandlerKind) -> JSONValue {
        [
            "name": .string(kind.name), "summary": .string(kind.summary),
            "modalities": .array(kind.modalities.map { .string($0.rawValue) }),
            "options": .array(kind.options.map { ["name": .string($0.name), "summary": .string($0.summary)] }),
        ]
    }

    private static func text(_ kind: InputHandlerKind) -> String {
        let takes = kind.modalities.map(\.rawValue).joined(separator: ", ")
        return (["\(kind.name) (\(takes)): \(kind.summary)"] + kind.options.map { "  \($0.name): \($0.summary)" })
            .joined(separator: "\n")
    }
}
