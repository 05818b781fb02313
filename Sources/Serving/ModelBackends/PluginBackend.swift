// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol
internal import LLMCore
internal import Pipelines
package import PluginHost
package import ServingCore

/// Steps of plugins as models: a version's folder is the plugin's own, with `plugin.yaml` and the library.
///
/// The parameter `step` of the configuration names the step where the plugin has several. The tensors are what the manifest says
/// that the step takes and gives. The library is loaded with the version, and unloaded after its last request.
package struct PluginBackend: ModelBackend {
    package let name = "plugin"
    package let modelFile: String? = PluginManifest.fileName
    private let host: @Sendable (_ folders: [String]) -> PluginHost

    /// Makes a backend.
    ///
    /// - Parameter host: Makes what loads the plugins of folders.
    package init(host: @escaping @Sendable (_ folders: [String]) -> PluginHost = { PluginHost(folders: $0) }) {
        self.host = host
    }

    package func completed(
        _ configuration: Inference_ModelConfig, folder: String
    ) async throws -> Inference_ModelConfig {
        let step = configuration.parameters["step"]?.stringValue
        let (_, _, signature) = try self.find(step, in: folder)
        return signature.completed(configuration, platform: "autoglm_plugin")
    }

    package func load(_ source: ModelSource) async throws -> any ServedModel {
        let (host, operation, signature) = try self.find(source.parameter("step"), in: source.folder)
        try signature.check(source.configuration)
        try host.verify(operation.plugin)
        return ServedPlugin(
            host: host, plugin: operation.plugin, step: operation.step, signature: signature,
            configuration: source.configuration)
    }

    private func find(
        _ step: String?, in folder: String
    ) throws -> (PluginHost, (plugin: String, step: String), ValueSignature) {
        let host = self.host([folder])
        guard let found = try host.plugins().first else {
            throw ServingError(.invalidArgument, "There is no \(PluginManifest.fileName) in '\(folder)'.")
        }
        let manifest = try found.manifest.get()
        guard let name = step ?? (manifest.steps.count == 1 ? manifest.steps[0].name : nil) else {
            let names = manifest.steps.map(\.name).joined(separator: ", ")
            throw ServingError(
                .invalidArgument,
                "The plugin '\(manifest.name)' has the steps \(names); the parameter 'step' must name one.")
        }
        let operation = try manifest.step(named: name)
        let signature = ValueSignature(
            inputs: operation.inputs.map {
                ValuePort(name: $0.port.name, type: $0.port.type, isOptional: !$0.port.isRequired)
            }, outputs: operation.outputs.map { ValuePort(name: $0.port.name, type: $0.port.type) })
        return (host, (manifest.name, name), signature)
    }
}

/// A step of a plugin that answers requests; the plugin says whether its calls may meet.
private struct ServedPlugin: SingleRequestModel {
    let host: PluginHost
    let plugin: String
    let step: String
    let signature: ValueSignature
    let configuration: ModelConfiguration

    func answer(_ request: InferenceRequest) async throws -> [KServeTensor] {
        let output = try await self.host.call(
            self.plugin, step: self.step, input: JSONValue(sorted: try self.signature.values(of: request)))
        return try self.signature.tensors(self.configuration) { output[$0.name] }
    }
}
