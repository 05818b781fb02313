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
        case .failed(let event, let error): try await self.failure(of: event.source, error)
        case .ignored(let event): Console.note("\(event.source): no route takes it (\(event.mediaType)).")
        case .window(let window): if self.showsPrompts || self.found != nil { try await self.show(window) }
        }
    }

    /// Prints why something could not be taken.
    func failure(of source: String, _ error: any Error) async throws {
        if error is CancellationError { throw error }
        let message = (error as? any CodedError)?.message ?? "\(error)"
        let json: JSONValue = ["source": .string(source), "error": .string(message)]
        switch self.format {
        case .json: try Console.json(json)
        case .text: Console.note("\(source): \(message)")
        }
        try await self.found?.tell(.failed, json)
    }

    private func show(_ window: InputWindow) async throws {
        let messages = self.prompt.messages(for: window, capabilities: self.agent?.adapter.capabilities ?? [])
        var answer: String?
        if let agent {
            answer = try await agent.response(to: GenerationRequest(prompt: .messages(messages))).text
        }
        let json = InputLines.json(window, messages, answer: answer)
        try await self.found?.tell(.window, json)
        guard self.showsPrompts else { return }
        switch self.format {
        case .json: try Console.json(json)
        case .text: try Console.write(InputLines.text(messages) + (answer.map { "--- assistant\n\($0)\n" } ?? ""))
        }
    }
}
