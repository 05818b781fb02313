// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore

/// Runs the program that was built, as a shell would.
enum Program {
    /// What a run left behind.
    struct Outcome: Sendable {
        var status: Int32
        var output: [UInt8]
        var errors: String

        /// What was written to stdout.
        var text: String { String(decoding: self.output, as: UTF8.self) }

        /// Stdout as one JSON value.
        func json() throws -> JSONValue { try JSONValue(parsing: self.text) }
    }

    /// The repository's root.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let state = FileManager.default.temporaryDirectory.appendingPathComponent(
        "autoglm-tests-\(ProcessInfo.processInfo.processIdentifier)")

    /// The program: next to the tests' own bundle, in the folder of products.
    static func url() throws -> URL {
        let beginnings =
            [Bundle.main.bundleURL, Bundle.main.executableURL].compactMap(\.self)
            + CommandLine.arguments.prefix(2).map { URL(fileURLWithPath: $0) }
        for beginning in beginnings {
            var folder = beginning.resolvingSymlinksInPath()
            for _ in 0..<5 {
                let program = folder.appendingPathComponent("autoglm")
                if FileManager.default.isExecutableFile(atPath: program.path), !Self.isFolder(program) {
                    return program
                }
                folder.deleteLastPathComponent()
            }
        }
        let fallback = self.root.appendingPathComponent(".build/release/autoglm")
        guard FileManager.default.isExecutableFile(atPath: fallback.path) else {
            throw LLMError(.backendFailed, "The program is not built; run make release.")
        }
        return fallback
    }

    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - arguments: The command line.
    ///   - input: What is piped in.
    ///   - environment: Variables to set besides those of the tests.
    ///   - watch: Given the process and each piece of stdout as it comes.
    ///   - watchErrors: The same for stderr.
    static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        watch: @escaping @Sendable (Process, Data) -> Void = { _, _ in },
        watchErrors: @escaping @Sendable (Process, Data) -> Void = { _, _ in }
    ) async throws -> Outcome {
        try await self.run(
            self.url(), arguments, input: input, environment: environment, watch: watch, watchErrors: watchErrors)
    }

    /// Runs another program to its end.
    static func run(program: String, _ arguments: [String]) async throws -> Outcome {
        try await self.run(URL(fileURLWithPath: program), arguments)
    }

    /// Runs a line of the shell in which `$0` is the program.
    static func shell(_ line: String) async throws -> Outcome {
        try await self.run(URL(fileURLWithPath: "/bin/sh"), ["-c", line, self.url().path])
    }

    private static func run(
        _ executable: URL, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        watch: @escaping @Sendable (Process, Data) -> Void = { _, _ in },
        watchErrors: @escaping @Sendable (Process, Data) -> Void = { _, _ in }
    ) async throws -> Outcome {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = self.root
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AUTOGLM_") }
        // Runs are stored apart from those of whoever runs the tests.
        variables["XDG_STATE_HOME"] = self.state.path
        variables.merge(environment) { _, new in new }
        process.environment = variables
        let (inputs, outputs, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = inputs
        process.standardOutput = outputs
        process.standardError = errors
        try process.run()
        try? inputs.fileHandleForWriting.write(contentsOf: Data(input))
        try? inputs.fileHandleForWriting.close()
        let running = UncheckedProcess(process: process)
        async let said = self.read(errors.fileHandleForReading) { watchErrors(running.process, $0) }
        let written = await self.read(outputs.fileHandleForReading) { watch(running.process, $0) }
        let complaints = await said
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: Array(written),
            errors: String(decoding: complaints, as: UTF8.self))
    }

    private static func isFolder(_ url: URL) -> Bool {
        (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
    }

    /// Reads a pipe to its end on a thread of its own.
    private static func read(_ handle: FileHandle, each: @escaping @Sendable (Data) -> Void) async -> Data {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var all = Data()
                while true {
                    let part = handle.availableData
                    if part.isEmpty { break }
                    all += part
                    each(part)
                }
                continuation.resume(returning: all)
            }
        }
    }
}

/// A process handed to the thread that reads its output.
private struct UncheckedProcess: @unchecked Sendable {  // Only asked for its number and sent signals while it runs.
    let process: Process
}

/// A folder of a test's own with files in it, removed with the value.
final class TemporaryFiles: Sendable {
    let folder: String

    init(_ files: [String: String] = [:]) throws {
        self.folder = NSTemporaryDirectory() + "autoglm-command-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        for (name, text) in files { try self.write(Data(text.utf8), name) }
    }

    func write(_ data: Data, _ name: String) throws {
        let file = URL(fileURLWithPath: self.path(name))
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }

    func path(_ name: String) -> String { "\(self.folder)/\(name)" }

    deinit { try? FileManager.default.removeItem(atPath: self.folder) }
}
