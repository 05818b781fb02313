// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections

/// Writes replies of OpenAI's Responses.
package struct ResponsesReply: Sendable {
    /// How far a reply is.
    package enum State: Sendable {
        /// It is being written.
        case inProgress
        /// It is complete, or was cut.
        case ended(GenerationSummary)
        /// It came to nothing.
        case failed(APIError)
    }

    /// What tells this reply from others.
    package var id: String
    /// When it began, in seconds since 1970.
    package var created: Int
    /// The model's name as the client wrote it.
    package var model: String
    /// What was asked.
    package var request: ResponsesRequest

    /// Names a reply.
    package init(id: String, created: Int, model: String, request: ResponsesRequest) {
        self.id = id
        self.created = created
        self.model = model
        self.request = request
    }

    /// Writes a whole answer.
    package func write(_ answer: GenerationResponse, to writer: inout JSONWriter) {
        self.write(AnswerBlocks(answer).all, .ended(answer.summary), to: &writer)
    }

    /// Writes the reply with the items that it has so far.
    func write(_ blocks: [AnswerBlock], _ state: State, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", "resp_\(self.id)")
            writer.member("object", "response")
            writer.member("created_at", self.created)
            writer.member("status", state.name)
            writer.member("background", false)
            writer.member("error", state.error)
            writer.member("incomplete_details", state.cutReason.map { ["reason": .string($0)] as JSONValue } ?? .null)
            writer.member("model", self.model)
            writer.key("output")
            writer.array { writer in
                for (place, block) in blocks.enumerated() { self.write(block, place, isDone: true, to: &writer) }
            }
            writer.member("previous_response_id", .null)
            writer.member("store", false)
            writer.member("truncation", "disabled")
            writer.member("usage", state.usage)
            for (name, value) in self.request.repeated.objectValue ?? [:] { writer.member(name, value) }
        }
    }

    /// The identifier of an item.
    func itemID(_ kind: AnswerBlock.Kind, _ place: Int) -> String {
        let prefix =
            switch kind {
            case .reasoning: "rs"
            case .text: "msg"
            case .call: "fc"
            }
        return "\(prefix)_\(self.id)_\(place)"
    }

    /// Writes an item; one that is not done has nothing inside yet.
    func write(_ block: AnswerBlock, _ place: Int, isDone: Bool, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", self.itemID(block.kind, place))
            switch block.kind {
            case .reasoning:
                writer.member("type", "reasoning")
                writer.member("summary", [])
            case .text:
                writer.member("type", "message")
                writer.member("role", Role.assistant.rawValue)
            case .call(let call):
                writer.member("type", "function_call")
                writer.member("call_id", call.id)
                writer.member("name", call.name)
                writer.member("arguments", isDone ? call.arguments.serialized() : "")
            }
            if block.part != nil {
                writer.key("content")
                writer.array { writer in if isDone { self.writePart(of: block, to: &writer) } }
            }
            writer.member("status", isDone ? "completed" : "in_progress")
        }
    }

    /// Writes what is inside of an item.
    func writePart(of block: AnswerBlock, to writer: inout JSONWriter) {
        guard let part = block.part else { return }
        writer.object { writer in
            writer.member("type", part)
            writer.member("text", block.text)
            guard block.kind == .text else { return }
            writer.member("annotations", [])
            self.writeLogProbabilities(block.tokens, text: block.text, to: &writer)
        }
    }

    /// Writes the log-probabilities of a text's tokens, none where they were not asked for.
    func writeLogProbabilities(_ tokens: [SampledToken], text: String, to writer: inout JSONWriter) {
        writer.key("logprobs")
        let top = self.request.generation.topLogProbabilities
        writer.tokens(top == nil ? [] : tokens, text: text, top: top ?? 0)
    }
}

extension AnswerBlock {
    /// What its content is called; nil for a call, which has none.
    fileprivate var part: String? {
        switch self.kind {
        case .reasoning: "reasoning_text"
        case .text: "output_text"
        case .call: nil
        }
    }
}

extension ResponsesReply.State {
    /// The reply's `status`.
    var name: String {
        switch self {
        case .inProgress: "in_progress"
        case .ended: self.cutReason == nil ? "completed" : "incomplete"
        case .failed: "failed"
        }
    }

    /// Why there is not all of the answer, if so.
    fileprivate var cutReason: String? {
        guard case .ended(let summary) = self else { return nil }
        return switch summary.finishReason {
        case .length: "max_output_tokens"
        case .contentFilter: "content_filter"
        case .stop, .toolCalls: nil
        }
    }

    fileprivate var error: JSONValue {
        guard case .failed(let error) = self else { return .null }
        return ["code": .string(error.code ?? error.type), "message": .string(error.message)]
    }

    fileprivate var usage: JSONValue {
        guard case .ended(let summary) = self else { return .null }
        return [
            "input_tokens": .integer(summary.usage.promptTokens),
            "input_tokens_details": ["cached_tokens": .integer(summary.usage.cachedPromptTokens)],
            "output_tokens": .integer(summary.usage.completionTokens),
            "output_tokens_details": ["reasoning_tokens": 0],
            "total_tokens": .integer(summary.usage.totalTokens),
        ]
    }
}
