// SPDX-License-Identifier: Apache-2.0

import CTensorKernels
import TensorKernels
import Testing

/// Every implementation that runs here but the plain one, which the others are compared with.
struct KernelVariant: CustomTestStringConvertible, Sendable {
    let kernels: Kernels
    var testDescription: String { self.kernels.name }

    static let fast: [Self] = Kernels.available.dropFirst().map(Self.init)
    static let all: [Self] = Kernels.available.map(Self.init)
    static let scalar = Kernels.available[0]
}

/// The same numbers on every run.
struct Numbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return self.state ^ (self.state >> 29)
    }

    /// Floats about as a layer sees them: mostly small, a few large.
    mutating func floats(_ count: Int) -> [Float] {
        (0..<count).map { _ in
            let outlier = UInt8.random(in: 0..<32, using: &self) == 0
            return Float.random(in: -1...1, using: &self) * (outlier ? 20 : 1)
        }
    }

    /// Rows of a model file: random quants with scales that are sensible halves.
    mutating func rows(_ type: ctk_type, rows: Int, columns: Int) -> [UInt8] {
        switch type {
        case CTK_F32: return self.floats(rows * columns).flatMap { withUnsafeBytes(of: $0, Array.init) }
        case CTK_F16:
            return self.floats(rows * columns).flatMap { withUnsafeBytes(of: ctk_float_to_half($0), Array.init) }
        case CTK_BF16:
            return self.floats(rows * columns).flatMap {
                withUnsafeBytes(of: UInt16($0.bitPattern >> 16), Array.init)
            }
        default:
            let blockBytes = ctk_row_bytes(type, ctk_block_columns(type))
            return (0..<rows * columns / ctk_block_columns(type)).flatMap { _ -> [UInt8] in
                var block = (0..<blockBytes).map { _ in UInt8.random(in: 0...255, using: &self) }
                for offset in type.halves {
                    let half = ctk_float_to_half(Float.random(in: -0.1...0.1, using: &self))
                    withUnsafeBytes(of: half) { block.replaceSubrange(offset..<offset + 2, with: $0) }
                }
                return block
            }
        }
    }
}

extension ctk_type {
    /// Where a block in a model file has half floats, in bytes.
    fileprivate var halves: [Int] {
        switch self {
        case CTK_Q4_1, CTK_Q5_1, CTK_Q4_K, CTK_Q5_K: [0, 2]
        case CTK_Q2_K: [80, 82]
        case CTK_Q3_K: [108]
        case CTK_Q6_K: [208]
        default: [0]
        }
    }
}

extension Activations {
    /// Inputs with these rows of numbers, quantised by the plain kernels.
    convenience init(rows: [[Float]], kernels: Kernels = KernelVariant.scalar) {
        self.init(tokens: rows.count, columns: rows[0].count)
        for (token, row) in rows.enumerated() {
            for (column, value) in row.enumerated() { self.row(token)[column] = value }
            self.quantize(token, refinedAbove: 0.5, kernels: kernels)
        }
    }
}
