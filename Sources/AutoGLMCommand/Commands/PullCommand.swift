// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelHub
internal import ModelFacade

/// `autoglm pull`: a model from a hub.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetch a model from a Hugging Face-compatible hub.",
        discussion: """
            Example:
              autoglm pull HuggingFaceTB/SmolLM2-135M-Instruct
              autoglm generate --model HuggingFaceTB/SmolLM2-135M-Instruct "Hello"

            Without a file, what a model needs is fetched: safetensors, settings, templates, tokenizer. The files go to \
            the folder of models, below OWNER/NAME, and OWNER/NAME or OWNER/NAME:FILE then names the model in every \
            command. What breaks off, or is ended by Ctrl-C, is continued next time.

            Environment: HF_ENDPOINT (the hub), HF_TOKEN or the file at HF_TOKEN_PATH (who asks; the hub alone gets it), \
            HF_HUB_OFFLINE=1 (only look whether all is there).
            """)

    @OptionGroup var output: OutputOptions

    @Option(help: "The branch, tag or commit.")
    var revision: String = "main"

    @Argument(help: ArgumentHelp("The repository, and perhaps one file in it.", valueName: "repo[:file]"))
    var repository: String

    func run() async throws {
        let repository = try HubRepository(self.repository, revision: self.revision)
        let bar = ProgressBar()
        let pull = ModelPull(
            repository, into: ModelLocator().folder, settings: try HubSettings(environment: Settings.environment)
        ) { progress in
            bar.show("[\(progress.number)/\(progress.count)] \(progress.file)", progress.bytes, of: progress.total)
        }
        let files: [ModelPull.File]
        do {
            files = try await pull.run()
            bar.end()
        } catch {
            bar.end()
            throw error
        }
        switch self.output.format {
        case .json:
            try Console.json([
                "repository": .string(repository.name), "revision": .string(repository.revision),
                "path": .string(repository.file.map { "\(pull.folder)/\($0)" } ?? pull.folder),
                "files": .array(
                    files.map { file in
                        [
                            "path": .string(file.path), "size": .integer(file.size), "sha256": .string(file.hash),
                            "state": .string(file.state.rawValue),
                        ]
                    }),
            ])
        case .text: try Console.line(repository.file.map { "\(pull.folder)/\($0)" } ?? pull.folder)
        }
    }
}
