// SPDX-License-Identifier: Apache-2.0

/// What of a text is read.
package enum TextStyle: Sendable {
    /// For telling texts apart: letters are lower case, every digit is 0, spaces are nothing. A task depends on there being a number,
    /// hardly on which.
    case folded
    /// For writing texts: everything but how wide spaces are. Digits and ideographs are words of their own.
    case exact
}
