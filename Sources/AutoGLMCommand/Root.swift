// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The command `autoglm` itself: what there is below it.
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "autoglm",
        abstract: "Language models and pipelines on this machine's processor.",
        discussion: """
            Example:
              autoglm generate "What is the capital of France?"

            With --output json, a command prints one JSON object on stdout and nothing else; logs, progress \
            and errors go to stderr, and a command that fails leaves stdout empty. The exit status is 0, or 1 when \
            something failed, 64 when the command line is wrong, 130 after Ctrl-C.

            Environment: AUTOGLM_MODEL, AUTOGLM_BACKEND, AUTOGLM_DEVICE, AUTOGLM_THREADS and AUTOGLM_CONTEXT_LENGTH \
            set the defaults of the options of those names, AUTOGLM_STORE that of --store, AUTOGLM_PLUGINS that of --plugins, \
            AUTOGLM_CATALOG and AUTOGLM_ARTEFACTS those of the catalogue of models, AUTOGLM_EXPERIMENTS the \
            file of experiments that are served, AUTOGLM_TRACES the file of recent traces and logs; XDG_CACHE_HOME moves the \
            folder of models, XDG_STATE_HOME that of runs, traces, experiments and of the catalogue.
            """,
        version: Version.current,
        subcommands: [
            GenerateCommand.self, ChatCommand.self, RunCommand.self, RunsCommand.self, WorkerCommand.self,
            StepsCommand.self, PipelineCommand.self, PluginCommand.self,
            InputsCommand.self, EmbedCommand.self, RenderCommand.self, ValidateCommand.self, ConstrainCommand.self,
            TokenizeCommand.self,
            DetokenizeCommand.self, GatewayCommand.self, ModelsCommand.self, PullCommand.self, QuantizeCommand.self,
            ServeCommand.self, KeysCommand.self, TracesCommand.self, LogsCommand.self, ExperimentCommand.self,
            TrainCommand.self, EvaluateCommand.self, CalibrateCommand.self, ExportCommand.self, DoctorCommand.self,
            BenchCommand.self,
        ])
}

/// The program's version.
enum Version {
    static let current = "0.1.0"
}
