// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A part of an answer, for protocols that tell its kinds apart.
struct AnswerBlock: Sendable {
    /// What a block is.
    enum Kind: Sendable, Hashable {
        /// What the model thinks before it answers.
        case reasoning
        /// What it says.
        case text
        /// A call that it asks for.
        case call(ToolCall)
    }

    let kind: Kind
    /// What is thought or said.
    var text = ""
    /// The tokens of what is said, where the backend tells.
    var tokens: [SampledToken] = []
}

/// An answer as a row of blocks, whole or while it is written.
struct AnswerBlocks: Sendable {
    /// What happens to a block.
    enum Step: Sendable {
        /// It begins, without its text.
        case begin
        /// More of its text comes.
        case more(String, [SampledToken])
        /// It is complete.
        case end
    }

    /// The blocks so far.
    private(set) var all: [AnswerBlock] = []
    private var isOpen = false

    /// Begins an answer.
    init() {}

    /// Takes a whole answer.
    init(_ answer: GenerationResponse) {
        if !answer.reasoning.isEmpty { self.all.append(AnswerBlock(kind: .reasoning, text: answer.reasoning)) }
        if !answer.text.isEmpty {
            self.all.append(AnswerBlock(kind: .text, text: answer.text, tokens: answer.tokens))
        }
        self.all += answer.toolCalls.map { AnswerBlock(kind: .call($0)) }
    }

    /// Takes what the answer does next.
    ///
    /// - Returns: What this means for the blocks, each named by its place.
    mutating func steps(for event: GenerationEvent) -> [(place: Int, step: Step)] {
        switch event {
        case .text(let delta):
            let thoughts = delta.reasoning.isEmpty ? [] : self.add(.reasoning, delta.reasoning, [])
            guard !delta.text.isEmpty || !delta.tokens.isEmpty else { return thoughts }
            return thoughts + self.add(.text, delta.text, delta.tokens)
        case .toolCall(let call):
            return self.open(.call(call)) + self.close()
        case .finished: return self.close()
        }
    }

    private mutating func add(
        _ kind: AnswerBlock.Kind, _ text: String, _ tokens: [SampledToken]
    ) -> [(place: Int, step: Step)] {
        let steps = self.isOpen && self.all.last?.kind == kind ? [] : self.open(kind)
        let last = self.all.count - 1
        self.all[last].text += text
        self.all[last].tokens += tokens
        return steps + [(last, .more(text, tokens))]
    }

    private mutating func open(_ kind: AnswerBlock.Kind) -> [(place: Int, step: Step)] {
        let steps = self.close()
        self.all.append(AnswerBlock(kind: kind))
        self.isOpen = true
        return steps + [(self.all.count - 1, .begin)]
    }

    private mutating func close() -> [(place: Int, step: Step)] {
        guard self.isOpen else { return [] }
        self.isOpen = false
        return [(self.all.count - 1, .end)]
    }
}
