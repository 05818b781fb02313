// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Cuts a stream of bytes into lines, wherever its pieces end; LF, CR and CRLF end a line.
public struct LineDecoder: Sendable {
    private let maximumLength: Int
    private var unfinished: [UInt8] = []
    private var isAfterReturn = false

    /// Starts before the first byte.
    ///
    /// - Parameter maximumLength: The most bytes of a line.
    public init(maximumLength: Int = 16 << 20) { self.maximumLength = maximumLength }

    /// Takes the next piece.
    ///
    /// - Parameters:
    ///   - piece: The bytes.
    ///   - onLine: Receives each line that ends in the piece, without its end; valid only during the call.
    /// - Throws: ``TransportError`` with code `.tooLarge`; what `onLine` throws.
    public mutating func feed(
        _ piece: UnsafeRawBufferPointer, onLine: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var start = 0
        for (index, byte) in piece.enumerated() where byte == 0x0A || byte == 0x0D {
            defer { self.isAfterReturn = byte == 0x0D }
            if byte == 0x0A, index == start, self.unfinished.isEmpty, self.isAfterReturn {
                // The second half of a CRLF.
                start = index + 1
                continue
            }
            let line = UnsafeRawBufferPointer(rebasing: piece[start..<index])
            start = index + 1
            if self.unfinished.isEmpty {
                try self.check(line.count)
                try onLine(line)
            } else {
                try self.keep(line)
                let whole = self.unfinished
                self.unfinished.removeAll(keepingCapacity: true)
                try whole.withUnsafeBytes(onLine)
            }
        }
        let rest = UnsafeRawBufferPointer(rebasing: piece[start...])
        if !rest.isEmpty {
            self.isAfterReturn = false
            try self.keep(rest)
        }
    }

    /// Takes the end of the stream.
    ///
    /// - Parameter onLine: Receives the last line if nothing ended it.
    /// - Throws: What `onLine` throws.
    public mutating func finish(onLine: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard !self.unfinished.isEmpty else { return }
        let whole = self.unfinished
        self.unfinished = []
        try whole.withUnsafeBytes(onLine)
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) throws {
        try self.check(self.unfinished.count + bytes.count)
        self.unfinished.append(contentsOf: bytes)
    }

    private func check(_ length: Int) throws {
        guard length <= self.maximumLength else {
            throw TransportError(.tooLarge, "A line of the answer is longer than \(self.maximumLength) bytes.")
        }
    }
}
