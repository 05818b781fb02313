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
            base: self.base.makeAsyncIterator(), transport: self.transport, place: self.place, deadline: self.deadline,
            remaining: self.maximumBytes)
    }

    /// Reads the pieces.
    public struct Iterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator
        let transport: HTTPTransport
        let place: String
        let deadline: NIODeadline
        var remaining: Int

        /// The next piece, or nil at the end of the body.
        ///
        /// - Throws: ``TransportError`` with code `.tooLarge`, `.timedOut` or `.interrupted`; `CancellationError`.
        public mutating func next() async throws -> ByteBuffer? {
            let piece: ByteBuffer?
            do {
                piece = try await self.base.next(isolation: #isolation)
            } catch { throw transportError(error, at: self.place, isAnswered: true) }
            guard let piece else { return nil }
            self.remaining -= piece.readableBytes
            guard self.remaining >= 0 else {
                throw TransportError(.tooLarge, "The answer of \(self.place) is larger than allowed.")
            }
            guard self.deadline > .now() else {
                throw TransportError(.timedOut, "The answer of \(self.place) was not complete in time.")
            }
            return piece
        }
    }
}
