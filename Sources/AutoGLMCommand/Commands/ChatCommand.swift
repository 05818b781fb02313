// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade

/// `autoglm chat`: a conversation.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk with a model.",
        discussion: """
            Example:
              autoglm chat --system "You answer in one sentence."

            Each line is a turn; /help lists what else can be typed. Ctrl-C stops. Lines may also be piped in.
            """)

    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup var adapter: AdapterFlags
    @OptionGroup var sampling: SamplingFlags
    @OptionGroup var plugins: PluginOptions

    @Option(parsing: .unconditional, help: "The most tokens of an answer.")
    var maxTokens = 1024

    @Option(help: "Instructions for the model.")
    var system: String?

    private static let commands = ["/help", "/reset", "/exit"]

    func validate() throws {
        if self.maxTokens < 1 { throw ValidationError("--max-tokens is \(self.maxTokens); it must be 1 or more.") }
    }

    func run() async throws {
        let agent = try await self.model.open(adapters: self.adapter.paths, plugins: self.plugins.host())
        guard agent.adapter.capabilities.contains(.chat) else {
            throw LLMError(.unsupported, "'\(agent.adapter.name)' has no chat template; use: autoglm generate --raw")
        }
        if Console.inputIsTerminal { Console.note("\(agent.adapter.name) listens. /help lists the commands.") }
        var conversation = Conversation(system: self.system)
        var lines = LineReader()
        while let line = try self.nextLine(&lines) {
            switch line {
            case "": continue
            case "/exit", "/quit": return
            case "/help": Console.note("/help   this list\n/reset  forget the conversation\n/exit   end (also Ctrl-D)")
            case "/reset":
                conversation = Conversation(system: self.system)
                Console.note("The conversation is forgotten.")
            case _ where line.hasPrefix("/"):
                Console.note("There is no '\(line)'. \(NearestName.hint(for: line, in: Self.commands))")
            default: try await self.answer(line, in: &conversation, agent)
            }
        }
        if Console.inputIsTerminal { Console.note("") }
    }

    private func nextLine(_ lines: inout LineReader) throws -> String? {
        if Console.inputIsTerminal { Console.noteWithoutNewline("> ") }
        guard let line = try lines.next() else { return nil }
        let words = line.drop { $0.isWhitespace }
        return words.hasPrefix("/") ? words.split(whereSeparator: \.isWhitespace).first.map(String.init) : String(words)
    }

    private func answer(_ line: String, in conversation: inout Conversation, _ agent: AutoGLM) async throws {
        conversation.turns.append(.user(line))
        let stream = try await self.stream(&conversation, agent)
        var answer = ""
        for try await event in stream {
            guard case .text(let delta) = event else { continue }
            try Console.write(delta.text)
            answer += delta.text
        }
        try Console.write("\n")
        try Task.checkCancellation()
        conversation.turns.append(.assistant(answer))
    }

    /// Starts an answer; where the conversation has become too long for the model, its oldest turns are left out.
    private func stream(_ conversation: inout Conversation, _ agent: AutoGLM) async throws -> GenerationStream {
        while true {
            var request = GenerationRequest(
                prompt: .messages(conversation.messages),
                sampling: self.sampling.options(agent.adapter.defaultSampling), maxTokens: self.maxTokens)
            request.adapter = self.adapter.name
            do {
                return try await agent.adapter.generate(request)
            } catch let error as LLMError where error.code == .contextOverflow && conversation.turns.count > 2 {
                conversation.turns.removeFirst(2)
                Console.note("(The oldest turns no longer fit the model's context and are left out.)")
            }
        }
    }
}

/// The turns of a conversation.
private struct Conversation {
    let system: Message?
    var turns: [Message] = []

    init(system: String?) { self.system = system.map(Message.system) }

    /// What the model is given.
    var messages: [Message] { [self.system].compactMap(\.self) + self.turns }
}
