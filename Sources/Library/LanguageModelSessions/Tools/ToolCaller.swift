// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Runs what a model asked to have called.
struct ToolCaller: Sendable {
    let tools: [any Tool]

    /// Runs calls at the same time.
    ///
    /// A call of a tool that there is not is answered with the names of those that there are, for the model to try again.
    /// - Returns: Their outputs, in the calls' order.
    /// - Throws: ``LanguageModelSession/ToolCallError`` of the first tool that fails, with the others cancelled;
    ///   `CancellationError`.
    func run(_ calls: [Transcript.ToolCall]) async throws -> [Transcript.ToolOutput] {
        try await withThrowingTaskGroup(of: (Int, Transcript.ToolOutput).self) { group in
            for (index, call) in calls.enumerated() {
                group.addTask { (index, try await self.run(call)) }
            }
            var outputs = [(Int, Transcript.ToolOutput)]()
            for try await output in group { outputs.append(output) }
            return outputs.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func run(_ call: Transcript.ToolCall) async throws -> Transcript.ToolOutput {
        guard let tool = self.tools.first(where: { $0.name == call.toolName }) else {
            let hint = NearestName.hint(for: call.toolName, in: self.tools.map(\.name))
            let text = "There is no tool '\(call.toolName)'. \(hint)"
            return Transcript.ToolOutput(
                id: call.id, toolName: call.toolName, segments: [.text(Transcript.TextSegment(content: text))])
        }
        return try await tool.output(for: call)
    }
}
