// SPDX-License-Identifier: Apache-2.0

/// How a tensor's numbers are stored, by the numbers that GGUF files use for it.
///
/// Numbers that are absent here were withdrawn from the format (4, 5, 31–33, 36–38).
package enum TensorType: UInt32, Sendable, CaseIterable {
    case f32 = 0
    case f16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q8_1 = 9
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case q8_K = 15
    case iq2_xxs = 16
    case iq2_xs = 17
    case iq3_xxs = 18
    case iq1_s = 19
    case iq4_nl = 20
    case iq3_s = 21
    case iq2_s = 22
    case iq4_xs = 23
    case i8 = 24
    case i16 = 25
    case i32 = 26
    case i64 = 27
    case f64 = 28
    case iq1_m = 29
    case bf16 = 30
    case tq1_0 = 34
    case tq2_0 = 35
    case mxfp4 = 39
    case nvfp4 = 40
    case q1_0 = 41
    case q2_0 = 42

    /// How many numbers one block holds; a row must be a whole number of blocks.
    package var elementsPerBlock: Int { self.layout.elements }

    /// How many bytes one block takes.
    package var bytesPerBlock: Int { self.layout.bytes }

    /// The name as files and tools write it, such as `Q4_1`, `Q4_K`, `BF16`.
    package var name: String { "\(self)".uppercased() }

    /// The block layout.
    private var layout: (elements: Int, bytes: Int) {
        switch self {
        case .f64, .i64: (1, 8)
        case .f32, .i32: (1, 4)
        case .f16, .bf16, .i16: (1, 2)
        case .i8: (1, 1)
        case .q4_0, .iq4_nl: (32, 18)
        case .q4_1: (32, 20)
        case .q5_0: (32, 22)
        case .q5_1: (32, 24)
        case .q8_0: (32, 34)
        case .q8_1: (32, 36)
        case .mxfp4: (32, 17)
        case .nvfp4: (64, 36)
        case .q2_0: (64, 18)
        case .q1_0: (128, 18)
        default: self.superblockLayout
        }
    }

    /// The layout of the types with 256 numbers in a block.
    private var superblockLayout: (elements: Int, bytes: Int) {
        let bytes =
            switch self {
            case .q2_K: 84
            case .q3_K, .iq3_s: 110
            case .q4_K: 144
            case .q5_K: 176
            case .q6_K: 210
            case .q8_K: 292
            case .iq1_s: 50
            case .iq1_m: 56
            case .iq2_xxs, .tq2_0: 66
            case .iq2_xs: 74
            case .iq2_s: 82
            case .iq3_xxs: 98
            case .iq4_xs: 136
            default: 54  // tq1_0
            }
        return (256, bytes)
    }
}
