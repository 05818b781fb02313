// SPDX-License-Identifier: Apache-2.0

/// Tells generated values apart; it stays the same while a response is generated, and differs between responses.
///
/// A property of this type takes part in no schema: the model does not write it.
public struct GenerationID: Sendable, Hashable, Codable {
    /// The response, by 128 random bits.
    private let response: [UInt64]
    /// The value's place in the order in which the response's values began.
    private let ordinal: Int

    /// An identity that no other value has.
    public init() { self.init(response: [.random(in: .min ... .max), .random(in: .min ... .max)], ordinal: 0) }

    private init(response: [UInt64], ordinal: Int) {
        self.response = response
        self.ordinal = ordinal
    }

    /// The identity of the value of the same response that began as the n-th, from 0.
    func value(_ ordinal: Int) -> Self { Self(response: self.response, ordinal: ordinal) }
}
