// SPDX-License-Identifier: Apache-2.0

/// A token's place in its vocabulary.
package typealias TokenID = Int32

/// What a token is for, by the numbers that model files use for it.
package enum TokenKind: UInt8, Sendable {
    case undefined = 0
    case normal = 1
    case unknown = 2
    /// Steers the model and stands for no text, such as the end of a turn.
    case control = 3
    /// Text that is always found whole, before anything else is done with it.
    case userDefined = 4
    case unused = 5
    /// One byte, written as `<0x0A>`.
    case byte = 6
}
