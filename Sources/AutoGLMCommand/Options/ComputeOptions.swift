// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import DifferentiableTensors
internal import TensorKernels

/// How many processors training and judging take.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Worker threads (default: all processors).")
    var threads: Int?

    @Option(
        help: """
            How matrices are multiplied: float32, or bf16 (rounded to bfloat16 first, summed in floats; weights stay floats), which is \
            faster where the processor has AVX-512-BF16.
            """)
    var precision: ProductPrecision = .float32

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is a number from 1 to 1024.") }
    }

    /// Computes with so many threads, and so exactly.
    func withPool<Value>(_ body: () throws -> Value) rethrows -> Value {
        if self.threads == nil, self.precision == .float32 { return try body() }
        let pool = ComputePool(threads: self.threads, precision: self.precision)
        return try ComputePool.$current.withValue(pool, operation: body)
    }
}

extension ProductPrecision: ExpressibleByArgument {}
