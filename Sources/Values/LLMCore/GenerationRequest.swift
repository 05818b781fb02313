// SPDX-License-Identifier: Apache-2.0

/// What a model is asked to continue.
public enum GenerationPrompt: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// A conversation; the model's chat template turns it into text.
    case messages([Message])
    /// Text that reaches the model as it is, special tokens included.
    case raw(String)

    /// A conversation of one user turn.
    public init(stringLiteral value: String) { self = .messages([.user(value)]) }

    /// A conversation of one user turn.
    public static func user(_ text: String) -> Self { .messages([.user(text)]) }
}

/// One generation: what to continue and how.
public struct GenerationRequest: Sendable {
    /// What to continue.
    public var prompt: GenerationPrompt
    /// How tokens are chosen.
    public var sampling: SamplingOptions
    /// The most tokens to generate; nil leaves it to the model's context.
    public var maxTokens: Int?
    /// Generation ends before any of these texts, which are not part of the answer.
    public var stop: [String]
    /// How many alternatives to report with each token's log-probability; nil reports none, 0 only the token's own.
    public var topLogProbabilities: Int?
    /// Functions that the model may ask to have called.
    public var tools: [ToolDefinition]
    /// Whether the model may, must or must not ask for that; it matters where there are tools.
    public var toolChoice = ToolChoice.auto
    /// Whether the model may ask for several calls at once; nil leaves it to the backend.
    ///
    /// False is refused where a backend cannot be told.
    public var parallelToolCalls: Bool?
    /// What the answer must look like; nil leaves it free.
    public var constraint: OutputConstraint?
    /// The name of a low-rank adapter (LoRA) that the model applies to this request alone; nil is the model as it is.
    public var adapter: String?
    /// What the request is for, in the caller's words; usage is accounted by each of these.
    public var tags: [String] = []
    /// What happens where the model's context ends.
    public var overflow = ContextOverflow.stop
    /// Who asks, how urgently, and for how long.
    public var scheduling = SchedulingOptions()
    /// Whether the answer is wanted piece by piece; where not, a backend may send it as one event, which costs less.
    public var isStreamed = true

    /// Asks for one generation.
    public init(
        prompt: GenerationPrompt, sampling: SamplingOptions = SamplingOptions(), maxTokens: Int? = nil,
        stop: [String] = [],
        topLogProbabilities: Int? = nil, tools: [ToolDefinition] = []
    ) {
        self.prompt = prompt
        self.sampling = sampling
        self.maxTokens = maxTokens
        self.stop = stop
        self.topLogProbabilities = topLogProbabilities
        self.tools = tools
    }
}

extension GenerationRequest {
    /// Whether the model may or must call tools.
    package var offersTools: Bool { !self.tools.isEmpty && self.toolChoice != .none }

    /// Whether the model may call tools, but only one at a time.
    package var limitsToolCalls: Bool { self.offersTools && self.parallelToolCalls == false }

    /// The request once for each completion; where it names a seed, each takes the next one.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` for less than one.
    package func seeded(completions: Int) throws -> [GenerationRequest] {
        guard completions >= 1 else {
            throw LLMError(.invalidRequest, "completions is \(completions); it must be 1 or more.")
        }
        return (0..<completions).map { index in
            var next = self
            next.sampling.seed = self.sampling.seed.map { $0 &+ UInt64(index) }
            return next
        }
    }
}
