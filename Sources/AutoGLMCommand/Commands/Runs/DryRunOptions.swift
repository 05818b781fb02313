// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import ModelFacade
internal import TaskRouting

/// What a dry run takes instead of doing it.
struct DryRunOptions: ParsableArguments {
    @Flag(
        name: .customLong("dry-run"),
        help: "Go through the flow without models and without effects, on recorded answers.")
    var isDry = false

    @Option(help: "With --dry-run: a YAML or JSON file of what steps gave, by their keys (pages[2].ask) or ids (ask).")
    var answers: String?

    @Option(help: "With --dry-run: take answers, and inputs not given here, from this stored run.")
    var answersFrom: String?

    func validate() throws {
        if !self.isDry, self.answers != nil || self.answersFrom != nil {
            throw ValidationError("--answers and --answers-from are for a --dry-run.")
        }
    }
}

extension RunCommand {
    /// Goes through a pipeline without doing anything outside.
    func goThrough(_ pipeline: Pipeline, at path: String) async throws {
        var inputs = try self.given.values(for: pipeline)
        var steps: [RecordedStep] = []
        if let beginning = self.dry.answersFrom {
            let store = try await self.store.open().runs
            let run = try await store.run(beginning)
            steps = try await store.allSteps(of: run.summary.id)
            let names = Set(pipeline.inputs.map(\.name))
            inputs.merge(run.inputs.filter { names.contains($0.key) }) { given, _ in given }
        }
        let answers =
            if let file = self.dry.answers {
                try RecordedAnswers(yaml: InputFile.text(path: file), file: file, steps: steps)
            } else { RecordedAnswers([:], steps: steps) }
        let run = DryRun(answers, baseFolder: FilePath.folder(of: path))
        switch self.output.format {
        case .json: try Console.json(Self.json(await run.run(pipeline, inputs: inputs), of: pipeline))
        case .text:
            let printer = FlowPrinter(pipeline: pipeline, model: "none: a dry run", recorded: "takes a recorded answer")
            try printer.finish(await run.run(pipeline, inputs: inputs) { printer.show($0) })
        }
    }
}
