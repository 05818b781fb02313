// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import LLMCore
public import NIOCore

/// The bytes of an answer in pieces of any size.
public struct TransportBody: AsyncSequence, Sendable {
    /// A piece.
    public typealias Element = ByteBuffer

    let base: HTTPClientResponse.Body
    /// Whose connection this comes by; it ends its exchanges when it is released.
    let transport: HTTPTransport
    let place: String
    let deadline: NIODeadline
    var maximumBytes: Int

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(
            source: self.deadline == .distantFuture ? .direct(self.base.makeAsyncIterator()) : .timed(self.timed()),
            transport: self.transport, place: self.place, remaining: self.maximumBytes)
    }

    /// The pieces until the deadline, which ends the exchange.
    private func timed() -> AsyncThrowingStream<ByteBuffer, any Error>.Iterator {
        let (base, place, maximumBytes) = (self.base, self.place, self.maximumBytes)
        let remaining = Duration.nanoseconds((self.deadline - .now()).nanoseconds)
        return relayed(
            against: { try await Task.sleep(for: remaining) },
            isOver: { TransportError(.timedOut, "The answer of \(place) was not complete in time.") },
            { give in
                // What is read ahead counts, too; the reader tells of what is too large.
                var ahead = 0
                for try await piece in base {
                    ahead += piece.readableBytes
                    give(piece)
                    if ahead > maximumBytes { return }
                }
            }
        ).makeAsyncIterator()
    }

    /// Where pieces come from.
    enum Source {
        case direct(HTTPClientResponse.Body.AsyncIterator)
        case timed(AsyncThrowingStream<ByteBuffer, any Error>.Iterator)
    }

    /// Reads the pieces.
    public struct Iterator: AsyncIteratorProtocol {
        var source: Source
        let transport: HTTPTransport
        let place: String
        var remaining: Int

        /// The next piece, or nil at the end of the body.
        ///
        /// - Throws: ``TransportError`` with code `.tooLarge`, `.timedOut` or `.interrupted`; `CancellationError`.
        public mutating func next() async throws -> ByteBuffer? {
            let piece: ByteBuffer?
            do {
                piece = try await self.nextPiece()
            } catch let error as TransportError {
                throw error
            } catch { throw transportError(error, at: self.place, isAnswered: true) }
            guard let piece else { return nil }
            self.remaining -= piece.readableBytes
            guard self.remaining >= 0 else {
                throw TransportError(.tooLarge, "The answer of \(self.place) is larger than allowed.")
            }
            return piece
        }

        private mutating func nextPiece() async throws -> ByteBuffer? {
            switch self.source {
            case .direct(var base):
                defer { self.source = .direct(base) }
                return try await base.next(isolation: #isolation)
            case .timed(var pieces):
                defer { self.source = .timed(pieces) }
                if let piece = try await pieces.next(isolation: #isolation) { return piece }
                // To a cancelled reader, the end means nothing.
                try Task.checkCancellation()
                return nil
            }
        }
    }
}
