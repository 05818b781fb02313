// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import LLMCore
import NIOCore
import NIOHTTP1

/// The program serving, for the time of a test.
final class RunningServer: Sendable {
    private let process: ServingProcess
    /// What it says on stderr, line by line.
    private let lines: AsyncStream<String>

    private init(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = try Program.url()
        process.arguments = ["serve"] + arguments
        process.currentDirectoryURL = Program.root
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AUTOGLM_") }
        let errors = Pipe()
        (process.standardError, process.standardOutput) = (errors, FileHandle.nullDevice)
        try process.run()
        self.process = ServingProcess(process: process)
        let (lines, said) = AsyncStream<String>.makeStream()
        self.lines = lines
        let handle = errors.fileHandleForReading
        Thread.detachNewThread {
            var rest = Data()
            while case let part = handle.availableData, !part.isEmpty {
                rest += part
                while let end = rest.firstIndex(of: 0x0A) {
                    said.yield(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                    rest = rest[rest.index(after: end)...]
                }
            }
            said.finish()
        }
    }

    /// Serves until the test is over.
    static func run<Value: Sendable>(
        _ arguments: [String], _ body: (RunningServer) async throws -> Value
    ) async throws -> Value {
        let server = try RunningServer(arguments)
        defer { server.process.process.terminate() }
        return try await body(server)
    }

    /// The next line that has a text.
    ///
    /// - Throws: ``LLMError`` where the program ends without saying it.
    func line(with text: String) async throws -> String {
        var last = ""
        for await line in self.lines {
            if line.contains(text) { return line }
            last = line
        }
        throw LLMError(.backendFailed, "The server did not say '\(text)', but ended with: \(last)")
    }

    /// Where it listens, when it does.
    func address() async throws -> String {
        let line = try await self.line(with: "Listening on http")
        return String(line.split(separator: " ")[2].prefix { $0 != ";" })
    }

    /// Where it listens, when its repository's models are loaded: it listens before.
    func readyAddress() async throws -> String {
        let address = try await self.address()
        while try await HTTPClient.shared.status("\(address)/v2/health/ready") != 200 { await Task.yield() }
        return address
    }

    /// Has it read its configuration again; gives what it says of that.
    func reload() async throws -> String {
        kill(self.process.process.processIdentifier, SIGHUP)
        return try await self.line(with: "eloaded")
    }

    /// Has it read a configuration that it will not take; gives what it says of that.
    func refuseReload() async throws -> String {
        kill(self.process.process.processIdentifier, SIGHUP)
        return try await self.line(with: "is not taken")
    }
}

/// A process of a test's own.
private struct ServingProcess: @unchecked Sendable {  // Only asked for its number and ended after it was started.
    let process: Process
}

extension HTTPClient {
    /// The status of an answer.
    func status(_ url: String, key: String? = nil, body: String? = nil) async throws -> Int {
        var request = HTTPClientRequest(url: url)
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        if let body {
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: body))
        }
        return Int(try await self.execute(request, timeout: .seconds(120)).status.code)
    }
}
