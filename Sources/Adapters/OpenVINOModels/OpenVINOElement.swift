// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol

/// The types of elements by OpenVINO's numbers for them.
enum OpenVINOElement {
    /// All that can be served; strings are not, since OpenVINO's C interface does not give them out.
    static let datatypes: [UInt32: KServeDatatype] = [
        1: .bool, 2: .bf16, 3: .fp16, 4: .fp32, 5: .fp64, 7: .int8, 8: .int16, 9: .int32, 10: .int64, 16: .uint8,
        17: .uint16, 18: .uint32, 19: .uint64,
    ]

    /// The number of a type; nil for one that cannot be served.
    static func number(of datatype: KServeDatatype) -> UInt32? {
        Self.datatypes.first { $0.value == datatype }?.key
    }
}
