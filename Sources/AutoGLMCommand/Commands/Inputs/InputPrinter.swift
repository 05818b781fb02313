// SPDX-License-Identifier: Apache-2.0

internal import InputsMessaging
internal import LLMCore
internal import ModelFacade
internal import MultimodalInputs

/// Prints what comes out of a run, and tells it on a bus.
struct InputPrinter: Sendable {
    let prompt: PromptFusion
    let agent: AutoGLM?
    let showsPrompts: Bool
    let format: OutputFormat
    /// Where it is told; nil where nobody is.
    let found: FoundInputs?

    /// Prints something that came out.
    func print(_ output: InputRun.Output) async throws {
        switch output {
        case .handled(let input):
            try self.format == .json ? Console.json(input.json) : Console.write(InputLines.text(input))
            try await self.found?.tell(.input, input.json)
        case .failed(let event, let error): try await self.failure(of: event.source, event.name, error)
        case .ignored(let event):
            Console.note("\(InputLines.title(event.source, event.name)): no route takes it (\(event.mediaType)).")
        case .window(let window): if self.showsPrompts || self.found != nil { try await self.show(window) }
        }
    }

    /// Prints why something could not be taken.
    func failure(of source: String, _ name: String?, _ error: any Error) async throws {
        if error is CancellationError { throw error }
        let json = InputLines.failure(of: source, name, error)
        switch self.format {
        case .json: try Console.json(json)
        case .text: Console.note("\(InputLines.title(source, name)): \(InputLines.message(error))")
        }
        try await self.found?.tell(.failed, json)
    }

    private func show(_ window: InputWindow) async throws {
        let messages = self.prompt.messages(for: window, capabilities: self.agent?.adapter.capabilities ?? [])
        let answer = try await self.answer(to: messages)
        let json = InputLines.json(window, messages, answer: answer)
        try await self.found?.tell(.window, json)
        guard self.showsPrompts else { return }
        switch self.format {
        case .json: try Console.json(json)
        case .text:
            try Console.write(InputLines.text(messages))
            switch answer {
            case .success(let text)?: try Console.write("--- assistant\n\(text)\n")
            case .failure(let error)?:
                Console.note("The model did not answer this window: \(InputLines.message(error))")
            case nil: break
            }
        }
    }

    /// What the model says, or why it does not: the windows after this one may have answers; nil where none is asked.
    private func answer(to messages: [Message]) async throws -> Result<String, any Error>? {
        guard let agent else { return nil }
        do {
            return .success(try await agent.response(to: GenerationRequest(prompt: .messages(messages))).text)
        } catch {
            try Task.checkCancellation()
            return .failure(error)
        }
    }
}
