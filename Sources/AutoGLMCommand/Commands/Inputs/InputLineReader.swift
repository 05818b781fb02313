// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MediaDecoding
internal import MultimodalInputs

/// Reads events from standard input, a line each: a text, or a JSON object.
struct InputLineReader: Sendable {
    private static let maximumLine = 1 << 20

    /// Reads until standard input ends.
    func run(_ give: (Result<InputEvent, any Error>) async throws -> Void) async throws {
        var rest: [UInt8] = []
        while true {
            let part = try InputFile.standardInputPart()
            rest += part
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(rest[..<end])
                rest.removeFirst(end + 1)
                if !line.isEmpty { try await give(Result { try Self.event(line) }) }
            }
            guard rest.count <= Self.maximumLine else {
                throw CommandError(.badInput, "A line of standard input is longer than \(Self.maximumLine) bytes.")
            }
            if part.isEmpty {
                if !rest.isEmpty { try await give(Result { try Self.event(rest) }) }
                return
            }
        }
    }

    /// The event of a line.
    static func event(_ line: [UInt8]) throws -> InputEvent {
        guard line.first == UInt8(ascii: "{") else {
            return try InputEvent(encoded: line, timestamp: SystemTime.nanoseconds, source: "stdin")
        }
        return try InputEvent(
            json: JSONValue(parsing: line), now: SystemTime.nanoseconds, source: "stdin", allowsPaths: true)
    }
}
