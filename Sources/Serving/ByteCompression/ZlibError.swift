// SPDX-License-Identifier: Apache-2.0

/// Why bytes cannot be made fewer, or what they were before.
package enum ZlibError: Error {
    /// They are not in the form that they are said to be in, or are cut off.
    case damaged
    /// They become more than may be.
    case tooLarge
    /// The system has no memory for it.
    case noMemory
}
