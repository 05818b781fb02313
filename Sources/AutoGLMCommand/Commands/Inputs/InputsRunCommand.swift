// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import InputsHTTP
internal import LLMCore
internal import MediaDecoding
internal import MediaRecognition
internal import ModelFacade
internal import MultimodalInputs
internal import PluginKinds

/// `autoglm inputs run`: live sources through a routing table.
struct InputsRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Bring inputs of live sources into order, through a routing table, into prompts.",
        discussion: """
            Example:
              autoglm inputs run room.yaml --watch camera --watch microphone --prompts

            Sources are files (whose time is when they were written), folders that are watched (their names are the \
            sources of their files), standard input: a text a line, or a JSON object with source, timestamp_ns and one of \
            text, data (in Base64) and path, and with --listen uploads over HTTP: POST /v1/inputs with such an object, or with \
            the bytes of a file and the headers X-Input-Source and X-Input-Timestamp. AUTOGLM_INPUTS_KEY asks uploads for \
            Authorization: Bearer KEY. Events come out in the order of their times. With --prompts each window's prompt is \
            printed, with --ask the model's answer to it, too. With --output json each line is a JSON object: of an event \
            that was handled, of a window, or of an event that failed ("error").
            """)

    @Option(name: .customLong("watch"), help: "Watch this folder for new files; may be given several times.")
    var folders: [String] = []

    @Flag(help: "Take events from standard input.")
    var standardInput = false

    @Option(help: "Take uploads over HTTP at HOST:PORT, such as 127.0.0.1:8010; a port of 0 takes a free one.")
    var listen: String?

    @Option(help: "Stop watching when nothing new has come for so long, such as 2s (default: never).")
    var untilIdle: TimeArgument?

    @Flag(help: "Print the prompt of each window.")
    var prompts = false

    @Flag(help: "Give each window's prompt to the model, and print its answer.")
    var ask = false

    @OptionGroup var model: ModelOptions

    @OptionGroup var plugins: PluginOptions

    @OptionGroup var output: OutputOptions

    @Argument(help: "The routing table, a YAML file.")
    var table: String

    @Argument(help: "Files that come in.")
    var files: [String] = []

    func validate() throws {
        if self.files.isEmpty, self.folders.isEmpty, !self.standardInput, self.listen == nil {
            throw ValidationError("Nothing comes in: name files, folders with --watch, --standard-input or --listen.")
        }
        if let listen, Self.address(listen) == nil {
            throw ValidationError("--listen is '\(listen)'; write HOST:PORT, such as 127.0.0.1:8010.")
        }
    }

    func run() async throws {
        let plugins = try self.plugins.host()
        let table = try RoutingTable(
            parsing: InputFile.text(path: self.table), file: self.table,
            kinds: InputHandlerKind.all + InputHandlerKind.plugins(of: plugins)
        ) { try InputHandlerKind.named($0, of: plugins) }
        let agent = self.ask ? try await self.model.open(plugins: plugins) : nil
        let router = try await InputRouter(table)
        let queue = InputQueue(table.order)
        let printer = InputPrinter(
            prompt: table.prompt, agent: agent, showsPrompts: self.prompts || self.ask, format: self.output.format)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { queue.finish() }
                try await self.bring(to: queue, printer)
            }
            group.addTask {
                try await InputRun(queue, router: router, windows: table.windows).run { try await printer.print($0) }
            }
            // The first that fails ends the others.
            for try await _ in group {}
        }
        let statistics = queue.statistics
        if statistics.lateDropped + statistics.fullDropped > 0 {
            Console.note("Dropped: \(statistics.lateDropped) too late, \(statistics.fullDropped) for want of room.")
        }
    }

    /// A host and a port, as `HOST:PORT`.
    private static func address(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
            let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        return (String(text[..<colon]), port)
    }

    /// Brings what comes from all sources, until they end.
    private func bring(to queue: InputQueue, _ printer: InputPrinter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let take: @Sendable (Result<InputEvent, any Error>, String) async throws -> Void = { result, name in
                do {
                    _ = try await queue.push(result.get())
                } catch {
                    try printer.failure(of: name, error)
                }
            }
            group.addTask {
                for file in MediaFile.inOrder(self.files) { try await take(Result { try file.event() }, file.path) }
            }
            for watcher in self.folders.map({ FolderWatcher($0) }) {
                queue.expect(watcher.source)
                group.addTask {
                    try await watcher.run(untilIdle: self.untilIdle?.value) { try await take($0, watcher.source) }
                }
            }
            if let (host, port) = self.listen.flatMap({ Self.address($0) }) {
                group.addTask {
                    var uploads = InputUploads(queue, logger: RunningServices.logger)
                    (uploads.host, uploads.port, uploads.key) = (host, port, Settings.text("INPUTS_KEY"))
                    uploads.onListening = { Console.note("Inputs are taken at http://\(host):\($0)/v1/inputs") }
                    try await RunningServices.run([uploads], drain: .seconds(5))
                }
            }
            if self.standardInput {
                group.addTask {
                    try await InputLineReader().run { try await take($0, "stdin") }
                }
            }
            for try await _ in group {}
        }
    }
}

/// Prints what comes out of a run.
struct InputPrinter: Sendable {
    let prompt: PromptFusion
    let agent: AutoGLM?
    let showsPrompts: Bool
    let format: OutputFormat

    /// Prints something that came out.
    func print(_ output: InputRun.Output) async throws {
        switch output {
        case .handled(let input):
            try self.format == .json ? Console.json(input.json) : Console.write(InputLines.text(input))
        case .failed(let event, let error): try self.failure(of: event.source, error)
        case .ignored(let event): Console.note("\(event.source): no route takes it (\(event.mediaType)).")
        case .window(let window): if self.showsPrompts { try await self.show(window) }
        }
    }

    /// Prints why something could not be taken.
    func failure(of source: String, _ error: any Error) throws {
        if error is CancellationError { throw error }
        let message = (error as? any CodedError)?.message ?? "\(error)"
        switch self.format {
        case .json: try Console.json(["source": .string(source), "error": .string(message)])
        case .text: Console.note("\(source): \(message)")
        }
    }

    private func show(_ window: InputWindow) async throws {
        let messages = self.prompt.messages(for: window, capabilities: self.agent?.adapter.capabilities ?? [])
        var answer: String?
        if let agent {
            answer = try await agent.response(to: GenerationRequest(prompt: .messages(messages))).text
        }
        switch self.format {
        case .json: try Console.json(InputLines.json(window, messages, answer: answer))
        case .text: try Console.write(InputLines.text(messages) + (answer.map { "--- assistant\n\($0)\n" } ?? ""))
        }
    }
}
