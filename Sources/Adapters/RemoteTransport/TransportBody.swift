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
                piece =
                    self.deadline == .distantFuture
                    ? try await self.base.next(isolation: #isolation) : try await self.nextInTime()
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

        /// The next piece, unless the deadline comes first, which ends the exchange.
        private mutating func nextInTime() async throws -> ByteBuffer? {
            let reader = Reader(self.base)
            defer { self.base = reader.base }
            let remaining = Duration.nanoseconds((self.deadline - .now()).nanoseconds)
            guard remaining > .zero,
                let piece = try await race(
                    against: { try await Task.sleep(for: remaining) }, { try await reader.base.next() })
            else { throw TransportError(.timedOut, "The answer of \(self.place) was not complete in time.") }
            return piece
        }
    }

    /// Lends an iterator to a child task.
    private final class Reader: @unchecked Sendable {  // one child task uses it, and its parent waits for that
        var base: HTTPClientResponse.Body.AsyncIterator

        init(_ base: HTTPClientResponse.Body.AsyncIterator) { self.base = base }
    }
}
