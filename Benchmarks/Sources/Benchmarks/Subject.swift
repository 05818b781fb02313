// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore
internal import ModelFiles
internal import TensorKernels
internal import Tokenization
internal import TransformerRuntime

/// What is measured: the default model, once by itself and once in an engine.
final class Subject {
    let model: TransformerModel
    let forward: ForwardPass
    let batch: ForwardBatch
    let engine: LocalEngine
    let prompt: [TokenID]

    init(path: String) throws {
        let pool = try WorkerPool(count: 2)
        self.model = try TransformerModel(file: GGUFFile(path: path), pool: pool)
        self.forward = ForwardPass(model: self.model, pool: pool, capacity: 256)
        self.batch = ForwardBatch(capacity: 256)
        var configuration = EngineConfiguration(threads: 2)
        configuration.speculation = .off
        self.engine = try LocalEngine(path: path, configuration: configuration)
        self.prompt = self.engine.tokenizer.encode(
            "Once upon a time there was a small house at the edge of the forest, and in that house", addSpecial: false,
            parseSpecial: false)
    }
}
