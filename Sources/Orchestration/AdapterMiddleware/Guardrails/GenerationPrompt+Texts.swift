// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

extension GenerationPrompt {
    /// The prompt with each of its texts replaced.
    ///
    /// - Parameter change: Takes a text, with who says it (nil where the prompt is raw text), and gives what replaces it.
    func mapTexts(_ change: (_ text: String, _ role: Role?) throws -> String) rethrows -> GenerationPrompt {
        switch self {
        case .raw(let text): return .raw(try change(text, nil))
        case .messages(var messages):
            for index in messages.indices {
                let role = messages[index].role
                messages[index].content = try messages[index].content.map { part in
                    guard case .text(let text) = part else { return part }
                    return .text(try change(text, role))
                }
                for call in messages[index].toolCalls.indices {
                    let arguments = messages[index].toolCalls[call].arguments
                    messages[index].toolCalls[call].arguments = try arguments.mapStrings { try change($0, role) }
                }
            }
            return .messages(messages)
        }
    }
}

extension JSONValue {
    /// The value with each string in it replaced; keys stay.
    func mapStrings(_ change: (String) throws -> String) rethrows -> JSONValue {
        switch self {
        case .null, .bool, .integer, .number: self
        case .string(let text): .string(try change(text))
        case .array(let elements): .array(try elements.map { try $0.mapStrings(change) })
        case .object(let members): .object(try members.mapValues { try $0.mapStrings(change) })
        }
    }
}
