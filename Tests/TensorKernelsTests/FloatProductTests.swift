// SPDX-License-Identifier: Apache-2.0

import TensorKernels
import Testing

@Suite("Products of float matrices")
struct FloatProductTests {
    struct Case: Sendable, CustomStringConvertible {
        let rows: Int, inner: Int, columns: Int
        var description: String { "\(self.rows) x \(self.inner) x \(self.columns)" }
    }

    /// Edges of tiles, panels, blocks and steps, and nothing at all; few rows with wide, narrow and single columns, alone and shared.
    static let cases = [
        (1, 1, 1), (1, 5, 3), (14, 384, 32), (15, 385, 33), (13, 400, 31), (113, 20, 65), (3, 0, 4), (0, 3, 4),
        (3, 4, 0), (64, 800, 48), (230, 37, 70), (1, 37, 85), (2, 16, 67), (4, 401, 150), (1, 520, 300), (5, 33, 85),
    ].map { Case(rows: $0.0, inner: $0.1, columns: $0.2) }

    private static func numbers(_ count: Int, _ factor: Int) -> [Float] {
        // An empty array has no place in memory to look at.
        (0..<max(1, count)).map { Float(($0 * factor + 3) % 23) - 11 }
    }

    private static func turned(_ matrix: [Float], _ rows: Int, _ columns: Int) -> [Float] {
        guard rows > 0, columns > 0 else { return matrix }
        return matrix.indices.map { matrix[$0 % rows * columns + $0 / rows] }
    }

    @Test(
        "They are the sums of products, turned over or not, by any kernels and any number of workers", arguments: cases,
        ProductPrecision.allCases)
    func products(one: Case, precision: ProductPrecision) throws {
        let (left, right) = (Self.numbers(one.rows * one.inner, 7), Self.numbers(one.inner * one.columns, 5))
        var sums = [Float](repeating: 0, count: one.rows * one.columns)
        for i in 0..<one.rows {
            for k in 0..<one.inner {
                for j in 0..<one.columns {
                    sums[i * one.columns + j] += left[i * one.inner + k] * right[k * one.columns + j]
                }
            }
        }
        let turnedLeft = Self.turned(left, one.rows, one.inner)
        let turnedRight = Self.turned(right, one.inner, one.columns)
        for kernels in Kernels.available {
            for workers in [1, 2, 3] {
                let products = MatrixProducts(
                    try WorkerPool(count: workers), kernels: kernels, precision: precision)
                for (isLeftTurned, isRightTurned) in [(false, false), (true, false), (false, true), (true, true)] {
                    // A column more lies between the rows of the result, which is not touched.
                    var out = [Float](repeating: 1, count: one.rows * (one.columns + 1))
                    (isLeftTurned ? turnedLeft : left).withUnsafeBufferPointer { left in
                        (isRightTurned ? turnedRight : right).withUnsafeBufferPointer { right in
                            guard let left = left.baseAddress, let right = right.baseAddress else { return }
                            let leftView =
                                isLeftTurned
                                ? MatrixView(left, rows: one.inner, columns: one.rows).transposed
                                : MatrixView(left, rows: one.rows, columns: one.inner)
                            let rightView =
                                isRightTurned
                                ? MatrixView(right, rows: one.columns, columns: one.inner).transposed
                                : MatrixView(right, rows: one.inner, columns: one.columns)
                            out.withUnsafeMutableBufferPointer { out in
                                guard let base = out.baseAddress else { return }
                                products.multiply(leftView, rightView, into: base, stride: one.columns + 1)
                                products.multiply(leftView, rightView, into: base, stride: one.columns + 1, adds: true)
                            }
                        }
                    }
                    for i in 0..<one.rows {
                        let row = out[(i * (one.columns + 1))...].prefix(one.columns + 1)
                        #expect(Array(row.dropLast()) == sums[(i * one.columns)...].prefix(one.columns).map { 2 * $0 })
                        #expect(row.last == 1)
                    }
                }
            }
        }
    }

    @Test(
        "As bfloat16, both sides are rounded to the nearest, of two equally near to the even one",
        arguments: [false, true])
    func rounding(isTurned: Bool) {
        // The identity gives back what was rounded.
        let values: [(Float, Float)] = [
            (1 + 0x1p-8, 1), (1 + 0x1p-7 + 0x1p-8, 1 + 0x1p-6), (1 + 0x1p-8 + 0x1p-20, 1 + 0x1p-7), (-1 - 0x1p-8, -1),
            (0x1p-120 + 0x1p-128, 0x1p-120), (0, 0), (3e38, 0x1.c4p127),
        ]
        let size = 40
        var (numbers, wanted) = ([Float](repeating: 0, count: size * size), [Float](repeating: 0, count: size * size))
        for (index, value) in values.enumerated() {
            for row in 0..<size where row % values.count == index {
                numbers[row * size + row] = value.0
                wanted[row * size + row] = value.1
            }
        }
        let identity = (0..<size * size).map { Float($0 / size == $0 % size ? 1 : 0) }
        for kernels in Kernels.available {
            let products = MatrixProducts(nil, kernels: kernels, precision: .bfloat16)
            var out = [Float](repeating: 7, count: size * size)
            numbers.withUnsafeBufferPointer { numbers in
                identity.withUnsafeBufferPointer { identity in
                    out.withUnsafeMutableBufferPointer { out in
                        guard let left = numbers.baseAddress, let right = identity.baseAddress,
                            let base = out.baseAddress
                        else { return }
                        let (one, other) = (
                            MatrixView(left, rows: size, columns: size), MatrixView(right, rows: size, columns: size)
                        )
                        products.multiply(isTurned ? other : one, isTurned ? one.transposed : other, into: base)
                    }
                }
            }
            #expect(out == wanted, "\(kernels.name)")
        }
    }
}
