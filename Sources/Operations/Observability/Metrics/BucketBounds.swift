// SPDX-License-Identifier: Apache-2.0

/// The sizes by which values are told apart, as OpenTelemetry's conventions give them.
enum BucketBounds {
    /// Seconds of HTTP exchanges.
    static let requests = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
    /// Seconds of whole generations, and from piece to piece.
    static let generations = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
    /// Seconds until a server's first token.
    static let firstTokens = [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]
    /// Seconds for each of a server's tokens after the first.
    static let tokenTimes = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]
    /// Tokens.
    static let tokens = (0...13).map { Double(1 << (2 * $0)) }
}
