// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol

/// An input or an output of a model, as its file declares it.
package struct ONNXTensor: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// The type of its elements; nil for one that nothing can be made of here.
    package var datatype: KServeDatatype?
    /// Its dimensions, that of a batch included; -1 is one of any length, and nil that the file does not say.
    package var dimensions: [Int]?

    /// The types by ONNX's numbers for them.
    static let datatypes: [UInt64: KServeDatatype] = [
        1: .fp32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 8: .bytes, 9: .bool, 10: .fp16,
        11: .fp64, 12: .uint32, 13: .uint64, 16: .bf16,
    ]
}
