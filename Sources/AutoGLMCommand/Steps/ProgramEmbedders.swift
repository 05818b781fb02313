// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore
internal import LocalModels
internal import Pipelines

/// Opens the encoders that steps name, each once.
actor ProgramEmbedders: EmbedderSource {
    private var opened: [String: LocalEmbedder] = [:]

    func embedder(named name: String?) async throws -> any ModelAdapter {
        let name = name ?? ModelLocator.defaultEncoder
        if let model = self.opened[name] { return model }
        let threads = try Settings.number("THREADS")
        let model = try LocalEmbedder(name, configuration: EngineConfiguration(threads: threads))
        self.opened[name] = model
        return model
    }
}
