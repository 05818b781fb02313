// SPDX-License-Identifier: Apache-2.0

internal import GuidedGeneration
internal import LLMCore

/// What an executor has written in one step.
struct ResponseStep {
    private(set) var text = ""
    private(set) var usage = LanguageModelSession.Usage()
    private var calls: [(id: String, tool: String, arguments: String)] = []
    private let response: GenerationID?
    private var reader: PartialJSONReader?

    /// Reads a step.
    ///
    /// - Parameter response: Where the identities of structured content come from; nil for text.
    init(structured response: GenerationID?) {
        self.response = response
        self.reader = response.map { PartialJSONReader(response: $0) }
    }

    /// Takes more of the step.
    ///
    /// - Returns: The response so far, where there is more of it than before.
    /// - Throws: ``JSONError`` where the response is no JSON but has to be.
    mutating func take(_ event: ExecutorTurn.Event) throws -> GeneratedContent? {
        switch event.kind {
        case .usage(let usage): self.usage = usage
        case .arguments(let more, let id, let tool):
            if let index = self.calls.firstIndex(where: { $0.id == id }) {
                self.calls[index].arguments += more
            } else {
                self.calls.append((id, tool, more))
            }
        case .replacedText(let text):
            self.text = ""
            self.reader = self.response.map { PartialJSONReader(response: $0) }
            return try self.append(text)
        case .text(let text): return try self.append(text)
        }
        return nil
    }

    /// The tool calls.
    ///
    /// - Throws: ``LanguageModelSession/GenerationError/decodingFailure(_:)`` where arguments are no JSON.
    func toolCalls() throws -> [Transcript.ToolCall] {
        try self.calls.map { call in
            do {
                let arguments = try JSONValue(parsing: call.arguments.isEmpty ? "{}" : call.arguments)
                return Transcript.ToolCall(id: call.id, toolName: call.tool, arguments: GeneratedContent(arguments))
            } catch {
                throw LanguageModelSession.GenerationError.decodingFailure(
                    .init(
                        debugDescription: "The arguments of a call of '\(call.tool)' are no JSON: \(error)",
                        underlyingErrors: [error]))
            }
        }
    }

    private mutating func append(_ text: String) throws -> GeneratedContent? {
        self.text += text
        guard self.reader != nil else { return self.text.generatedContent }
        try self.reader?.append(text)
        return self.reader?.content
    }
}
