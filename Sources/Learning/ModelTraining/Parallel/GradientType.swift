// SPDX-License-Identifier: Apache-2.0

/// As what gradients travel.
package enum GradientType: String, Sendable, CaseIterable {
    /// As they are.
    case f32
    /// As bfloat16, half the bytes and three digits; they are summed in float32.
    case bf16

    /// How many bytes a number has on its way.
    var bytes: Int { self == .f32 ? 4 : 2 }
}

/// The upper half of a float, rounded to the nearest, halves to even.
struct HalfFloat {
    var bits: UInt16

    init(_ value: Float) {
        let bits = value.bitPattern
        // What is no number stays one that is none, whichever of its bits are cut.
        self.bits = value.isNaN ? 0x7FC0 : UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    }

    var value: Float { Float(bitPattern: UInt32(self.bits) << 16) }
}
