// SPDX-License-Identifier: Apache-2.0

internal import Crypto

/// SHA-256 of bytes that come in pieces.
package struct RunningHash: Sendable {
    private var hash = SHA256()

    /// The hash of nothing yet.
    package init() {}

    /// Takes more bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) { self.hash.update(bufferPointer: bytes) }

    /// Takes more bytes.
    package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { self.append($0) } }

    /// The hash of what was taken so far, in lower-case hexadecimal.
    package var text: String {
        self.hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
