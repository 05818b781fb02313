// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration

extension LanguageModelSession {
    /// Responds to a prompt in text, piece by piece.
    ///
    /// - Parameters:
    ///   - prompt: What the model is asked.
    ///   - options: How the response is generated.
    /// - Returns: The response as it grows; reading it throws what ``respond(to:options:)`` does.
    public func streamResponse(
        to prompt: Prompt, options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<String> {
        ResponseStream(run: ResponseRun(self, SessionRequest(prompt: prompt, options: options)))
    }

    /// Responds to a prompt in text, piece by piece.
    public func streamResponse(
        to prompt: String, options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<String> {
        self.streamResponse(to: Prompt(text: prompt), options: options)
    }

    /// Responds in text, piece by piece, to a prompt that is built line by line.
    public func streamResponse(
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) rethrows -> ResponseStream<String> {
        self.streamResponse(to: try prompt(), options: options)
    }

    /// Responds to a prompt with a value of a type, property by property.
    ///
    /// - Parameters:
    ///   - prompt: What the model is asked.
    ///   - type: What it generates.
    ///   - includeSchemaInPrompt: Whether the model reads the type's schema; one that cannot be held to it always does.
    ///   - options: How the response is generated.
    /// - Returns: The value as it grows; from a model that cannot be held to a schema, only the whole value.
    public func streamResponse<Content: Generable>(
        to prompt: Prompt, generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<Content> {
        var request = SessionRequest(prompt: prompt, options: options)
        // Text needs no schema: it is what models write.
        if type != String.self { request.schema = Content.generationSchema }
        request.context.includeSchemaInPrompt = includeSchemaInPrompt
        request.check = { _ = try Content($0) }
        return ResponseStream(run: ResponseRun(self, request))
    }

    /// Responds to a prompt with a value of a type, property by property.
    public func streamResponse<Content: Generable>(
        to prompt: String, generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<Content> {
        self.streamResponse(
            to: Prompt(text: prompt), generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// Responds with a value of a type, property by property, to a prompt that is built line by line.
    public func streamResponse<Content: Generable>(
        generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) rethrows -> ResponseStream<Content> {
        self.streamResponse(
            to: try prompt(), generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// Responds to a prompt with content by a schema, property by property.
    ///
    /// - Parameters:
    ///   - prompt: What the model is asked.
    ///   - schema: What the response looks like.
    ///   - includeSchemaInPrompt: Whether the model reads the schema; one that cannot be held to it always does.
    ///   - options: How the response is generated.
    /// - Returns: The content as it grows; from a model that cannot be held to a schema, only the whole content.
    public func streamResponse(
        to prompt: Prompt, schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<GeneratedContent> {
        var request = SessionRequest(prompt: prompt, schema: schema, options: options)
        request.context.includeSchemaInPrompt = includeSchemaInPrompt
        return ResponseStream(run: ResponseRun(self, request))
    }

    /// Responds to a prompt with content by a schema, property by property.
    public func streamResponse(
        to prompt: String, schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<GeneratedContent> {
        self.streamResponse(
            to: Prompt(text: prompt), schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// Responds with content by a schema, property by property, to a prompt that is built line by line.
    public func streamResponse(
        schema: GenerationSchema, includeSchemaInPrompt: Bool = true, options: GenerationOptions = GenerationOptions(),
        @PromptBuilder prompt: () throws -> Prompt
    ) rethrows -> ResponseStream<GeneratedContent> {
        self.streamResponse(
            to: try prompt(), schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }
}
