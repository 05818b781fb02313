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

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is a number from 1 to 1024.") }
    }

    /// Computes with so many threads.
    ///
    /// - Parameter processes: How many processes share this machine's processors.
    func withPool<Value>(sharedBy processes: Int = 1, _ body: () throws -> Value) rethrows -> Value {
        let all = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let share = processes > 1 ? max(1, min(WorkerPool.availableProcessors, all / processes)) : nil
        guard let threads = self.threads ?? share else { return try body() }
        return try ComputePool.$current.withValue(ComputePool(threads: threads), operation: body)
    }
}
