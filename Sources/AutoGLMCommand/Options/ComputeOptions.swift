// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import DifferentiableTensors

/// How many processors training and judging take.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Worker threads (default: all processors).")
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is a number from 1 to 1024.") }
    }

    /// Computes with so many threads.
    func withPool<Value>(_ body: () throws -> Value) rethrows -> Value {
        guard let threads else { return try body() }
        return try ComputePool.$current.withValue(ComputePool(threads: threads), operation: body)
    }
}
