// SPDX-License-Identifier: Apache-2.0
internal import CTensorKernels
internal import LLMCore
internal import ModelFiles
internal import Synchronization
internal import TensorKernels

/// Turns the rows of one tensor into another type, some megabytes at a time.
struct TensorEncoder {
    /// About how many numbers are turned at a time.
    private static let elementsAtATime = 1 << 22

    let tensor: TensorDescription
    let source: UnsafeRawBufferPointer
    let target: TensorType
    let pool: WorkerPool

    /// Encodes all rows and hands on their bytes, in order.
    ///
    /// - Throws: What `consume` throws, and ``QuantizationError`` with code `.notRepresentable`.
    func encode(_ consume: (UnsafeRawBufferPointer) throws -> Void) throws {
        let (from, to) = (ctk_type(self.tensor.type.rawValue), ctk_type(self.target.rawValue))
        let columns = self.tensor.dimensions.first ?? 0
        guard columns > 0, let start = self.source.baseAddress else { return }
        let rows = self.tensor.elementCount / columns
        let (fromBytes, toBytes) = (ctk_row_bytes(from, columns), ctk_row_bytes(to, columns))
        let step = max(self.pool.count, min(rows, Self.elementsAtATime / columns))
        let output = Buffer<UInt8>(uninitializedCount: step * toBytes)
        let floats = Buffer<Float>(uninitializedCount: self.pool.count * columns)
        let failed = Atomic(false)
        let (outputBase, floatsBase) = (output.base, floats.base)
        for first in stride(from: 0, to: rows, by: step) {
            let count = min(step, rows - first)
            self.pool.run { worker in
                let values = floatsBase + worker.index * columns
                for row in worker.share(of: count) {
                    ctk_dequantize_row(from, start + (first + row) * fromBytes, values, columns)
                    guard ctk_encode_row(to, values, outputBase + row * toBytes, columns) else {
                        return failed.store(true, ordering: .relaxed)
                    }
                }
            }
            guard !failed.load(ordering: .relaxed) else {
                throw QuantizationError(
                    .notRepresentable,
                    """
                    Tensor '\(self.tensor.name)' has numbers that are not finite or too large for \(self.target.name); \
                    choose another type, such as BF16, or check the file.
                    """)
            }
            try withExtendedLifetime((output, floats)) {
                try consume(UnsafeRawBufferPointer(start: output.base, count: count * toBytes))
            }
        }
    }
}
