// SPDX-License-Identifier: Apache-2.0

package import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Writes replies of Ollama's protocol; a whole one is the last of a streamed one that has everything.
package struct OllamaReply: Sendable {
    /// How a generation went in time, as Ollama tells it.
    struct Times {
        var total: Duration
        var load: Duration
        var prompt: Duration
        var answer: Duration
    }

    /// The model's name as the client wrote it.
    package var model: String
    /// Whether the answer is a message of a chat.
    package var isChat: Bool
    /// How many alternatives a token's log-probability comes with; nil leaves log-probabilities out.
    package var topLogProbabilities: Int?
    /// What tells the time.
    private let clock: ReplyClock
    private let created: String
    private let started: Duration

    /// Begins a reply, and its time.
    package init(model: String, isChat: Bool, topLogProbabilities: Int?, clock: ReplyClock) {
        self.model = model
        self.isChat = isChat
        self.topLogProbabilities = topLogProbabilities
        self.clock = clock
        self.created = clock.iso8601
        self.started = clock.uptime()
    }

    /// The time since the reply began.
    var elapsed: Duration { self.clock.uptime() - self.started }

    /// Writes a whole answer.
    package func write(_ answer: GenerationResponse, to writer: inout JSONWriter) {
        let delta = TextDelta(text: answer.text, tokens: answer.tokens, reasoning: answer.reasoning)
        writer.object { writer in
            self.writeMembers(delta, answer.toolCalls, to: &writer)
            self.writeEnd(answer.summary, first: nil, to: &writer)
        }
    }

    /// Writes a piece of an answer.
    func write(_ delta: TextDelta, _ calls: [ToolCall] = [], to writer: inout JSONWriter) {
        writer.object { writer in
            self.writeMembers(delta, calls, to: &writer)
            writer.member("done", false)
        }
    }

    /// Writes that the model is there, for those who asked for nothing else.
    package func writeLoaded(to writer: inout JSONWriter) {
        writer.object { writer in
            self.writeMembers(TextDelta(text: ""), [], to: &writer)
            writer.member("done", true)
            writer.member("done_reason", "load")
        }
    }

    /// Writes the end of an answer whose text came before.
    ///
    /// - Parameters:
    ///   - summary: Why it ended, and what it took.
    ///   - first: When its first piece came, since its beginning.
    ///   - writer: Takes the object.
    func write(_ summary: GenerationSummary, first: Duration?, to writer: inout JSONWriter) {
        writer.object { writer in
            self.writeMembers(TextDelta(text: ""), [], to: &writer)
            self.writeEnd(summary, first: first, to: &writer)
        }
    }

    private func writeMembers(_ delta: TextDelta, _ calls: [ToolCall], to writer: inout JSONWriter) {
        writer.member("model", self.model)
        writer.member("created_at", self.created)
        if self.isChat {
            writer.key("message")
            writer.object { writer in
                writer.member("role", Role.assistant.rawValue)
                writer.member("content", delta.text)
                if !delta.reasoning.isEmpty { writer.member("thinking", delta.reasoning) }
                if !calls.isEmpty { writer.ollamaCalls(calls) }
            }
        } else {
            writer.member("response", delta.text)
            if !delta.reasoning.isEmpty { writer.member("thinking", delta.reasoning) }
        }
        guard let top = self.topLogProbabilities, !delta.tokens.isEmpty else { return }
        writer.key("logprobs")
        writer.tokens(delta.tokens, text: delta.text, top: top)
    }

    private func writeEnd(_ summary: GenerationSummary, first: Duration?, to writer: inout JSONWriter) {
        let times = self.times(summary.timings, first: first)
        writer.member("done", true)
        writer.member("done_reason", summary.finishReason == .length ? "length" : "stop")
        writer.member("total_duration", times.total.nanoseconds)
        writer.member("load_duration", times.load.nanoseconds)
        writer.member("prompt_eval_count", summary.usage.promptTokens)
        writer.member("prompt_eval_duration", times.prompt.nanoseconds)
        writer.member("eval_count", summary.usage.completionTokens)
        writer.member("eval_duration", times.answer.nanoseconds)
    }

    /// The backend's times where it tells them, else what was seen from here.
    private func times(_ timings: GenerationTimings?, first: Duration?) -> Times {
        let total = self.elapsed
        guard let timings else {
            let first = first ?? .zero
            return Times(total: total, load: .zero, prompt: first, answer: max(total - first, .nanoseconds(1)))
        }
        return Times(
            total: total, load: max(timings.timeToFirstToken - timings.prefill, .zero), prompt: timings.prefill,
            answer: timings.decode)
    }
}

extension JSONWriter {
    fileprivate mutating func ollamaCalls(_ calls: [ToolCall]) {
        self.key("tool_calls")
        self.array { writer in
            for (index, call) in calls.enumerated() {
                writer.value([
                    "id": .string(call.id),
                    "function": ["index": .integer(index), "name": .string(call.name), "arguments": call.arguments],
                ])
            }
        }
    }
}

extension ReplyClock {
    /// The time as Ollama writes it.
    var iso8601: String { Date(timeIntervalSince1970: Double(self.seconds())).ISO8601Format() }
}

extension Duration {
    /// Whole nanoseconds.
    var nanoseconds: Int { Int(self / .nanoseconds(1)) }
}
