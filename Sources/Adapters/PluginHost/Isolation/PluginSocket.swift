// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Reads frames from a socket, and writes them; one thread reads.
struct PluginSocket {
    /// What came.
    enum Arrival {
        /// A frame without its length.
        case frame(ArraySlice<UInt8>)
        /// Nothing within the socket's time.
        case nothing
        /// The other end is gone.
        case end
        /// What came is no frame.
        case nonsense
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Waits for the next frame.
    mutating func next() -> Arrival {
        while true {
            if let (body, needed) = self.buffer[self.start...].frame() {
                guard needed <= PluginFrame.maximumBytes else { return .nonsense }
                if let body {
                    self.start = body.endIndex
                    return .frame(body)
                }
            }
            if self.start > 0 {
                self.buffer.removeFirst(self.start)
                self.start = 0
            }
            if let other = self.fill() { return other }
        }
    }

    /// Reads what there is; something else than nil where nothing came.
    private mutating func fill() -> Arrival? {
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { space in
            while true {
                let count = recv(self.descriptor, space.baseAddress, space.count, 0)
                if count > 0 {
                    self.buffer.append(contentsOf: space.prefix(count))
                    return nil
                }
                if count == 0 { return .end }
                switch errno {
                case EINTR: continue
                case EAGAIN: return .nothing
                default: return .end
                }
            }
        }
    }

    /// Sends what fits at once, or everything.
    ///
    /// - Returns: How many bytes were sent; nil if the other end is gone.
    static func send(_ bytes: some Collection<UInt8>, to descriptor: Int32, isWaiting: Bool) -> Int? {
        let contiguous = Array(bytes)
        var sent = 0
        while sent < contiguous.count {
            #if canImport(Glibc)
            let flags = Int32(MSG_NOSIGNAL) | (isWaiting ? 0 : Int32(MSG_DONTWAIT))
            #else
            let flags = isWaiting ? 0 : MSG_DONTWAIT
            #endif
            let count = contiguous.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                Glibc.send(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, flags)
                #else
                Darwin.send(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, flags)
                #endif
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                return sent
            } else if errno != EINTR {
                return nil
            }
        }
        return sent
    }
}
