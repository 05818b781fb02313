// SPDX-License-Identifier: Apache-2.0

import CTensorKernels
import Foundation
import Testing

@Suite("Quantised blocks")
struct QuantisedBlockTests {
    /// Random blocks and the floats they stand for (scripts/references/quantised_blocks.py).
    struct Reference: Decodable, Sendable, CustomTestStringConvertible {
        let type: String
        let number: UInt32
        let rows: [String]
        let floats: [String]

        var testDescription: String { self.type }

        static let all: [Self] = {
            guard
                let url = Bundle.module.url(
                    forResource: "quantised_blocks", withExtension: "json", subdirectory: "Fixtures"),
                let data = try? Data(contentsOf: url)
            else { return [] }
            return (try? JSONDecoder().decode([Self].self, from: data)) ?? []
        }()
    }

    @Test("Rows of a file are the floats of the format's definition, to the bit", arguments: Reference.all)
    func dequantising(reference: Reference) throws {
        let type = ctk_type(rawValue: reference.number)
        for (row, floats) in zip(reference.rows, reference.floats) {
            let (bytes, expected) = (try Self.bytes(row), try Self.bytes(floats))
            let columns = expected.count / 4
            #expect(ctk_row_bytes(type, columns) == bytes.count)
            var found = [Float](repeating: .nan, count: columns)
            bytes.withUnsafeBytes { ctk_dequantize_row(type, $0.baseAddress, &found, columns) }
            let same = found.withUnsafeBytes { Array($0) } == expected
            #expect(same)
        }
    }

    @Test("There are references for every quantised type")
    func complete() {
        #expect(Set(Reference.all.map(\.number)) == [2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 20])
    }

    private static func bytes(_ hex: String) throws -> [UInt8] {
        let digits = Array(hex.utf8)
        return try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16))
        }
    }
}
