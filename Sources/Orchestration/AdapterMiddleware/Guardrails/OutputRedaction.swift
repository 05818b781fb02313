// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What becomes of an answer's events when secrets are kept out of it; a value that never waits.
struct OutputRedaction {
    private let action: ScreenAction
    private var scanner = SecretScanner()
    /// Reads what the model thinks, which is a text of its own.
    private var reasoningScanner = SecretScanner()
    /// Tokens of text that is held back; they are given with it, and forgotten with a secret.
    private var tokens: [SampledToken] = []
    /// Whether the answer has ended.
    private(set) var isOver = false

    init(action: ScreenAction) { self.action = action }

    /// What takes an event's place.
    mutating func events(for event: GenerationEvent) -> [GenerationEvent] {
        switch event {
        case .text(let delta):
            var events: [GenerationEvent] = []
            if !delta.reasoning.isEmpty {
                events = self.reasoningEvents(for: self.reasoningScanner.push(delta.reasoning))
                if self.isOver { return events }
            }
            self.tokens += delta.tokens
            events += self.events(for: self.scanner.push(delta.text))
            return events
        case .toolCall(var call):
            var events = self.rest()
            guard !self.isOver else { return events }
            var found: [String] = []
            call.arguments = call.arguments.mapStrings { text in
                let piece = SecretScanner.scan(text)
                found += piece.found
                return piece.text
            }
            events += found.isEmpty || self.action == .redact ? [.toolCall(call)] : [self.withheld()]
            return events
        case .finished:
            let events = self.rest()
            if self.isOver { return events }
            self.isOver = true
            return events + [event]
        }
    }

    /// What was held back.
    private mutating func rest() -> [GenerationEvent] {
        let events = self.reasoningEvents(for: self.reasoningScanner.finish())
        return self.isOver ? events : events + self.events(for: self.scanner.finish())
    }

    private mutating func reasoningEvents(for piece: SecretScanner.Piece) -> [GenerationEvent] {
        let isBlocked = !piece.found.isEmpty && self.action == .block
        let text = isBlocked ? piece.beforeFirst : piece.text
        let events: [GenerationEvent] = text.isEmpty ? [] : [.text(TextDelta(text: "", reasoning: text))]
        return isBlocked ? events + [self.withheld()] : events
    }

    private mutating func events(for piece: SecretScanner.Piece) -> [GenerationEvent] {
        let isBlocked = !piece.found.isEmpty && self.action == .block
        // What was shown before the secret may stay; nothing of what follows.
        let text = isBlocked ? piece.beforeFirst : piece.text
        if !piece.found.isEmpty { self.tokens = [] }
        var events: [GenerationEvent] = []
        let tokens = self.scanner.isHolding ? [] : self.tokens
        if !text.isEmpty || !tokens.isEmpty {
            events.append(.text(TextDelta(text: text, tokens: tokens)))
            if !self.scanner.isHolding { self.tokens = [] }
        }
        return isBlocked ? events + [self.withheld()] : events
    }

    /// Ends the answer; its usage is not known, since the model is not asked for the rest.
    private mutating func withheld() -> GenerationEvent {
        self.isOver = true
        let usage = TokenUsage(promptTokens: 0, completionTokens: 0)
        return .finished(GenerationSummary(finishReason: .contentFilter, usage: usage))
    }
}
