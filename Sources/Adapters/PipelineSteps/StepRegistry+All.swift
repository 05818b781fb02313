// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
public import Pipelines
public import PluginHost
internal import PluginKinds
public import RunStorage

extension StepRegistry {
    /// Every kind of step that there is: those of ``standard``, and those that reach out of the process.
    ///
    /// - Parameters:
    ///   - access: What steps may reach.
    ///   - bus: Where events go.
    ///   - embedder: Where embedding models come from.
    ///   - plugins: Where plugins come from.
    ///   - vectors: Opens the store of texts that are found by meaning, when a step first needs it.
    public static func all(
        _ access: StepAccess, bus: any EventBus, embedder: any EmbedderSource,
        plugins: PluginHost = PluginHost(folders: []), vectors: @escaping @Sendable () throws -> VectorStore
    ) -> Self {
        var registry = Self.standard
        let further: [any PipelineStep] = [
            EmbedStep(embedder: embedder), IndexStep(embedder: embedder, store: vectors),
            RetrieveStep(embedder: embedder, store: vectors), HTTPStep(access), FileStep(access), SQLStep(access),
            PythonStep(access), EmitStep(bus: bus), PluginStep(plugins), ParseStep(plugins: plugins),
            RouteStep(plugins: plugins),
            IntentStep(), ReadImageStep(access), ReadAudioStep(access), CascadeStep(), DecideStep(),
        ]
        for step in further { registry.register(step) }
        registry.register(ChatStep(tools: registry))
        return registry
    }
}
