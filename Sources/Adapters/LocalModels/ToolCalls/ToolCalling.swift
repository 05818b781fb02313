// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Tools over a model that only continues text, and keeps to constraints.
package struct ToolCalling: Sendable {
    /// The model's chat template, if that tells the model about tools; it shows how the model writes calls.
    package var template: String?
    /// Writes a conversation as the model reads it; the tools are empty where the template has no place for them.
    package var render: @Sendable ([Message], [ToolDefinition]) throws -> String
    /// Counts the tokens of a text.
    package var countTokens: @Sendable (String) -> Int
    /// The number of the control token that a text is, if it is one.
    package var controlToken: @Sendable (String) -> Int?
    /// Continues a raw prompt.
    package var generate: @Sendable (GenerationRequest) async throws -> GenerationStream

    /// Describes the model.
    package init(
        template: String?, render: @escaping @Sendable ([Message], [ToolDefinition]) throws -> String,
        countTokens: @escaping @Sendable (String) -> Int, controlToken: @escaping @Sendable (String) -> Int?,
        generate: @escaping @Sendable (GenerationRequest) async throws -> GenerationStream
    ) {
        self.template = template
        self.render = render
        self.countTokens = countTokens
        self.controlToken = controlToken
        self.generate = generate
    }

    /// Starts an answer that may call tools.
    ///
    /// - Throws: ``LLMError`` when the prompt is no conversation, or the request contradicts itself.
    package func answer(_ request: GenerationRequest) throws -> GenerationStream {
        guard case .messages(let messages) = request.prompt else {
            throw LLMError(.unsupported, "A raw prompt cannot offer tools; give the model a conversation.")
        }
        var plan = try ToolCallingPlan(request, form: ToolCallForm(template: self.template))
        let (told, tools) = plan.conversation(messages, takesTools: self.template != nil)
        plan.prompt = try self.render(told, tools)
        plan.promptTokens = self.countTokens(plan.prompt)
        plan.openerToken = self.controlToken(plan.form.opener)
        return ToolCallingAnswer(plan, generate: self.generate).stream
    }
}
