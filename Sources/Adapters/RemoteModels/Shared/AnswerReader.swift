// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import NIOCore
internal import RemoteTransport
internal import Synchronization

/// How an answer is cut into the pieces that a decoder takes.
enum AnswerFraming: Sendable {
    /// The data of each server-sent event.
    case events(ServerSentEvents)
    /// Each line that is not empty.
    case lines(LineDecoder)

    mutating func feed(_ bytes: UnsafeRawBufferPointer, _ onPiece: (UnsafeRawBufferPointer) throws -> Void) throws {
        switch self {
        case .events(var events):
            defer { self = .events(events) }
            try events.feed(bytes) { event in try event.data.withUnsafeBytes(onPiece) }
        case .lines(var lines):
            defer { self = .lines(lines) }
            try lines.feed(bytes) { line in if !line.isEmpty { try onPiece(line) } }
        }
    }

    mutating func finish(_ onPiece: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard case .lines(var lines) = self else { return }
        try lines.finish(onLine: onPiece)
    }
}

/// Reads an answer while it arrives.
final class AnswerReader<Decoder: AnswerDecoder>: @unchecked Sendable {  // `isBusy` lets one task in
    private let isBusy = Atomic(false)
    private let server: String
    private var body: TransportBody.Iterator
    private var framing: AnswerFraming
    private var decoder: Decoder
    private var events = AnswerEvents()
    private var isAtEnd = false

    init(_ response: TransportResponse, framing: AnswerFraming, decoder: Decoder, server: String) {
        self.body = response.body.makeAsyncIterator()
        self.framing = framing
        self.decoder = decoder
        self.server = server
    }

    /// The events, as they arrive.
    var stream: GenerationStream { GenerationStream(unfolding: { try await self.next() }) }

    private func next() async throws -> GenerationEvent? {
        guard self.isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            throw LLMError(.invalidRequest, "Two tasks read the same stream; each answer has one reader.")
        }
        defer { self.isBusy.store(false, ordering: .releasing) }
        do {
            return try await self.nextEvent()
        } catch let error as TransportError {
            self.isAtEnd = true
            throw LLMError(error, isAnswered: true)
        } catch {
            self.isAtEnd = true
            throw error
        }
    }

    private func nextEvent() async throws -> GenerationEvent? {
        while true {
            if let event = self.events.next() { return event }
            if self.isAtEnd { return nil }
            if let piece = try await self.readPiece() {
                // What follows the summary is read so that the connection can be used again, and dropped.
                guard !self.events.isFinished else { continue }
                try piece.withUnsafeReadableBytes { bytes in
                    try self.framing.feed(bytes) { try self.decoder.decode($0, into: &self.events) }
                }
            } else {
                self.isAtEnd = true
                try self.end()
            }
        }
    }

    private func readPiece() async throws -> ByteBuffer? {
        do {
            return try await self.body.next()
        } catch  where self.events.isFinished { return nil }
    }

    private func end() throws {
        guard !self.events.isFinished else { return }
        try self.framing.finish { try self.decoder.decode($0, into: &self.events) }
        try self.decoder.end(into: &self.events)
        guard self.events.isFinished else {
            throw LLMError(.truncatedStream, "The server at \(self.server) ended its answer before it was complete.")
        }
    }
}
