// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// A conversation with a model, and the tools called in it.
struct Conversation {
    private static let roles: [Role] = [.system, .user, .assistant]

    /// The turns, in order.
    var messages: [Message]
    /// The tools called: name, arguments, result, and whether that failed.
    private(set) var calls: [JSONValue] = []

    init(_ messages: [Message]) { self.messages = messages }

    /// The turns that a `chat` step is given.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue` where a turn has another form.
    static func messages(in inputs: StepInputs) throws -> [Message] {
        let system = inputs.string("system").map { [Message.system($0)] } ?? []
        let turns = try (inputs["messages"]?.arrayValue ?? []).map { turn in
            guard let name = turn["role"]?.stringValue, let text = turn["content"]?.stringValue,
                let role = Self.roles.first(where: { $0.rawValue == name })
            else {
                let roles = Self.roles.map(\.rawValue).joined(separator: ", ")
                throw PipelineError(
                    .invalidValue,
                    "'messages' must hold turns {role, content} with a role of \(roles), but holds \(turn).")
            }
            return Message(role: role, text)
        }
        return system + turns + (inputs.string("prompt").map { [.user($0)] } ?? [])
    }

    /// Tells the model a tool's result.
    mutating func add(_ call: ToolCall, _ result: JSONValue, isError: Bool) {
        self.messages.append(
            Message(role: .tool, content: [.text(ChatTool.text(of: result))], toolCallID: call.id))
        self.calls.append([
            "name": .string(call.name), "arguments": call.arguments, "result": result, "failed": .bool(isError),
        ])
    }

    /// The outputs of a `chat` step.
    func outputs(_ response: GenerationResponse, rounds: Int) -> [String: JSONValue] {
        [
            "text": .string(response.text), "calls": .array(self.calls), "rounds": .integer(rounds),
            "messages": .array(self.messages.map { ["role": .string($0.role.rawValue), "content": .string($0.text)] }),
            "finish_reason": .string(response.summary.finishReason.rawValue),
        ]
    }
}
