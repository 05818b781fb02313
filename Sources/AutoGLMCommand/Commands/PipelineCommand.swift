// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade

/// `autoglm pipeline`: what is done with pipelines besides running them.
struct PipelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "Check and draw pipelines.",
        discussion: """
            Example:
              autoglm pipeline validate Examples/task-flow.yaml
              autoglm pipeline graph Examples/task-flow.yaml --format svg > task-flow.svg
            """,
        subcommands: [PipelineValidateCommand.self, PipelineGraphCommand.self, PipelineSchemaCommand.self])
}

/// `autoglm pipeline graph`: draws a pipeline.
struct PipelineGraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draw a pipeline.",
        discussion: """
            Example:
              autoglm pipeline graph Examples/task-flow.yaml --format svg > task-flow.svg
            """)

    /// The forms of a drawing.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case mermaid
        case svg
    }

    @Option(help: "How it is drawn: mermaid (text that many web pages show as a picture) or svg.")
    var format = Format.mermaid

    @OptionGroup var plugins: PluginOptions

    @Argument(help: "The pipeline's YAML file.")
    var file: String

    func run() throws {
        let pipeline = try PipelineFile.read(self.file, registry: .program(plugins: self.plugins.host()))
        try Console.write(self.format == .svg ? pipeline.svg : pipeline.mermaid)
    }
}

/// `autoglm pipeline schema`: the JSON Schema of pipelines, for editors.
struct PipelineSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of pipelines, for editors.",
        discussion: """
            Example:
              autoglm pipeline schema > pipeline.schema.json

            An editor with YAML support uses it after a line such as
            # yaml-language-server: $schema=pipeline.schema.json
            """)

    @OptionGroup var config: ModelNames

    @OptionGroup var plugins: PluginOptions

    func run() throws {
        let plugins = try self.plugins.host()
        let registry = try StepRegistry.program(plugins: plugins, models: self.config.models(plugins))
        try Console.line(PipelineSchema.schema(registry: registry).serialized(indentation: 2))
    }
}

/// `autoglm pipeline validate`: finds everything that is wrong with a pipeline, without running it.
struct PipelineValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Find everything that is wrong with a pipeline, without running it.",
        discussion: """
            Example:
              autoglm pipeline validate Examples/task-flow.yaml

            Everything that is wrong is shown with its line and column; the exit status is then 1.
            """)

    @OptionGroup var output: OutputOptions

    @OptionGroup var config: ModelNames

    @OptionGroup var plugins: PluginOptions

    @Argument(help: "The pipeline's YAML file.")
    var file: String

    func run() async throws {
        let plugins = try self.plugins.host()
        let registry = try StepRegistry.program(plugins: plugins, models: self.config.models(plugins))
        do {
            let pipeline = try PipelineFile.read(self.file, registry: registry)
            switch self.output.format {
            case .text: try Console.line("valid: \(pipeline.name) \(pipeline.version), \(pipeline.steps.count) steps")
            case .json: try Console.json(["valid": true, "pipeline": .string(pipeline.name), "issues": []])
            }
        } catch let error as InvalidPipelineError where self.output.format == .json {
            try Console.json([
                "valid": false, "pipeline": nil, "issues": .array(error.issues.map(Self.json)),
            ])
            throw ExitCode(ExitStatus.failure)
        } catch let error as InvalidPipelineError {
            for issue in error.issues { try Console.line("\(issue)") }
            throw ExitCode(ExitStatus.failure)
        }
    }

    private static func json(_ issue: PipelineIssue) -> JSONValue {
        [
            "file": issue.place.map { .string($0.file) } ?? nil, "line": issue.place.map { .integer($0.line) } ?? nil,
            "column": issue.place.map { .integer($0.column) } ?? nil, "message": .string(issue.message),
            "suggestion": .string(issue.suggestion),
        ]
    }
}
