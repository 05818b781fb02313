// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration

/// One step that a session asks of an executor.
public struct LanguageModelExecutorGenerationRequest: Sendable {
    /// Tells the request apart, in logs for example.
    public var id: String
    /// What was said so far; the last entry is a prompt or a tool's output.
    public var transcript: Transcript
    /// The tools that may be called; none where calling is off.
    public var enabledToolDefinitions: [Transcript.ToolDefinition]
    /// What the response must look like; nil leaves it free.
    public var schema: GenerationSchema?
    /// How the response is generated.
    public var generationOptions: GenerationOptions
    /// How the model is prompted.
    public var contextOptions: ContextOptions

    /// Asks for a step.
    public init(
        id: String = Identifiers.next(), transcript: Transcript, enabledTools: [Transcript.ToolDefinition] = [],
        schema: GenerationSchema? = nil, generationOptions: GenerationOptions = GenerationOptions(),
        contextOptions: ContextOptions = ContextOptions()
    ) {
        self.id = id
        self.transcript = transcript
        self.enabledToolDefinitions = enabledTools
        self.schema = schema
        self.generationOptions = generationOptions
        self.contextOptions = contextOptions
    }
}
