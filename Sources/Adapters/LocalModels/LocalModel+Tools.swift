// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension LocalModel {
    /// Starts an answer that may call tools.
    ///
    /// - Throws: ``LLMError`` when the prompt is no conversation, or the request contradicts itself.
    func generateCalling(_ request: GenerationRequest) throws -> GenerationStream {
        let formatter = self.formatter
        return try ToolCalling(
            template: formatter.toolTemplate, render: { try formatter.text($0, tools: $1) },
            countTokens: { formatter.tokens($0).count }, controlToken: { formatter.controlToken($0) },
            generate: { try await self.generate($0) }
        ).answer(request)
    }
}
