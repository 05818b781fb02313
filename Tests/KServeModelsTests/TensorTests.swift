// SPDX-License-Identifier: Apache-2.0

import KServeModels
import KServeProtocol
import LLMCore
import Testing

@Suite("KServe tensors")
struct TensorTests {
    /// A tensor of every type.
    static let all: [KServeTensor] = {
        let halves: [UInt8] = [0x00, 0x3C, 0x00, 0xC0]
        let made: [KServeTensor?] = [
            try? KServeTensor("t", shape: [2], values: [true, false]),
            try? KServeTensor("t", shape: [2], values: [UInt8.min, .max]),
            try? KServeTensor("t", shape: [2], values: [UInt16.min, .max]),
            try? KServeTensor("t", shape: [2], values: [UInt32.min, .max]),
            try? KServeTensor("t", shape: [2, 1], values: [UInt64.min, UInt64(Int64.max)]),
            try? KServeTensor("t", shape: [2], values: [Int8.min, .max]),
            try? KServeTensor("t", shape: [2], values: [Int16.min, .max]),
            try? KServeTensor("t", shape: [2], values: [Int32.min, .max]),
            try? KServeTensor("t", shape: [1, 2], values: [Int64.min, .max]),
            try? KServeTensor("t", shape: [3], values: [Float(0.1), -0, .greatestFiniteMagnitude]),
            try? KServeTensor("t", shape: [2], values: [Double.pi, .leastNonzeroMagnitude]),
            try? KServeTensor("t", datatype: .fp16, shape: [2], bytes: halves),
            try? KServeTensor("t", datatype: .bf16, shape: [2], bytes: halves),
            try? KServeTensor("t", shape: [2, 2], strings: ["", "a", "é😀", "\u{0}\n"]),
            try? KServeTensor("t", shape: [], values: [Float(1.5)]),
            try? KServeTensor("t", shape: [0], values: [Float]()),
            try? KServeTensor("t", shape: [3, 0], strings: []),
        ]
        return made.compactMap { $0 }
    }()

    @Test("Values of every type come back as they were")
    func values() throws {
        #expect(Self.all.count == 17 && Set(Self.all.map(\.datatype)) == Set(KServeDatatype.allCases))
        #expect(try Self.all[3].values() == [UInt32.min, .max])
        #expect(try Self.all[5].values() == [Int8.min, .max])
        #expect(try Self.all[9].values() == [Float(0.1), -0, .greatestFiniteMagnitude])
        #expect(try Self.all[13].strings() == ["", "a", "é😀", "\u{0}\n"])
        #expect(try Self.all[14].values() == [Float(1.5)] && Self.all[14].count == 1)
        #expect(try Self.all[15].values() == [Float]() && Self.all[16].strings() == [])
    }

    @Test("Elements are little-endian, and strings follow their lengths")
    func bytes() throws {
        #expect(try KServeTensor("t", shape: [1], values: [Int32(1)]).bytes == [1, 0, 0, 0])
        #expect(try KServeTensor("t", shape: [2], strings: ["ab", ""]).bytes == [2, 0, 0, 0, 97, 98, 0, 0, 0, 0])
    }

    @Test(
        "Contents that are not what the shape says are refused",
        arguments: [
            (KServeDatatype.fp32, [1], [UInt8](repeating: 0, count: 3), "wrong-size"),
            (.fp32, [], [], "wrong-size"), (.int8, [2, 2], [0, 0, 0], "wrong-size"), (.uint8, [0], [1], "wrong-size"),
            (.fp64, [Int.max / 4], [], "wrong-size"), (.bool, [-1], [0], "invalid-shape"),
            (.bool, [Int.max, 2], [0], "invalid-shape"), (.bytes, [1 << 40, 1 << 40], [], "invalid-shape"),
            (.bytes, [1], [], "wrong-size"), (.bytes, [1], [1, 0, 0, 0], "wrong-size"),
            (.bytes, [1], [255, 255, 255, 255, 0], "wrong-size"), (.bytes, [1], [0, 0, 0], "wrong-size"),
            (.bytes, [1], [0, 0, 0, 0, 7], "wrong-size"), (.bytes, [0], [0, 0, 0, 0], "wrong-size"),
            (.bytes, [Int.max], [0, 0, 0, 0], "wrong-size"),
        ])
    func mismatches(datatype: KServeDatatype, shape: [Int], bytes: [UInt8], code: String) {
        let error = #expect(throws: KServeTensorError.self) {
            try KServeTensor("t", datatype: datatype, shape: shape, bytes: bytes)
        }
        #expect(error?.code.rawValue == code)
    }

    @Test("A tensor is not read as another type")
    func wrongType() throws {
        let tensor = try KServeTensor("t", shape: [1], values: [Float(1)])
        #expect(throws: KServeTensorError.self) { try tensor.values(as: Int32.self) }
        #expect(throws: KServeTensorError.self) { try tensor.strings() }
    }
}
