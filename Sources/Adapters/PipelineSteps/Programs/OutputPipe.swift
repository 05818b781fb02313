// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LLMCore
internal import Pipelines
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Brings what a program prints as it comes; a program that prints faster than this is read waits.
final class OutputPipe: Sendable {
    private static let pieceBytes = 1 << 16
    private let readEnd: Int32
    private let writeEnd: Mutex<Int32?>

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw fileError("A pipe for a program's output cannot be made") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        self.readEnd = ends[0]
        self.writeEnd = Mutex(ends[1])
    }

    deinit {
        self.closeWriteEnd()
        close(self.readEnd)
    }

    /// What the program is to print to; nil once it has been handed over.
    var descriptor: Int32? { self.writeEnd.withLock { $0 } }

    /// Leaves the program as the only one that can print, so that its end is the output's.
    func closeWriteEnd() { if let end = self.writeEnd.withLock({ $0.take() }) { close(end) } }

    /// The next bytes; nothing at the end.
    ///
    /// Waits on a thread of its own.
    func read() async throws -> [UInt8] {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: self.readNow()) }
        }
        return try result.get()
    }

    private func readNow() -> Result<[UInt8], PipelineError> {
        var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
        while true {
            #if canImport(Glibc)
            let count = Glibc.read(self.readEnd, &piece, piece.count)
            #else
            let count = Darwin.read(self.readEnd, &piece, piece.count)
            #endif
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(fileError("A program's output cannot be read")) }
            return .success(Array(piece[..<count]))
        }
    }
}

/// Makes text of bytes that come in parts; a character that is cut waits for its rest.
struct TextDecoder {
    private var rest: [UInt8] = []

    /// The characters that are complete now.
    mutating func add(_ bytes: [UInt8]) -> String {
        let all = self.rest + bytes
        let cut = all.count - Self.unfinished(all)
        self.rest = Array(all[cut...])
        return String(decoding: all[..<cut], as: UTF8.self)
    }

    /// What is left at the end: nothing, or a sign for the bytes that are no text.
    mutating func finish() -> String {
        defer { self.rest = [] }
        return String(decoding: self.rest, as: UTF8.self)
    }

    /// How many bytes at the end are the beginning of a character.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            let length = byte >= 0b1111_0000 ? 4 : byte >= 0b1110_0000 ? 3 : byte >= 0b1100_0000 ? 2 : 1
            return length > back ? back : 0
        }
        return 0
    }
}
