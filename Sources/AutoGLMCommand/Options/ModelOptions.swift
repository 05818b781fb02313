// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import Observability
internal import PluginHost
internal import PluginKinds
internal import RemoteModels

/// Which model answers, and how it uses the machine.
struct ModelOptions: ParsableArguments {
    @Option(
        help: """
            The model's name, or the path of a GGUF file or of a folder with config.json and safetensors; plugin:NAME is a plugin \
            of kind adapter.
            """)
    var model: String = ModelOptions.usualModel

    @Option(
        help: """
            Who runs the model: local (or hf, the same), or a server: openai, openai-responses, llamacpp, vllm, tgi, tei, \
            transformers, anthropic, ollama, triton. Keys come from the environment: OPENAI_API_KEY, or a file that OPENAI_API_KEY_FILE names.
            """)
    var backend: String = ModelOptions.usualBackend

    @Option(
        name: .customLong("base-url"),
        help: "Where the server answers (default: OPENAI_BASE_URL and the like, or the backend's usual place).")
    var baseURL: String?

    @Option(help: "Where the model computes; the local engine computes on the cpu.")
    var device: String = Settings.text("DEVICE") ?? "cpu"

    @Option(parsing: .unconditional, help: "Threads that compute (default: one per processor).")
    var threads: Int?

    @Option(
        parsing: .unconditional,
        help: "The most tokens of prompt and answer together (default: what the model was trained for).")
    var contextLength: Int?

    @Option(
        parsing: .unconditional,
        help: """
            Tokens whose keys and values are kept, of all sequences together (default: the context's length, at least \
            16384).
            """)
    var cacheTokens: Int?

    @Option(help: "How keys and values are stored: f16, or q8 in five eighths of the memory.")
    var cacheType: CacheTypeName = .f16

    @Option(
        help: "How tokens are guessed, to check several at a time: off or prompt-lookup; the answer stays the same.")
    var speculation: SpeculationMode = .promptLookup

    @Option(help: "Guess tokens with this smaller model of the same vocabulary.")
    var draftModel: String?

    func validate() throws {
        for (name, value) in [
            ("--threads", self.threads), ("--context-length", self.contextLength), ("--cache-tokens", self.cacheTokens),
        ] {
            if let value, value < 1 { throw ValidationError("\(name) is \(value); it must be 1 or more.") }
        }
        do {
            if try Backend(named: self.backend) == .local, self.baseURL != nil {
                throw ValidationError("--base-url is for servers; name one with --backend, such as openai.")
            }
            _ = try Device(named: self.device)
        } catch let error as any CodedError {
            throw ValidationError(error.message)
        }
    }

    /// The model where none is named.
    static var usualModel: String { Settings.text("MODEL") ?? ModelLocator.defaultModel }

    /// Who runs it then.
    static var usualBackend: String { Settings.text("BACKEND") ?? "local" }

    /// The plugin that is the model; nil where it is something else.
    var plugin: String? { self.backend == "local" ? PluginReference.name(in: self.model) : nil }

    /// How the engine uses the machine.
    func configuration() throws -> EngineConfiguration {
        var configuration = EngineConfiguration(
            threads: try self.threads ?? Settings.number("THREADS"),
            contextLength: try self.contextLength ?? Settings.number("CONTEXT_LENGTH"))
        configuration.cacheTokens = self.cacheTokens
        configuration.cacheType = self.cacheType.value
        configuration.speculation = self.speculation.value
        if let draftModel { configuration.speculation = .draftModel(path: try ModelLocator().path(of: draftModel)) }
        return configuration
    }

    /// Whether neither the command line nor the environment names a model or who runs it.
    var isLeftAlone: Bool {
        self.model == ModelLocator.defaultModel && self.backend == "local" && self.baseURL == nil
            && Settings.text("MODEL") == nil && Settings.text("BACKEND") == nil
    }

    /// Who runs the model, as traces and metrics tell it.
    func identity(of name: String) -> ModelIdentity {
        if let server = RemoteBackend(rawValue: self.backend) {
            return ModelIdentity(
                provider: server.rawValue, model: name, url: self.baseURL ?? server.defaultBaseURL)
        }
        if let plugin { return ModelIdentity(provider: "plugin", model: plugin) }
        return ModelIdentity(
            provider: self.baseURL == nil ? "open-autoglm" : self.backend, model: name, url: self.baseURL)
    }

    /// Opens the model.
    ///
    /// - Parameters:
    ///   - adapters: Folders of low-rank adapters by name.
    ///   - plugins: Where the plugins are that the model may be; nil for those of the environment.
    func open(adapters: [String: String] = [:], plugins: PluginHost? = nil) async throws -> AutoGLM {
        if let plugin {
            guard adapters.isEmpty else {
                throw ValidationError("A plugin takes no --lora; leave it out, or name another model.")
            }
            return AutoGLM(adapter: try PluginModel(plugin, host: plugins ?? PluginOptions.environmentHost()))
        }
        var options = try self.configuration()
        options.adapters = adapters
        return try await AutoGLM(
            model: self.model, backend: Backend(named: self.backend), baseURL: self.baseURL,
            device: Device(named: self.device), options: options)
    }
}

/// How tokens are guessed without a draft model.
enum SpeculationMode: String, ExpressibleByArgument, CaseIterable {
    /// Not at all.
    case off
    /// What followed the last words before.
    case promptLookup = "prompt-lookup"

    /// The engine's setting.
    var value: Speculation {
        switch self {
        case .off: .off
        case .promptLookup: .promptLookup
        }
    }
}

/// How keys and values are stored.
enum CacheTypeName: String, ExpressibleByArgument, CaseIterable {
    case f16, q8

    /// The engine's setting.
    var value: CacheType {
        switch self {
        case .f16: .f16
        case .q8: .q8
        }
    }
}
