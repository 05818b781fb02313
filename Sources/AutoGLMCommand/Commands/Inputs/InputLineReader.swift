// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MediaDecoding
internal import MultimodalInputs

/// Reads events from standard input, a line each: a text, or a JSON object.
struct InputLineReader: Sendable {
    /// A file as large as may be, in Base64, and what is around it.
    private static let maximumLine = MediaLimits().bytes / 3 * 4 + (1 << 20)

    /// Reads until standard input ends; a line that is no event, or too long, is left out and told.
    func run(_ give: (Result<InputEvent, any Error>) async throws -> Void) async throws {
        var (line, isTooLong) = ([UInt8](), false)
        func end() async throws {
            defer { (line, isTooLong) = ([], false) }
            if isTooLong { return try await give(.failure(Self.tooLong)) }
            if !line.isEmpty { try await give(Result { try Self.event(line) }) }
        }
        while true {
            let part = try InputFile.standardInputPart()
            let pieces = part.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (number, piece) in pieces.enumerated() {
                if number > 0 { try await end() }
                isTooLong = isTooLong || line.count + piece.count > Self.maximumLine
                if isTooLong { line = [] } else { line += piece }
            }
            if part.isEmpty { return try await end() }
        }
    }

    private static var tooLong: CommandError {
        CommandError(
            .badInput,
            "A line is longer than \(Self.maximumLine) bytes, and was left out. Write a file's 'path' in place of its 'data'."
        )
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
