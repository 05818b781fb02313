// SPDX-License-Identifier: Apache-2.0

/// What the numbers of two matrices are rounded to before they are multiplied; sums are floats.
package enum ProductPrecision: String, Sendable, CaseIterable {
    /// Nothing is rounded.
    case float32
    /// The upper half of a float: 8 bits of exponent, 7 of fraction.
    case bfloat16 = "bf16"
}
