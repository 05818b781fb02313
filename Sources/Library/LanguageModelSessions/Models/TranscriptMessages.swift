// SPDX-License-Identifier: Apache-2.0

internal import GuidedGeneration
internal import LLMCore

/// A transcript as the messages that models read.
enum TranscriptMessages {
    /// The turns of a transcript.
    static func messages(_ transcript: Transcript) -> [Message] {
        transcript.compactMap { entry in
            switch entry {
            case .instructions(let instructions):
                instructions.segments.isEmpty ? nil : .system(Self.text(instructions.segments))
            case .prompt(let prompt): .user(Self.text(prompt))
            case .toolCalls(let calls): Message(role: .assistant, content: [], toolCalls: calls.map(Self.call))
            case .toolOutput(let output):
                Message(role: .tool, content: [.text(Self.text(output.segments))], toolCallID: output.id)
            case .response(let response): .assistant(Self.text(response.segments))
            }
        }
    }

    /// The tools that a transcript's instructions name.
    static func tools(_ transcript: Transcript) -> [ToolDefinition] {
        transcript.flatMap { entry -> [ToolDefinition] in
            guard case .instructions(let instructions) = entry else { return [] }
            return instructions.toolDefinitions.map(Self.tool)
        }
    }

    /// A tool, as adapters know it.
    static func tool(_ tool: Transcript.ToolDefinition) -> ToolDefinition {
        var definition = ToolDefinition(name: tool.name, description: tool.description, parameters: tool.parameters)
        definition.tellsParameters = tool.includesSchema
        return definition
    }

    private static func call(_ call: Transcript.ToolCall) -> ToolCall {
        ToolCall(id: call.id, name: call.toolName, arguments: call.arguments.jsonValue)
    }

    private static func text(_ segments: [Transcript.Segment]) -> String {
        segments.map(\.text).joined(separator: "\n")
    }

    private static func text(_ prompt: Transcript.Prompt) -> String {
        let text = Self.text(prompt.segments)
        guard let format = prompt.responseFormat else { return text }
        return "\(text)\n\nAnswer with JSON by this schema: \(format.jsonSchema.serialized())"
    }
}
