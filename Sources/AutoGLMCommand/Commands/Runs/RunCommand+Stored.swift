// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import PipelineTelemetry
internal import RunStorage

/// What is done with runs that outlive the program.
extension RunCommand {
    /// Goes on with the run that `--resume` names.
    func resume(_ beginning: String, _ parts: Parts) async throws {
        let store = try await self.store.open()
        let run = try await store.runs.run(beginning)
        if let pipeline {
            try run.check(
                PipelineFile.source(
                    of: PipelineFile.read(pipeline, registry: self.registry(parts)), at: pipeline))
        }
        let pipeline = try run.pipeline(registry: self.registry(parts))
        try pipeline.check(steps: self.breakpoints)
        try await self.execute(run.summary.id, pipeline, in: store, on: self.models(parts), parts)
    }

    /// Stores a run, and does it or leaves it to a worker.
    func start(
        _ pipeline: Pipeline, at path: String, inputs: [String: JSONValue], _ parts: Parts
    ) async throws {
        // What keeps a run from beginning is said before anything is stored.
        try pipeline.check(inputs: inputs)
        try pipeline.check(steps: self.breakpoints)
        let store = try await self.store.open()
        let models = try await self.enqueue ? nil : self.models(parts)
        let id = try await store.runs.create(PipelineFile.source(of: pipeline, at: path), inputs: inputs)
        if let models { return try await self.execute(id, pipeline, in: store, on: models, parts) }
        var ticket = RunTicket(id, tenant: self.tenant, priority: self.priority)
        if let program = parts.program {
            try await RunTelemetry(program.telemetry).enqueuing(pipeline.name) { trace in
                ticket.trace = trace
                try await store.queue.enqueue(ticket)
            }
        } else {
            try await store.queue.enqueue(ticket)
        }
        switch self.output.format {
        case .json: try Console.json(["run": .string(id), "state": .string(RunState.queued.rawValue)])
        case .text: try Console.line(id)
        }
    }

    private func execute(
        _ id: String, _ pipeline: Pipeline, in store: OpenStore, on models: PipelineModels, _ parts: Parts
    ) async throws {
        // Said first: after a kill nobody could say it any more.
        Console.note("run \(id)")
        var steps = models.runner(try self.routing.router(parts.plugins))
        steps.breakpoints = Set(self.breakpoints)
        let runner = StoredRunner(store: store.runs, runner: steps, registry: try self.registry(parts))
        do {
            switch self.output.format {
            case .json:
                let result = try await runner.run(id)
                _ = try await store.queue.cancel(id)
                try Console.json(Self.json(result, of: pipeline, run: id))
            case .text:
                let printer = FlowPrinter(pipeline: pipeline, model: models.main.name)
                let result = try await runner.run(id) { printer.show($0) }
                _ = try await store.queue.cancel(id)
                try printer.finish(result)
            }
        } catch let waiting as RunSuspension {
            Console.note("Answer with: autoglm runs answer \(id) \(waiting.pending[0].key.rawValue) ANSWER")
            throw waiting
        } catch {
            let isFinal = try? await store.runs.run(id).summary.state.isFinal
            if isFinal == false { Console.note("Go on with: autoglm run --resume \(id)") }
            throw error
        }
    }
}

extension PipelineFile {
    /// A pipeline of a file as it is stored with its runs.
    static func source(of pipeline: Pipeline, at path: String) throws -> PipelineSource {
        PipelineSource(
            name: pipeline.name, version: pipeline.version, file: FilePath.absolute(path),
            text: try InputFile.text(path: path), included: pipeline.included,
            baseFolder: FilePath.absolute(FilePath.folder(of: path)))
    }
}
