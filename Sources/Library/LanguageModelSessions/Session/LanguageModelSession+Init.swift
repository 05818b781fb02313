// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration

extension LanguageModelSession {
    /// Begins a session.
    ///
    /// - Parameters:
    ///   - model: Who responds; by default the default model on this machine.
    ///   - tools: What the model may ask to have called.
    ///   - guardrails: A check of one's own on prompts and responses.
    ///   - instructions: What the model is told about its role.
    public convenience init(
        model: some LanguageModel = SystemLanguageModel.default, tools: [any Tool] = [],
        guardrails: (any Guardrails)? = nil, instructions: Instructions? = nil
    ) {
        let definitions = tools.map { Transcript.ToolDefinition(tool: $0) }
        let segments = [instructions?.text ?? ""].filter { !$0.isEmpty }.map { text in
            Transcript.Segment.text(Transcript.TextSegment(content: text))
        }
        let entry = Transcript.Instructions(segments: segments, toolDefinitions: definitions)
        let isEmpty = segments.isEmpty && definitions.isEmpty
        self.init(
            model: model, tools: tools, guardrails: guardrails,
            transcript: Transcript(entries: isEmpty ? [] : [.instructions(entry)]))
    }

    /// Begins a session with instructions in plain text.
    @_disfavoredOverload
    public convenience init(
        model: some LanguageModel = SystemLanguageModel.default, tools: [any Tool] = [],
        guardrails: (any Guardrails)? = nil, instructions: String?
    ) {
        self.init(
            model: model, tools: tools, guardrails: guardrails, instructions: instructions.map(Instructions.init(text:))
        )
    }

    /// Begins a session with instructions that are built line by line.
    ///
    /// - Throws: What the closure throws.
    public convenience init(
        model: some LanguageModel = SystemLanguageModel.default, tools: [any Tool] = [],
        guardrails: (any Guardrails)? = nil, @InstructionsBuilder instructions: () throws -> Instructions
    ) rethrows {
        let built = try instructions()
        self.init(model: model, tools: tools, guardrails: guardrails, instructions: built)
    }

    /// Goes on where another session was.
    ///
    /// - Parameters:
    ///   - model: Who responds; by default the default model on this machine.
    ///   - tools: What the model may ask to have called.
    ///   - guardrails: A check of one's own on prompts and responses.
    ///   - transcript: What was said before.
    public convenience init(
        model: some LanguageModel = SystemLanguageModel.default, tools: [any Tool] = [],
        guardrails: (any Guardrails)? = nil, transcript: Transcript
    ) {
        self.init(runner: ExecutorRunner(model), tools: tools, transcript: transcript, guardrails: guardrails)
    }
}
