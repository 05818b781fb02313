// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol
internal import LLMCore
package import Pipelines
package import ServingCore

/// Pipelines as models: the file `pipeline.yaml` in a version's folder, run from its inputs to its output.
///
/// The tensors are the pipeline's inputs, those with a default optional, and the members of its output; an output that is no
/// object is the tensor `output`.
package struct PipelineBackend: ModelBackend {
    package let name = "pipeline"
    package let modelFile: String? = "pipeline.yaml"
    private let read: @Sendable (String) throws -> Pipeline
    private let runner: @Sendable () throws -> PipelineRunner

    /// Makes a backend.
    ///
    /// - Parameters:
    ///   - read: Reads and checks the pipeline of a file.
    ///   - runner: Gives what runs pipelines; files that they name are looked for beside the pipeline.
    package init(
        read: @escaping @Sendable (String) throws -> Pipeline,
        runner: @escaping @Sendable () throws -> PipelineRunner
    ) {
        self.read = read
        self.runner = runner
    }

    package func completed(
        _ configuration: Inference_ModelConfig, folder: String
    ) async throws -> Inference_ModelConfig {
        Self.signature(of: try self.pipeline(in: folder)).completed(configuration, platform: "autoglm_pipeline")
    }

    package func load(_ source: ModelSource) async throws -> any ServedModel {
        let pipeline = try self.pipeline(in: source.folder)
        let signature = Self.signature(of: pipeline)
        try signature.check(source.configuration)
        var runner = try self.runner()
        runner.baseFolder = source.folder
        return ServedPipeline(
            pipeline: pipeline, runner: runner, signature: signature, configuration: source.configuration)
    }

    private func pipeline(in folder: String) throws -> Pipeline {
        do { return try self.read("\(folder)/pipeline.yaml") } catch let error as InvalidPipelineError {
            throw ServingError(.invalidArgument, "\(error)", cause: nil)
        }
    }

    private static func signature(of pipeline: Pipeline) -> ValueSignature {
        let outputs =
            switch pipeline.outputs {
            case .members(let members): members.map { ValuePort(name: $0.name, type: $0.type) }
            case .value(let type): [ValuePort(name: "output", type: type)]
            }
        return ValueSignature(
            inputs: pipeline.inputs.map { ValuePort(name: $0.name, type: $0.type, isOptional: $0.defaultValue != nil) },
            outputs: outputs)
    }
}

/// A pipeline that answers requests, any number at a time.
private struct ServedPipeline: SingleRequestModel {
    let pipeline: Pipeline
    let runner: PipelineRunner
    let signature: ValueSignature
    let configuration: ModelConfiguration

    func answer(_ request: InferenceRequest) async throws -> [KServeTensor] {
        let inputs = try self.signature.values(of: request)
        // Steps may compute for long, which must not hold up the connections of this thread.
        let result = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await self.runner.run(self.pipeline, inputs: inputs)
        }
        return try self.signature.tensors(self.configuration) { port in
            switch self.pipeline.outputs {
            case .members: result.output[port.name]
            case .value: result.output
            }
        }
    }
}
