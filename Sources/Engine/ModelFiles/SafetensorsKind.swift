// SPDX-License-Identifier: Apache-2.0

/// A kind of number that safetensors files may hold.
struct SafetensorsKind {
    /// The name as files write it, such as `BF16`.
    let name: String

    /// The size of one number in bits.
    let bits: Int

    /// The type under which such numbers are read, or nil when they cannot be.
    let type: TensorType?

    /// The kind of a name, or nil when the format knows none such.
    init?(_ name: String) {
        guard let entry = Self.all[name] else { return nil }
        self.name = name
        self.bits = entry.bits
        self.type = entry.type
    }

    /// Every kind the format knows.
    private static let all: [String: (bits: Int, type: TensorType?)] = [
        "F64": (64, .f64), "F32": (32, .f32), "F16": (16, .f16), "BF16": (16, .bf16),
        "I64": (64, .i64), "I32": (32, .i32), "I16": (16, .i16), "I8": (8, .i8),
        "U64": (64, nil), "U32": (32, nil), "U16": (16, nil), "U8": (8, nil), "BOOL": (8, nil), "C64": (64, nil),
        "F8_E5M2": (8, nil), "F8_E4M3": (8, nil), "F8_E8M0": (8, nil), "F8_E4M3FNUZ": (8, nil),
        "F8_E5M2FNUZ": (8, nil), "F6_E2M3": (6, nil), "F6_E3M2": (6, nil), "F4": (4, nil),
    ]
}
