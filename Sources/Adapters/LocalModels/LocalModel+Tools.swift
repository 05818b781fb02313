// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Tools over a model that only continues text.
extension LocalModel {
    /// Starts an answer that may call tools.
    ///
    /// - Throws: ``LLMError`` when the prompt is no conversation, or the request contradicts itself.
    func generateCalling(_ request: GenerationRequest) throws -> GenerationStream {
        guard case .messages(let messages) = request.prompt else {
            throw LLMError(.unsupported, "A raw prompt cannot offer tools; give '\(self.name)' a conversation.")
        }
        var plan = try ToolCallingPlan(request, form: self.formatter.toolCallForm)
        let (told, tools) = plan.conversation(messages, takesTools: self.formatter.takesTools)
        plan.prompt = try self.formatter.text(told, tools: tools)
        plan.promptTokens = self.formatter.tokens(plan.prompt).count
        plan.openerToken = self.formatter.controlToken(plan.form.opener)
        return ToolCallingAnswer(plan) { try await self.generate($0) }.stream
    }
}
