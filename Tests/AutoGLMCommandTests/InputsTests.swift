// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import NATSServing
import Testing

@Suite("Inputs on the command line", .timeLimit(.minutes(20)))
struct InputsTests {
    private static let samples = Program.root.appending(path: "Tests/MediaRecognitionTests/Fixtures").path

    private static let table = """
        queue: {watermark: 10s}
        window: {length: 1000s}
        prompt: {instructions: Say what happens.}
        routes:
          - {handler: read-image, modality: image}
          - {handler: read-audio, options: {transcript: false}}
          - {handler: parse-text}
        """

    @Test("Events of several sources come out in the order of their times, and become a prompt")
    func run() async throws {
        let files = try TemporaryFiles()
        try files.write(Data(Self.table.utf8), "table.yaml")
        let events = """
            {"text": "third", "source": "a", "timestamp_ns": 3000000000}
            {"path": "\(Self.samples)/page.png", "source": "camera", "timestamp_ns": 2000000000}
            {"text": "first", "source": "a", "timestamp_ns": 1000000000}
            {"path": "\(Self.samples)/stereo.wav", "source": "microphone", "timestamp_ns": 4000000000}
            {"txt": "wrong"}
            """
        let outcome = try await Program.run(
            ["inputs", "run", files.path("table.yaml"), "--standard-input", "--prompts", "--output", "json"],
            input: Array(events.utf8))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = try outcome.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let errors = lines.compactMap { $0["error"]?.stringValue }
        #expect(errors.count == 1 && errors[0].contains("'text'"))
        let handled = lines.filter { $0["route"] != nil }
        #expect(handled.compactMap { $0["timestamp_ns"]?.integerValue } == [1, 2, 3, 4].map { $0 * 1_000_000_000 })
        #expect(handled.map { $0["route"] } == ["parse-text", "read-image", "parse-text", "read-audio"])
        let messages = try #require(lines.last?["messages"]?.arrayValue)
        let text = messages.last?["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
        #expect(
            text.contains("[2.000 s, camera] picture with the text: \"Platform 9 closes at 10:30 Please mind the gap\"")
        )
        #expect(text.contains("[3.000 s, a] text: \"third\"\n[4.000 s, microphone] recording without speech"))
    }

