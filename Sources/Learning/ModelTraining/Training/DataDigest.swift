// SPDX-License-Identifier: Apache-2.0

internal import Crypto

/// What a training reads, as a SHA-256: a checkpoint of other data is none of it.
struct DataDigest {
    private var hash = SHA256()

    /// Reads texts, each as one.
    mutating func read(_ texts: some Sequence<String>) {
        for text in texts { self.hash.update(data: Array(text.utf8) + [0]) }
    }

    /// Reads whole numbers, how many of them included.
    mutating func read(_ numbers: some Collection<Int>) {
        withUnsafeBytes(of: numbers.count) { self.hash.update(bufferPointer: $0) }
        for number in numbers { withUnsafeBytes(of: number) { self.hash.update(bufferPointer: $0) } }
    }

    /// Reads floats.
    mutating func read(_ numbers: [Float]) { numbers.withUnsafeBytes { self.hash.update(bufferPointer: $0) } }

    /// The digest in hexadecimal digits.
    var text: String {
        self.hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
