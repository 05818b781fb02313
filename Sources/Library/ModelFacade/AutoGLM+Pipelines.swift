// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension AutoGLM {
    /// Runs a pipeline on one input.
    ///
    /// - Parameters:
    ///   - pipeline: What to run.
    ///   - input: The value of the pipeline's main input: the first that must be given, else the first.
    ///   - onEvent: Told of every step as it starts, generates text, and ends.
    /// - Returns: The output, and what every step did.
    /// - Throws: ``PipelineError`` when the input does not fit or a step fails; `CancellationError`.
    public func run(
        pipeline: Pipeline, input: JSONValue, onEvent: @escaping @Sendable (PipelineEvent) -> Void = { _ in }
    ) async throws -> PipelineResult {
        guard let name = pipeline.mainInput?.name else {
            throw PipelineError(.invalidInput, "The pipeline '\(pipeline.name)' has no inputs, but one was given.")
        }
        return try await self.run(pipeline: pipeline, inputs: [name: input], onEvent: onEvent)
    }

    /// Runs a pipeline on a text.
    ///
    /// - Parameters:
    ///   - pipeline: What to run.
    ///   - input: The value of the pipeline's main input: the first that must be given, else the first.
    /// - Returns: The output, and what every step did.
    /// - Throws: ``PipelineError`` when the input does not fit or a step fails; `CancellationError`.
    public func run(pipeline: Pipeline, input: String) async throws -> PipelineResult {
        try await self.run(pipeline: pipeline, input: .string(input))
    }

    /// Runs a pipeline on named inputs.
    ///
    /// - Parameters:
    ///   - pipeline: What to run.
    ///   - inputs: A value for each input that has no default.
    ///   - baseFolder: Where relative file names in the pipeline start; nil forbids them.
    ///   - onEvent: Told of every step as it starts, generates text, and ends.
    /// - Returns: The output, and what every step did.
    /// - Throws: ``PipelineError`` when an input does not fit or a step fails; `CancellationError`.
    public func run(
        pipeline: Pipeline, inputs: [String: JSONValue], baseFolder: String? = nil,
        onEvent: @escaping @Sendable (PipelineEvent) -> Void = { _ in }
    ) async throws -> PipelineResult {
        try await PipelineRunner(model: self.adapter, router: self.router, baseFolder: baseFolder)
            .run(pipeline, inputs: inputs, onEvent: onEvent)
    }

    /// Runs the pipeline in a YAML file on a text; file names in it are relative to its folder.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - input: The value of the pipeline's main input: the first that must be given, else the first.
    /// - Returns: The output, and what every step did.
    /// - Throws: ``InvalidPipelineError`` with everything that is wrong with the file; ``PipelineError``;
    ///   `CancellationError`.
    public func run(pipelineAt path: String, input: String) async throws -> PipelineResult {
        let yaml: String
        do {
            yaml = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw PipelineError(.unreadableFile, "Cannot read the pipeline '\(path)'.", cause: error)
        }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let folder = parent.isEmpty ? "/" : parent
        let pipeline = try Pipeline(yaml: yaml, file: path) {
            try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
        }
        guard let name = pipeline.mainInput?.name else {
            throw PipelineError(.invalidInput, "The pipeline '\(pipeline.name)' has no inputs, but one was given.")
        }
        return try await self.run(pipeline: pipeline, inputs: [name: .string(input)], baseFolder: folder)
    }
}

extension Pipeline {
    /// The input that a single value is for: the first that must be given, else the first.
    public var mainInput: PipelineInput? { self.inputs.first { $0.defaultValue == nil } ?? self.inputs.first }
}
