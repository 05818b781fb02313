// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration

extension LanguageModelSession {
    /// Responds to a prompt in text.
    ///
    /// - Parameters:
    ///   - prompt: What the model is asked.
    ///   - options: How the response is generated.
    /// - Throws: ``GenerationError``, ``ToolCallError``, `CancellationError`, or an error of the model that these have no
    ///   name for; the session is then as it was before.
    @discardableResult
    public func respond(
        to prompt: Prompt, options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<String> {
        try await self.streamResponse(to: prompt, options: options).collect()
    }

    /// Responds to a prompt in text.
    @discardableResult
    public func respond(
        to prompt: String, options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<String> {
        try await self.respond(to: Prompt(text: prompt), options: options)
    }

    /// Responds in text to a prompt that is built line by line.
    @discardableResult
    public func respond(
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) async throws -> Response<String> {
        try await self.respond(to: try prompt(), options: options)
    }

    /// Responds to a prompt with a value of a type.
    ///
    /// - Parameters:
    ///   - prompt: What the model is asked.
    ///   - type: What it generates.
    ///   - includeSchemaInPrompt: Whether the model reads the type's schema; one that cannot be held to it always does.
    ///   - options: How the response is generated.
    /// - Throws: As ``respond(to:options:)``; ``GenerationError/decodingFailure(_:)`` where the response is no such value.
    @discardableResult
    public func respond<Content: Generable>(
        to prompt: Prompt, generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<Content> {
        try await self.streamResponse(
            to: prompt, generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options
        ).collect()
    }

    /// Responds to a prompt with a value of a type.
    @discardableResult
    public func respond<Content: Generable>(
        to prompt: String, generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<Content> {
        try await self.respond(
            to: Prompt(text: prompt), generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// Responds with a value of a type to a prompt that is built line by line.
    @discardableResult
    public func respond<Content: Generable>(
        generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) async throws -> Response<Content> {
        try await self.respond(
            to: try prompt(), generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// Responds to a prompt with content by a schema.
    ///
    /// - Parameters:
    ///   - prompt: What the model is asked.
    ///   - schema: What the response looks like.
    ///   - includeSchemaInPrompt: Whether the model reads the schema; one that cannot be held to it always does.
    ///   - options: How the response is generated.
    /// - Throws: As ``respond(to:options:)``; ``GenerationError/decodingFailure(_:)`` where the response breaks the schema.
    @discardableResult
    public func respond(
        to prompt: Prompt, schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<GeneratedContent> {
        try await self.streamResponse(
            to: prompt, schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options
        ).collect()
    }

    /// Responds to a prompt with content by a schema.
    @discardableResult
    public func respond(
        to prompt: String, schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<GeneratedContent> {
        try await self.respond(
            to: Prompt(text: prompt), schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// Responds with content by a schema to a prompt that is built line by line.
    @discardableResult
    public func respond(
        schema: GenerationSchema, includeSchemaInPrompt: Bool = true, options: GenerationOptions = GenerationOptions(),
        @PromptBuilder prompt: () throws -> Prompt
    ) async throws -> Response<GeneratedContent> {
        try await self.respond(
            to: try prompt(), schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }
}