    @Test("Files come in the order in which they were written, not in that in which they are named")
    func written() async throws {
        let files = try TemporaryFiles()
        try files.write(
            Data("queue: {watermark: 0s, when_late: fail}\nroutes: [{handler: parse-text}]".utf8), "table.yaml")
        for (name, seconds) in [("second.txt", 2_000.0), ("first.txt", 1_000)] {
            try files.write(Data(name.utf8), name)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: files.path(name))
        }
        let outcome = try await Program.run(
            ["inputs", "run", files.path("table.yaml"), files.path("second.txt"), files.path("first.txt")])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let lines = outcome.text.split(separator: "\n").filter { $0.hasPrefix("file/") }
        #expect(lines.count == 2 && lines[0].hasPrefix("file/first.txt") && !outcome.text.contains("late"))
    }

    @Test("A part that fails ends the others, and an event that is refused ends nothing")
    func failures() async throws {
        let files = try TemporaryFiles()
        try files.write(
            Data("queue: {when_late: fail, watermark: 0s}\nroutes: [{handler: parse-text}]".utf8), "table.yaml")
        let ended = try await Program.run(
            [
                "inputs", "run", files.path("table.yaml"), "--listen", "127.0.0.1:0", "--watch",
                files.path("nowhere"),
            ])
        #expect(ended.status == 1 && ended.errors.contains("nowhere"), "\(ended.errors)")
        let events = """
            {"text": "a", "timestamp_ns": 2000000000}
            {"text": "b", "timestamp_ns": 1000000000}
            {"text": "c", "timestamp_ns": 9000000000000000000}
            {"text": "d", "timestamp_ns": 3000000000}
            """
        let outcome = try await Program.run(
            ["inputs", "run", files.path("table.yaml"), "--standard-input", "--output", "json"],
            input: Array(events.utf8))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = try outcome.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(lines.count { $0["error"] != nil } == 2 && lines.count { $0["route"] != nil } == 2)
    }

    @Test("What waits for its turn when the program is asked to end comes out before it does")
    func ending() async throws {
        let files = try TemporaryFiles([
            "table.yaml": "queue: {watermark: 5s, idle_after: 1h}\nroutes: [{handler: parse-text}]"
        ])
        // The second one lets the first one out, and nothing the second.
        let events = """
            {"text": "a", "timestamp_ns": 1000000000}
            {"text": "b", "timestamp_ns": 9000000000}
            """
        let outcome = try await Program.run(
            [
                "inputs", "run", files.path("table.yaml"), "--standard-input", "--listen", "127.0.0.1:0", "--output",
                "json",
            ], input: Array(events.utf8)
        ) { process, _ in process.terminate() }
        #expect(outcome.status == 128 + SIGTERM, "\(outcome.errors)")
        let lines = try outcome.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(lines.map { $0["text"] } == ["a", "b"])
    }

    @Test("What is told on a bus while nobody runs is read once, and what was found in it is told")
    func bus() async throws {
        let server = try NATSServer()
        let telling = """
            pipeline: telling
            steps: [{id: tell, uses: emit, with: {subject: room.chat, payload: {text: "At 10:30.", source: chat}}}]
            output: "${tell.subject}"
            """
        let files = try TemporaryFiles([
            "table.yaml": "routes: [{handler: parse-text}]", "other.yaml": "routes: [{handler: parse-text}]",
            "telling.yaml": telling,
        ])
        func run(_ arguments: [String]) async throws -> [JSONValue] {
            let outcome = try await Program.run(
                ["inputs", "run"] + arguments + ["--until-idle", "3s", "--output", "json"],
                environment: ["AUTOGLM_BUS": server.url])
            #expect(outcome.status == 0, "\(outcome.errors)")
            return try outcome.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        }
        let room = [files.path("table.yaml"), "--from-bus", "room.>", "--to-bus", "found.room"]
        let found = [files.path("other.yaml"), "--from-bus", "found.>"]
        #expect(try await run(room).isEmpty)
        #expect(try await run(found).isEmpty)
        let told = try await Program.run(
            ["run", files.path("telling.yaml")],
            environment: ["AUTOGLM_BUS": server.url, "AUTOGLM_STORE": files.path("runs.sqlite")])
        #expect(told.status == 0, "\(told.errors)")
        let read = try await run(room)
        #expect(read.map { $0["text"] } == ["At 10:30."] && read.first?["source"] == "chat")
        #expect(try await run(room).isEmpty)
        // What was found is no input, which is told with its subjects.
        #expect(try await run(found).map { $0["source"] } == ["found.room.input", "found.room.window"])
    }

    @Test(
        "Options of a bus that cannot be are told before anything is read",
        arguments: [
            (["--from-bus", "a..b"], "a..b"), (["--from-bus", "a.>", "--to-bus", "a.b"], "never end"),
            (["--from-bus", "a"], "nats://"),
        ])
    func options(arguments: [String], words: String) async throws {
        let files = try TemporaryFiles(["table.yaml": "routes: [{handler: parse-text}]"])
        let outcome = try await Program.run(["inputs", "run", files.path("table.yaml")] + arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.status) \(outcome.errors)")
    }

    @Test("A model that does not answer a window, and a line that is too long, end nothing")
    func goesOn() async throws {
        let files = try TemporaryFiles()
        let table = "queue: {watermark: 0s}\nwindow: {length: 1s}\nroutes: [{handler: parse-text}]"
        try files.write(Data(table.utf8), "table.yaml")
        var input = Array(#"{"text": "one", "source": "a", "timestamp_ns": 1000000000}"#.utf8) + [0x0A]
        input += [UInt8](repeating: 0x61, count: 48 << 20) + [0x0A]
        input += Array(#"{"text": "two", "source": "a", "timestamp_ns": 9000000000}"#.utf8)
        let outcome = try await Program.run(
            [
                "inputs", "run", files.path("table.yaml"), "--standard-input", "--ask", "--output", "json", "--backend",
                "openai", "--model", "none", "--base-url", "http://127.0.0.1:1/v1",
            ], input: input)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = try outcome.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let windows = lines.filter { $0["window"] != nil }
        #expect(windows.count == 2 && windows.allSatisfy { $0["answer"] == nil && $0["error"] != nil }, "\(lines)")
        #expect(lines.contains { $0["source"] == "stdin" && $0["error"]?.stringValue?.contains("'path'") == true })
        #expect(lines.count { $0["route"] != nil } == 2)
    }

    @Test("A file that appears in a watched folder is read")
    func watch() async throws {
        let files = try TemporaryFiles()
        try files.write(Data(Self.table.utf8), "table.yaml")
        try FileManager.default.createDirectory(atPath: files.path("notes"), withIntermediateDirectories: true)
        try files.write(Data("The train leaves at 10:30.".utf8), "notes/a.txt")
        let outcome = try await Program.run(
            ["inputs", "run", files.path("table.yaml"), "--watch", files.path("notes"), "--until-idle", "3s"])
        #expect(outcome.status == 0 && outcome.text.contains("notes/a.txt"), "\(outcome.errors)")
        #expect(outcome.text.contains("time: 10:30"))
    }

    @Test("What is read of a file is printed; what cannot be read is an error that says why")
    func read() async throws {
        let page = try await Program.run(["inputs", "read", "\(Self.samples)/page.png"])
        #expect(page.status == 0 && page.text.contains("  Please mind the gap\n"), "\(page.errors)")
        let files = try TemporaryFiles()
        try files.write(Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), "cut.png")
        let cut = try await Program.run(["inputs", "read", files.path("cut.png")])
        #expect(cut.status == 1 && cut.text.isEmpty && cut.errors.contains("damaged"))
        let both = try await Program.run(
            ["inputs", "read", files.path("cut.png"), "\(Self.samples)/page.png", "--output", "json"])
        let lines = try both.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(both.status == 1 && lines.count == 2, "\(both.text) \(both.errors)")
        #expect(lines.first?["name"] == .string(files.path("cut.png")) && lines.first?["error"] != nil)
        #expect(lines.last?["text"]?.stringValue?.contains("mind the gap") == true, "\(both.text)")
        let none = try await Program.run(["inputs", "run", files.path("cut.png")])
        #expect(none.status == 64)
    }

    @Test("A table's mistakes come with their lines before anything is read")
    func mistakes() async throws {
        let files = try TemporaryFiles()
        try files.write(Data("routes:\n  - {handler: read-imge}".utf8), "table.yaml")
        let outcome = try await Program.run(["inputs", "run", files.path("table.yaml"), "a.png"])
        #expect(
            outcome.status == 1 && outcome.errors.contains("table.yaml:2:") && outcome.errors.contains("'read-image'"))
    }
}
