// SPDX-License-Identifier: Apache-2.0

/// How a student follows a teacher: its loss is α · cross-entropy + (1 − α) · T² · KL(teacher ‖ student), with logits divided by T in the second
/// part (Hinton, Vinyals and Dean, 2015).
package struct Distillation: Sendable, Equatable {
    /// How much the right classes count, from 0 to 1.
    package var alpha: Float = 0.3
    /// What logits are divided by.
    package var temperature: Float = 2

    /// The usual numbers.
    package init() {}
}
