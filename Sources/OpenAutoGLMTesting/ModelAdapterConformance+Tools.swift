// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ModelAdapterConformance {
    private static let weather = ToolDefinition(
        name: "get_weather", description: "Tells the weather in a city.",
        parameters: [
            "type": "object", "properties": ["city": ["type": "string"]], "required": ["city"],
            "additionalProperties": false,
        ])

    /// Calls are well formed, and their results can be given back.
    func checkTools() async throws -> String? {
        let question = Message.user("What is the weather in Paris, and in Rome?")
        var request = self.request(.messages([question]))
        request.maxTokens = 128
        request.tools = [Self.weather]
        guard self.model.capabilities.contains(.tools) else { return nil }
        let response = try await self.model.generate(request).response()
        if let failure = self.failure(of: response) { return failure }
        request.isStreamed = false
        let whole = try await self.model.generate(request).response()
        if let failure = self.failure(of: whole) { return "whole: \(failure)" }
        guard !response.toolCalls.isEmpty else { return nil }
        let asked = Message(role: .assistant, content: [], toolCalls: response.toolCalls)
        let results = response.toolCalls.map {
            Message(role: .tool, content: [.text("Sunny.")], toolCallID: $0.id)
        }
        request.prompt = .messages([question, asked] + results)
        let answer = try await self.model.generate(request).response()
        return answer.text.isEmpty && answer.toolCalls.isEmpty ? "nothing follows the results of tools" : nil
    }

    private func failure(of response: GenerationResponse) -> String? {
        let calls = response.toolCalls
        if self.callsInParallel, calls.count < 2 {
            return "\(calls.count) tools were called, where two calls were sent"
        }
        if calls.isEmpty { return nil }
        if response.summary.finishReason != .toolCalls {
            return "calls end with the reason '\(response.summary.finishReason.rawValue)'"
        }
        if calls.contains(where: { $0.id.isEmpty }) || Set(calls.map(\.id)).count < calls.count {
            return "calls cannot be told apart by their identifiers"
        }
        if let call = calls.first(where: { $0.name != Self.weather.name || $0.arguments.objectValue == nil }) {
            return "'\(call.name)' is called with '\(call.arguments)'"
        }
        return nil
    }
}
