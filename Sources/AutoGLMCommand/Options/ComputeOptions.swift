// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import DifferentiableTensors
internal import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// How many processors training and judging take.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Worker threads (default: all processors).")
    var threads: Int?

    @Option(
        help: """
            How matrices are multiplied: float32, or bf16 (rounded to bfloat16 first, summed in floats; weights stay floats), which is \
            faster where the processor has AVX-512-BF16.
            """)
    var precision = Choice(ProductPrecision.float32)

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is a number from 1 to 1024.") }
    }

    /// Computes with so many threads, and so exactly, and waits for others meanwhile.
    func withWaitingPool<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        guard let pool = self.pool(self.threads) else { return try await body() }
        return try await ComputePool.$current.withValue(pool, operation: body)
    }

    /// Computes with so many threads, and so exactly.
    ///
    /// - Parameter processes: How many processes share this machine's processors.
    func withPool<Value>(sharedBy processes: Int = 1, _ body: () throws -> Value) rethrows -> Value {
        let all = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let share = processes > 1 ? max(1, min(WorkerPool.availableProcessors, all / processes)) : nil
        guard let pool = self.pool(self.threads ?? share) else { return try body() }
        return try ComputePool.$current.withValue(pool, operation: body)
    }

    /// A pool of one's own; nil where the usual one does.
    private func pool(_ threads: Int?) -> ComputePool? {
        guard threads != nil || self.precision.value != .float32 else { return nil }
        return ComputePool(threads: threads, precision: self.precision.value)
    }
}
