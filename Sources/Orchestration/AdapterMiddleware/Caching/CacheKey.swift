// SPDX-License-Identifier: Apache-2.0

internal import Crypto
public import LLMCore

/// Names a request in a cache: a hash of everything that its answer depends on.
///
/// It does not matter in what order the members of objects are written. A key tells nothing of the request.
public struct CacheKey: Sendable, Hashable {
    /// SHA-256, in hexadecimal.
    public let text: String

    /// The key of a request to a model.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - scope: What tells the model, and how it is set up, apart from others.
    public init(_ request: GenerationRequest, scope: String) {
        let content: JSONValue = ["version": 1, "scope": .string(scope), "request": request.identity]
        self.text = Self.hash(content.canonical.serialized().utf8)
    }

    /// SHA-256 of bytes, in hexadecimal.
    static func hash(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = SHA256.hash(data: Array(bytes))
        return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
