// SPDX-License-Identifier: Apache-2.0

/// A language model behind one interface, wherever it runs.
///
/// A new backend is one type that conforms to this. Everything cross-cutting (retries, caches, limits, telemetry) wraps
/// around an adapter and never enters it.
public protocol ModelAdapter: Sendable {
    /// The model's name, for people and logs.
    var name: String { get }

    /// What this model can do; asking for anything else is an error, never a silent difference.
    var capabilities: ModelCapabilities { get }

    /// How to choose tokens where the caller does not say: what the model's makers recommend.
    var defaultSampling: SamplingOptions { get }

    /// Starts one generation.
    ///
    /// - Parameter request: What to continue and how.
    /// - Returns: The events, as they happen.
    /// - Throws: ``LLMError`` when the request cannot be started; later failures are thrown by the stream.
    func generate(_ request: GenerationRequest) async throws -> GenerationStream

    /// Starts several generations from one prompt; a backend may compute it once.
    ///
    /// - Parameters:
    ///   - request: What to continue and how; where it names a seed, each generation takes the next one.
    ///   - completions: How many, 1 or more.
    /// - Returns: The events of each.
    /// - Throws: ``LLMError`` when they cannot be started.
    func generate(_ request: GenerationRequest, completions: Int) async throws -> [GenerationStream]

    /// Tells how likely each choice is as the continuation of a prompt.
    ///
    /// - Parameter request: The prompt and the choices.
    /// - Returns: A score per choice, in the order asked.
    /// - Throws: ``LLMError`` with code `.unsupported` where the backend has no such thing.
    func score(_ request: ScoringRequest) async throws -> [ChoiceScore]

    /// Turns texts into vectors.
    ///
    /// - Parameter texts: What to embed.
    /// - Returns: A vector per text, all of one length.
    /// - Throws: ``LLMError`` with code `.unsupported` where the model is not made for that.
    func embed(_ texts: [String]) async throws -> [[Float]]

    /// Counts the tokens of a prompt as this model would read it.
    ///
    /// - Parameter prompt: What would be continued.
    /// - Returns: Tokens, chat template included.
    /// - Throws: ``LLMError`` with code `.unsupported` where the backend does not count.
    func tokenCount(_ prompt: GenerationPrompt) async throws -> Int

    /// Asks whether the backend would answer, without asking it anything that costs tokens.
    ///
    /// - Throws: ``LLMError`` that says why it would not, or with code `.unsupported` where it cannot be asked.
    func checkHealth() async throws
}

extension ModelAdapter {
    /// The usual defaults.
    public var defaultSampling: SamplingOptions { SamplingOptions() }

    /// Starts each generation by itself.
    public func generate(_ request: GenerationRequest, completions: Int) async throws -> [GenerationStream] {
        var streams: [GenerationStream] = []
        for next in try request.seeded(completions: completions) { streams.append(try await self.generate(next)) }
        return streams
    }

    /// Refuses: most backends cannot score.
    public func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        throw LLMError(.unsupported, "The model '\(self.name)' cannot score choices.")
    }

    /// Refuses: few protocols count tokens.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        throw LLMError(.unsupported, "The backend of the model '\(self.name)' does not count tokens.")
    }

    /// Refuses: what runs here needs no such question.
    public func checkHealth() async throws {
        throw LLMError(.unsupported, "The backend of the model '\(self.name)' cannot be asked whether it is well.")
    }

    /// Refuses: most language models are not made for embeddings.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        throw LLMError(.unsupported, "The model '\(self.name)' cannot embed texts.")
    }
}

/// What a model can do.
public struct ModelCapabilities: OptionSet, Sendable, Hashable {
    /// The set as bits.
    public let rawValue: UInt32

    /// A set by its bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Takes conversations: it has a chat template.
    public static let chat = Self(rawValue: 1 << 0)
    /// Takes text as it is.
    public static let rawPrompts = Self(rawValue: 1 << 1)
    /// Reports log-probabilities of sampled tokens.
    public static let logProbabilities = Self(rawValue: 1 << 2)
    /// Scores given continuations.
    public static let scoring = Self(rawValue: 1 << 3)
    /// Asks for tools to be called.
    public static let tools = Self(rawValue: 1 << 4)
    /// Embeds texts.
    public static let embeddings = Self(rawValue: 1 << 5)
    /// Reads images.
    public static let images = Self(rawValue: 1 << 6)
    /// Hears recordings.
    public static let audio = Self(rawValue: 1 << 7)
    /// Goes on past the end of its context, forgetting what is oldest.
    public static let slidingContext = Self(rawValue: 1 << 8)
    /// Keeps to an ``OutputConstraint/jsonSchema(_:)``, whether or not to the other forms of a constraint.
    public static let jsonConstraints = Self(rawValue: 1 << 11)
    /// Keeps to every ``OutputConstraint``, JSON schemas included: its answers cannot be malformed.
    public static let constraints = Self(rawValue: 1 << 9).union(.jsonConstraints)
    /// Applies low-rank adapters (LoRA) to single requests.
    public static let adapters = Self(rawValue: 1 << 10)
}
