// SPDX-License-Identifier: Apache-2.0

import CTensorKernels
import TensorKernels
import Testing

@Suite("Matrix products")
struct MatrixProductTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let rows: Int
        let columns: Int
        let tokens: Int
        var testDescription: String { "\(self.rows) x \(self.columns), \(self.tokens) tokens" }
    }

    struct WeightType: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let number: UInt32

        init(_ name: String, _ type: ctk_type) { (self.testDescription, self.number) = (name, type.rawValue) }

        var type: ctk_type { ctk_type(rawValue: self.number) }
        /// The shapes whose rows are whole blocks, and such rows for the others.
        var shapes: [Shape] {
            MatrixProductTests.shapes.map {
                let block = max(32, ctk_block_columns(self.type))
                return Shape(rows: $0.rows, columns: ($0.columns + block - 1) / block * block, tokens: $0.tokens)
            }
        }
    }

    static let types = [
        WeightType("F32", CTK_F32), WeightType("F16", CTK_F16), WeightType("BF16", CTK_BF16),
        WeightType("Q8_0", CTK_Q8_0), WeightType("Q4_0", CTK_Q4_0), WeightType("Q4_1", CTK_Q4_1),
        WeightType("Q5_0", CTK_Q5_0), WeightType("Q5_1", CTK_Q5_1), WeightType("IQ4_NL", CTK_IQ4_NL),
        WeightType("Q2_K", CTK_Q2_K), WeightType("Q3_K", CTK_Q3_K), WeightType("Q4_K", CTK_Q4_K),
        WeightType("Q5_K", CTK_Q5_K), WeightType("Q6_K", CTK_Q6_K),
    ]
    static let shapes = [
        Shape(rows: 16, columns: 32, tokens: 1), Shape(rows: 1, columns: 64, tokens: 2),
        Shape(rows: 48, columns: 576, tokens: 3), Shape(rows: 33, columns: 96, tokens: 7),
        Shape(rows: 64, columns: 1536, tokens: 17), Shape(rows: 20, columns: 32, tokens: 31),
        Shape(rows: 40, columns: 64, tokens: 70),
    ]

    /// The product of `tokens` rows of `x` from `first` on, row by row of the output.
    private static func multiply(
        _ type: UInt32, _ source: [UInt8], _ shape: Shape, _ x: Activations, _ kernels: Kernels, workers: Int = 1,
        from first: Int = 0
    ) throws -> [Float] {
        let pool = try WorkerPool(count: workers)
        let matrix = source.withUnsafeBytes {
            PackedMatrix(
                type: type, rows: shape.rows, columns: shape.columns, source: $0, kernels: kernels, pool: pool)
        }
        var out = [Float](repeating: .nan, count: shape.tokens * matrix.paddedRows)
        out.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            matrix.multiply(
                groups: 0..<matrix.groupCount, x, from: first, tokens: shape.tokens, into: base,
                stride: matrix.paddedRows)
        }
        return (0..<shape.tokens).flatMap { out[$0 * matrix.paddedRows..<$0 * matrix.paddedRows + shape.rows] }
    }

    @Test("A row of packed weights reads as the row of the file", arguments: types, shapes.indices)
    func unpacking(type: WeightType, index: Int) throws {
        var numbers = Numbers(8)
        let (ctkType, shape) = (type.type, type.shapes[index])
        let source = numbers.rows(ctkType, rows: shape.rows, columns: shape.columns)
        let pool = try WorkerPool(count: 1)
        try source.withUnsafeBytes { bytes in
            let matrix = PackedMatrix(
                type: type.number, rows: shape.rows, columns: shape.columns, source: bytes, kernels: .best, pool: pool)
            let first = try #require(bytes.baseAddress)
            for row in 0..<shape.rows {
                var expected = [Float](repeating: .nan, count: shape.columns)
                ctk_dequantize_row(
                    ctkType, first + row * ctk_row_bytes(ctkType, shape.columns), &expected, shape.columns)
                var found = [Float](repeating: .nan, count: shape.columns)
                matrix.read(row, into: &found)
                #expect(found == expected)
            }
        }
    }

    @Test("The plain product equals dequantised weights times dequantised inputs", arguments: types, shapes.indices)
    func scalarMatchesDefinition(type: WeightType, index: Int) throws {
        var numbers = Numbers(7)
        let (ctkType, shape) = (type.type, type.shapes[index])
        let source = numbers.rows(ctkType, rows: shape.rows, columns: shape.columns)
        let rows = (0..<shape.tokens).map { _ in numbers.floats(shape.columns) }
        let x = Activations(rows: rows)
        let product = try Self.multiply(type.number, source, shape, x, KernelVariant.scalar)
        let rowBytes = ctk_row_bytes(ctkType, shape.columns)
        let quantised = ![CTK_F32, CTK_F16, CTK_BF16].contains(ctkType)
        for token in 0..<shape.tokens {
            let inputs = quantised ? x.dequantised(token) : rows[token].map(Double.init)
            for row in 0..<shape.rows {
                var weights = [Float](repeating: 0, count: shape.columns)
                source.withUnsafeBytes {
                    ctk_dequantize_row(ctkType, $0.baseAddress! + row * rowBytes, &weights, shape.columns)
                }
                let terms = zip(weights, inputs).map { Double($0) * $1 }
                let expected = terms.reduce(0, +)
                let tolerance = 1e-5 * terms.reduce(0) { $0 + abs($1) } + 1e-6
                #expect(abs(Double(product[token * shape.rows + row]) - expected) <= tolerance)
            }
        }
    }

    @Test("Every instruction set gives the plain product", arguments: KernelVariant.fast, types)
    func variantsMatchScalar(variant: KernelVariant, type: WeightType) throws {
        for shape in type.shapes {
            var numbers = Numbers(UInt64(shape.rows))
            let source = numbers.rows(type.type, rows: shape.rows, columns: shape.columns)
            let x = Activations(rows: (0..<shape.tokens).map { _ in numbers.floats(shape.columns) })
            let expected = try Self.multiply(type.number, source, shape, x, KernelVariant.scalar)
            let product = try Self.multiply(type.number, source, shape, x, variant.kernels)
            let scale = expected.reduce(0) { max($0, abs($1)) }
            let errors = zip(product, expected).map { abs($0 - $1) }
            #expect((errors.max() ?? .infinity) <= 2e-5 * scale)
        }
    }

    @Test(
        "A token's product is the same to the bit, however many there are and wherever they begin",
        arguments: KernelVariant.all, types)
    func tokensAreIndependent(variant: KernelVariant, type: WeightType) throws {
        var numbers = Numbers(12)
        let (rows, columns, tokens) = (40, ctk_block_columns(type.type) == 256 ? 512 : 160, 70)
        let source = numbers.rows(type.type, rows: rows, columns: columns)
        let x = Activations(rows: (0..<tokens).map { _ in numbers.floats(columns) })
        func product(_ count: Int, from first: Int = 0) throws -> [Float] {
            let shape = Shape(rows: rows, columns: columns, tokens: count)
            return try Self.multiply(type.number, source, shape, x, variant.kernels, from: first)
        }
        let all = try product(tokens)
        for count in [1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 64, 65] {
            let same = try product(count) == Array(all[..<(count * rows)])
            #expect(same, "\(count) tokens")
        }
        for (first, count) in [(1, 1), (3, 8), (7, 63), (65, 5), (69, 1)] {
            let same = try product(count, from: first) == Array(all[first * rows..<(first + count) * rows])
            #expect(same, "\(count) tokens from \(first) on")
        }
    }

    @Test("Extreme weights and inputs do not overflow the integer sums", arguments: KernelVariant.all)
    func extremes(variant: KernelVariant) throws {
        let shape = Shape(rows: 16, columns: 64, tokens: 2)
        for (type, quant, weight) in [
            (CTK_Q8_0, UInt8(bitPattern: -128), -128.0), (CTK_Q8_0, 127, 127.0), (CTK_Q4_0, 0xFF, 7.0),
            (CTK_Q4_0, 0, -8.0), (CTK_Q5_0, 0xFF, 15.0), (CTK_Q5_0, 0, -16.0), (CTK_IQ4_NL, 0, -127.0),
            (CTK_IQ4_NL, 0xFF, 113.0),
        ] {
            let block =
                withUnsafeBytes(of: ctk_float_to_half(1), Array.init)
                + [UInt8](repeating: quant, count: ctk_row_bytes(type, 32) - 2)
            let source = (0..<shape.rows * shape.columns / 32).flatMap { _ in block }
            let x = Activations(rows: [[Float](repeating: 127, count: 64), [Float](repeating: -127, count: 64)])
            let product = try Self.multiply(type.rawValue, source, shape, x, variant.kernels)
            let expected = Float(weight * 127 * 64)
            #expect(product == Array(repeating: expected, count: 16) + Array(repeating: -expected, count: 16))
        }
    }

    @Test("Packing by several workers gives the same matrix")
    func packingInParallel() throws {
        let shape = Shape(rows: 200, columns: 96, tokens: 2)
        var numbers = Numbers(3)
        let source = numbers.rows(CTK_Q4_1, rows: shape.rows, columns: shape.columns)
        let x = Activations(rows: (0..<2).map { _ in numbers.floats(shape.columns) })
        let alone = try Self.multiply(CTK_Q4_1.rawValue, source, shape, x, .best)
        let together = try Self.multiply(CTK_Q4_1.rawValue, source, shape, x, .best, workers: 5)
        #expect(alone == together)
    }
}

extension Activations {
    /// Whether a block of a token's row has 16 bits.
    func isRefined(_ token: Int, block: Int) -> Bool { self.view.refined[block * self.view.token_stride + token] != 0 }

    /// A token's row as its quants say.
    func dequantised(_ token: Int) -> [Double] {
        (0..<self.columns).map { column in
            let index = token * self.columns + column
            let fine = self.isRefined(token, block: column / 32) ? Double(self.view.fine[index]) / 256 : 0
            return (Double(self.view.quants[index]) + fine) * Double(self.view.scales[index / 32])
        }
    }
}
