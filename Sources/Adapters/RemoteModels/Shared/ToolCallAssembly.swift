// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Puts calls of tools together whose pieces arrive mixed, each with the number of its call.
struct ToolCallAssembly: Sendable {
    private struct Part {
        var index: Int
        var id = ""
        var name = ""
        var arguments = ""
    }

    private var parts: [Part] = []
    /// No model calls so many tools at once; a server that says so is broken.
    private static let maximumCalls = 512
    private static let maximumArgumentBytes = 16 << 20

    /// Whether nothing was called.
    var isEmpty: Bool { self.parts.isEmpty }

    /// Takes a piece of a call.
    ///
    /// - Parameters:
    ///   - index: The number of the call within the answer; nil begins another one.
    ///   - id: The call's identifier, where the piece has it.
    ///   - name: The function's name, where the piece has it.
    ///   - arguments: More of the arguments' JSON.
    /// - Throws: ``LLMError`` with code `.unusableAnswer` where there is too much.
    mutating func add(index: Int?, id: String? = nil, name: String? = nil, arguments: String = "") throws {
        let index = index ?? (self.parts.last?.index ?? -1) + 1
        let place = self.parts.lastIndex { $0.index == index } ?? self.parts.endIndex
        if place == self.parts.endIndex { self.parts.append(Part(index: index)) }
        if let id, !id.isEmpty { self.parts[place].id = id }
        if let name, !name.isEmpty { self.parts[place].name = name }
        self.parts[place].arguments += arguments
        guard self.parts.count <= Self.maximumCalls,
            self.parts[place].arguments.utf8.count <= Self.maximumArgumentBytes
        else { throw LLMError(.unusableAnswer, "The answer calls too many tools, or one with too long arguments.") }
    }

    /// The calls, in the order in which the answer numbers them; none are left.
    ///
    /// - Throws: ``LLMError`` with code `.unusableAnswer` where a call has no name, or arguments that are no JSON.
    mutating func finish() throws -> [ToolCall] {
        defer { self.parts = [] }
        return try self.parts.sorted { $0.index < $1.index }.map { part in
            guard !part.name.isEmpty else {
                throw LLMError(.unusableAnswer, "The answer calls a tool without naming it.")
            }
            // Some servers name no call; within a conversation the number is enough.
            let id = part.id.isEmpty ? "call_\(part.index)" : part.id
            return ToolCall(id: id, name: part.name, arguments: try Self.arguments(part))
        }
    }

    private static func arguments(_ part: Part) throws -> JSONValue {
        guard !part.arguments.isEmpty else { return [:] }
        do {
            return try JSONValue(parsing: part.arguments)
        } catch {
            throw LLMError(
                .unusableAnswer, "The answer calls '\(part.name)' with arguments that are no JSON.", cause: error)
        }
    }
}
