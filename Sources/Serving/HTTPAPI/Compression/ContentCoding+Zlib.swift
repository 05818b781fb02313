// SPDX-License-Identifier: Apache-2.0

internal import ByteCompression
internal import HTTPTypes
package import NIOCore

extension ContentCoding {
    private var form: ZlibForm { self == .gzip ? .gzip : .zlib }

    /// The bytes in fewer ones.
    ///
    /// - Throws: ``APIError`` where memory is short.
    package func deflated(_ body: ByteBuffer) throws -> ByteBuffer {
        do { return try self.form.deflated(body) } catch { throw Self.shortOfMemory }
    }

    /// The bytes that were made fewer.
    ///
    /// - Parameter limit: How many there may be; no more are held at any time.
    /// - Throws: ``APIError`` for bytes that are damaged, cut off, or more than the limit.
    package func inflated(_ body: ByteBuffer, limit: Int) throws -> ByteBuffer {
        do { return try self.form.inflated(body, limit: limit) } catch ZlibError.tooLarge {
            throw APIError.tooLarge(limit)
        } catch ZlibError.damaged {
            throw APIError(
                .badRequest, "The body is no whole \(self.rawValue), as its Content-Encoding says.",
                code: "invalid_encoding")
        } catch { throw Self.shortOfMemory }
    }

    private static var shortOfMemory: APIError { APIError(.internalServerError, "There is no memory to compress.") }
}
