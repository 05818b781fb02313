// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import InputsHTTP
internal import LLMCore
internal import MediaDecoding
internal import MediaRecognition
internal import ModelFacade
internal import MultimodalInputs
internal import PluginKinds
internal import ServiceLifecycle

/// `autoglm inputs run`: live sources through a routing table.
struct InputsRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Bring inputs of live sources into order, through a routing table, into prompts.",
        discussion: """
            Example:
              autoglm inputs run room.yaml --watch camera --watch microphone --prompts
              autoglm inputs run room.yaml --from-bus 'room.>' --to-bus found.room --bus nats://127.0.0.1:4222
              autoglm inputs run room.yaml --listen 127.0.0.1:8010

            Sources are files (whose time is when they were written), folders that are watched (their names are the \
            sources of their files), standard input: a text a line, or a JSON object with source, timestamp_ns and one of \
            text, data (in Base64) and path, and with --listen uploads over HTTP: POST /v1/inputs with such an object, or with \
            the bytes of a file and the headers X-Input-Source and X-Input-Timestamp; and over WebSocket at \
            /v1/inputs/stream?source=NAME&modality=image: binary messages with files, texts, and such objects. \
            AUTOGLM_INPUTS_KEY asks both for Authorization: Bearer KEY.

            With --from-bus messages of NATS come in: bytes, texts or such objects, with the same headers. They wait in a \
            stream of the bus; each is acknowledged when it was handled and no window that is open has it, so that what a run \
            had not finished comes again to the next one with a table of this name. With --to-bus what was found is told.

            Events come out in the order of their times; what waits for its turn when the program is asked to end comes out before \
            it does, within ten seconds. With --prompts each window's prompt is \
            printed, with --ask the model's answer to it, too. With --output json each line is a JSON object: of an event \
            that was handled, of a window, or of an event that failed ("error").
            """)

    @Option(name: .customLong("watch"), help: "Watch this folder for new files; may be given several times.")
    var folders: [String] = []

    @Flag(help: "Take events from standard input.")
    var standardInput = false

    @Option(help: "Take uploads over HTTP at HOST:PORT, such as 127.0.0.1:8010; a port of 0 takes a free one.")
    var listen: String?

    @OptionGroup(title: "Events") var events: InputBusOptions

    @Option(
        help:
            "Stop watching, and taking from the bus, when nothing new has come for so long, such as 2s (default: never)."
    )
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
        if self.files.isEmpty, self.folders.isEmpty, !self.standardInput, self.listen == nil,
            self.events.subjects.isEmpty
        {
            throw ValidationError(
                "Nothing comes in: name files, folders with --watch, --standard-input, --listen or --from-bus.")
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
        let bus = try self.events.open()
        let told = try await self.events.inputs(bus, table: self.table)
        let printer = InputPrinter(
            prompt: table.prompt, agent: agent, showsPrompts: self.prompts || self.ask, format: self.output.format,
            found: self.events.found(bus))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { queue.finish() }
                try await self.bring(to: queue, told, printer)
            }
            let reading = InputReading(
                run: InputRun(queue, router: router, windows: table.windows), told: told, printer: printer)
            group.addTask { try await RunningServices.run([reading], drain: .seconds(10)) }
            // The first that fails ends the others.
            for try await _ in group {}
        }
        await bus?.close()
        let statistics = queue.statistics
        let dropped = statistics.fullDropped + told.droppedCount
        if statistics.lateDropped + dropped > 0 {
            Console.note("Dropped: \(statistics.lateDropped) too late, \(dropped) for want of room.")
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
    private func bring(to queue: InputQueue, _ told: BusInputs, _ printer: InputPrinter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let take: @Sendable (Result<InputEvent, any Error>, String) async throws -> Void = { result, name in
                do {
                    _ = try await queue.push(result.get())
                } catch {
                    try await printer.failure(of: name, nil, error)
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
                    uploads.onListening = {
                        Console.note(
                            "Inputs are taken at http://\(host):\($0)/v1/inputs, and over WebSocket at its /stream")
                    }
                    try await RunningServices.run([uploads], drain: .seconds(5))
                }
            }
            group.addTask {
                try await told.run(into: queue, untilIdle: self.untilIdle?.value) {
                    try await printer.failure(of: $0, nil, $1)
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

/// Reads the queue to its end, also where a signal ends what comes in: what was taken from a client is not lost.
private struct InputReading: Service {
    let run: InputRun
    let told: BusInputs
    let printer: InputPrinter

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { self.told.finish() }
                try await self.run.run { try await self.printer.print($0) }
            }
            group.addTask { try await self.told.acknowledge() }
            // The first that fails ends the other.
            for try await _ in group {}
        }
    }
}
