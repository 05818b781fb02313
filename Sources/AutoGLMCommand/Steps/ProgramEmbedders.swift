// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore
internal import LocalModels
internal import ModelGateway
internal import Pipelines

/// Opens the embedding models that steps name, each once: those of a configuration, else encoders on this machine.
actor ProgramEmbedders: EmbedderSource {
    private let configured: ConfiguredModels?
    private var opened: [String: LocalEmbedder] = [:]

    /// Prepares to open models.
    ///
    /// - Parameter configured: The models of a configuration, which come first.
    init(_ configured: ConfiguredModels? = nil) { self.configured = configured }

    func embedder(named name: String?) async throws -> any ModelAdapter {
        if let name, let configured, configured.names.contains(name) {
            return try await configured.open().model(named: name)
        }
        let name = name ?? ModelLocator.defaultEncoder
        if let model = self.opened[name] { return model }
        let threads = try Settings.number("THREADS")
        let model = try LocalEmbedder(name, configuration: EngineConfiguration(threads: threads))
        self.opened[name] = model
        return model
    }

    /// Where models are configured, a name is one of theirs or that of an encoder on this machine.
    nonisolated func problem(with name: String) -> String? {
        guard let configured, !configured.names.contains(name) else { return nil }
        do {
            _ = try ModelLocator().encoderFolder(of: name)
            return nil
        } catch {
            let hint = NearestName.hint(for: name, in: configured.names)
            return
                "There is no embedding model '\(name)': no model of the configuration (\(hint)), and no encoder here."
        }
    }
}
