// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import ModelGateway
internal import Observability
internal import PluginHost

/// Where the models are configured that pipelines ask.
struct ConfigOptions: ParsableArguments {
    @Option(
        help: """
            A file (autoglm.yaml) with models and what wraps around each: --model names the one that answers (default: the \
            first), and steps may name others.
            """)
    var config: String?

    /// The models of the file; nil where none is named.
    ///
    /// - Parameter plugins: Where the plugins are that models may be.
    func models(_ plugins: PluginHost) throws -> ConfiguredModels? {
        try self.config.map { try ConfiguredModels(path: $0, plugins: plugins) }
    }

    /// Refuses what says how to reach a model that the file describes.
    ///
    /// - Throws: `ValidationError`.
    func check(against model: ModelOptions) throws {
        guard self.config != nil, model.baseURL != nil || model.backend != ModelOptions.usualBackend else { return }
        throw ValidationError("With --config the file says where models are; leave out --backend and --base-url.")
    }

    /// Opens the models of the file, or the one of the options.
    ///
    /// - Parameters:
    ///   - plugins: Where the plugins are that the one of the options may be.
    ///   - program: Tells of what they and the pipelines do.
    /// - Throws: What keeps them from being opened; `LLMError` where the file has no model of the name given.
    func open(
        _ configured: ConfiguredModels?, _ options: ModelOptions, _ plugins: PluginHost,
        _ program: ProgramTelemetry? = nil
    ) async throws -> PipelineModels {
        guard let configured else {
            let model = try await options.open(plugins: plugins).adapter
            guard let program else { return PipelineModels(main: model, gateway: nil) }
            let watch = GenerationTelemetry(program.telemetry, model: options.identity(of: model.name))
            return PipelineModels(main: model.wrapped(in: [watch]), gateway: nil, program: program)
        }
        let gateway = try await configured.open(program?.telemetry)
        // The usual value of --model is a local model's name.
        let isGiven = options.model != ModelOptions.usualModel || gateway.names.contains(options.model)
        guard let name = isGiven ? options.model : gateway.names.first else {
            throw CommandError(.badInput, "The file '\(self.config ?? "")' has no models.")
        }
        return PipelineModels(main: try gateway.model(named: name), gateway: gateway, program: program)
    }
}
