// SPDX-License-Identifier: Apache-2.0

internal import GuidedGeneration

/// What a session is asked for.
struct SessionRequest {
    /// What the model is asked.
    let prompt: Prompt
    /// What the response must look like; nil for text.
    var schema: GenerationSchema?
    /// How the response is generated.
    var options: GenerationOptions
    /// How the model is prompted.
    var context = ContextOptions()
    /// Reads the response as what was asked for, to find out whether that goes.
    var check: (GeneratedContent) throws -> Void = { _ in }

    /// The prompt as an entry of the transcript.
    ///
    /// - Parameter mustTell: Whether the model has to be told the schema in any case.
    func entry(mustTell: Bool) -> Transcript.Entry {
        let tells = mustTell || self.context.includeSchemaInPrompt ?? true
        return .prompt(
            Transcript.Prompt(
                segments: [.text(Transcript.TextSegment(content: self.prompt.text))], options: self.options,
                responseFormat: tells ? self.schema.map(Transcript.ResponseFormat.init(schema:)) : nil))
    }
}
