// SPDX-License-Identifier: Apache-2.0

internal import HummingbirdCore
internal import LLMCore
internal import Logging
internal import NIOCore

/// Sends answers as they come, in any protocol.
struct ChatStream<Chunks: ReplyChunks>: Sendable {
    /// The answers.
    let streams: [GenerationStream]
    /// The first answer's first event, which has been read already; its stream gives what follows.
    let first: GenerationEvent?
    let chunks: Chunks

    /// Reads the first event, so that what fails before it is an error with a status of its own.
    init(_ streams: [GenerationStream], _ chunks: Chunks) async throws {
        var iterator = streams[0].makeAsyncIterator()
        self.first = try await iterator.next()
        self.streams = streams
        self.chunks = chunks
    }

    /// Sends everything; a reply that is cut off ends with an error and without its protocol's end.
    @concurrent
    func write(to writer: inout any ResponseBodyWriter) async throws {
        var chunks = self.chunks
        if let first { try await writer.send(chunks.bytes(for: first, of: 0)) }
        do {
            if self.streams.count == 1 {
                try await Self.relay(self.streams[0].map { (0, $0) }, through: &chunks, to: &writer)
            } else {
                try await self.relayAll(through: &chunks, to: &writer)
            }
            guard chunks.isComplete else {
                throw LLMError(.truncatedStream, "The answer was cut off: the model's stream ended without saying why.")
            }
        } catch let error as ClientGone {
            throw error
        } catch {
            return try await writer.send(chunks.failure(APIError(error)))
        }
        try await writer.send(chunks.end())
    }

    @concurrent
    private static func relay<Events: AsyncSequence>(
        _ events: Events, through chunks: inout Chunks, to writer: inout any ResponseBodyWriter
    ) async throws where Events.Element == (Int, GenerationEvent) {
        for try await (index, event) in events { try await writer.send(chunks.bytes(for: event, of: index)) }
    }

    /// Relays several answers, each event as it comes.
    @concurrent
    private func relayAll(through chunks: inout Chunks, to writer: inout any ResponseBodyWriter) async throws {
        let (merged, continuation) = AsyncThrowingStream<(Int, GenerationEvent), any Error>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for (index, stream) in self.streams.enumerated() {
                            group.addTask { for try await event in stream { continuation.yield((index, event)) } }
                        }
                        try await group.waitForAll()
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            defer { group.cancelAll() }
            try await Self.relay(merged, through: &chunks, to: &writer)
        }
    }
}

/// The client cannot be written to any more.
struct ClientGone: Error {
    let cause: any Error
}

extension ResponseBodyWriter {
    /// Sends bytes, if there are any.
    @concurrent
    fileprivate mutating func send(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        do { try await self.write(ByteBuffer(bytes: bytes)) } catch { throw ClientGone(cause: error) }
    }
}
