// SPDX-License-Identifier: Apache-2.0

internal import CZlib
package import NIOCore

/// What stands around bytes that zlib has made fewer.
package enum ZlibForm: Sendable, CaseIterable {
    /// gzip's header and sum (RFC 1952).
    case gzip
    /// zlib's own (RFC 1950), which HTTP and gRPC call `deflate`.
    case zlib

    /// What zlib calls the form around the compressed bytes.
    private var windowBits: Int32 { self == .gzip ? 15 + 16 : 15 }

    /// How much is inflated at a time.
    private static var step: Int { 64 << 10 }

    /// The bytes in fewer ones.
    ///
    /// - Throws: ``ZlibError`` where memory is short.
    package func deflated(_ body: ByteBuffer) throws -> ByteBuffer {
        let stream = ZlibStream()
        guard
            deflateInit2_(
                stream.state, Z_BEST_SPEED, Z_DEFLATED, self.windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                ZlibStream.size) == Z_OK
        else { throw ZlibError.noMemory }
        defer { deflateEnd(stream.state) }
        var (input, output) = (body, ByteBuffer())
        let isWhole = input.withUnsafeMutableReadableBytes { bytes in
            guard stream.take(bytes) else { return false }
            var status = Z_OK
            output.writeWithUnsafeMutableBytes(
                minimumWritableBytes: Int(deflateBound(stream.state, UInt(bytes.count)))
            ) { room in
                stream.give(room, room.count)
                status = CZlib.deflate(stream.state, Z_FINISH)
                return room.count - stream.room
            }
            return status == Z_STREAM_END
        }
        guard isWhole else { throw ZlibError.noMemory }
        return output
    }

    /// The bytes that were made fewer.
    ///
    /// - Parameter limit: How many there may be; no more are held at any time.
    /// - Throws: ``ZlibError`` for bytes that are damaged, cut off, or more than the limit.
    package func inflated(_ body: ByteBuffer, limit: Int) throws -> ByteBuffer {
        let stream = ZlibStream()
        guard inflateInit2_(stream.state, self.windowBits, ZLIB_VERSION, ZlibStream.size) == Z_OK else {
            throw ZlibError.noMemory
        }
        defer { inflateEnd(stream.state) }
        var (input, output) = (body, ByteBuffer())
        try input.withUnsafeMutableReadableBytes { bytes in
            guard stream.take(bytes) else { throw ZlibError.tooLarge }
            while true {
                var status = Z_OK
                // One byte more than may be tells that there are more.
                let most = min(Self.step, limit - output.readableBytes + 1)
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: most) { room in
                    stream.give(room, most)
                    status = inflate(stream.state, Z_NO_FLUSH)
                    return most - stream.room
                }
                guard output.readableBytes <= limit else { throw ZlibError.tooLarge }
                switch status {
                case Z_OK: continue
                case Z_STREAM_END where stream.rest == 0: return
                // gzip may have several parts, one behind the other.
                case Z_STREAM_END where self == .gzip && inflateReset(stream.state) == Z_OK: continue
                default: throw ZlibError.damaged
                }
            }
        }
        return output
    }
}

/// The state of zlib, which points to itself and must not move.
private final class ZlibStream {
    static var size: Int32 { Int32(MemoryLayout<z_stream>.size) }

    let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    init() { self.state.initialize(to: z_stream()) }

    deinit { self.state.deallocate() }

    /// How many bytes are left to be read.
    var rest: Int { Int(self.state.pointee.avail_in) }
    /// How many bytes may still be written.
    var room: Int { Int(self.state.pointee.avail_out) }

    /// Takes the bytes to read; false where they are more than zlib can count.
    func take(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard let count = UInt32(exactly: bytes.count) else { return false }
        self.state.pointee.next_in = bytes.bindMemory(to: UInt8.self).baseAddress
        self.state.pointee.avail_in = count
        return true
    }

    /// Gives the memory to write to.
    func give(_ room: UnsafeMutableRawBufferPointer, _ count: Int) {
        self.state.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
        self.state.pointee.avail_out = UInt32(clamping: count)
    }
}
